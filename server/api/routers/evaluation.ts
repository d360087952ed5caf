import { evaluationInputs } from '#server/evaluation/contract.ts'
import {
  compareModels,
  evaluateBoth,
  listEvaluations,
  showEvaluation,
  startEvaluation,
} from '#server/evaluation/index.ts'
import { projectProcedure, router } from '../trpc.ts'

export const evaluationRouter = router({
  list: projectProcedure('evaluation:read').query(({ ctx }) => listEvaluations(ctx.kernel, ctx.caller)),
  show: projectProcedure('evaluation:read')
    .input(evaluationInputs.one)
    .query(({ ctx, input }) => showEvaluation(ctx.kernel, ctx.caller, input.id)),
  /** Two models on the same rows; verdicts are unknown until both are evaluated there. */
  compare: projectProcedure('evaluation:read')
    .input(evaluationInputs.compare)
    .query(({ ctx, input }) => compareModels(ctx.kernel, ctx.caller, input)),
  /** Evaluates both models on the same version; poll `compare`. */
  evaluateBoth: projectProcedure('evaluation:write')
    .input(evaluationInputs.compare)
    .mutation(({ ctx, input }) => evaluateBoth(ctx.kernel, ctx.caller, input)),
  /** Returns the evaluation; poll `show` until its state is `succeeded` or `failed`. */
  start: projectProcedure('evaluation:write')
    .input(evaluationInputs.start)
    .mutation(({ ctx, input }) => startEvaluation(ctx.kernel, ctx.caller, input)),
})
