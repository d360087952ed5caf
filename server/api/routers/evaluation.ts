import { evaluationInputs } from '#server/evaluation/contract.ts'
import { listEvaluations, showEvaluation, startEvaluation } from '#server/evaluation/index.ts'
import { projectProcedure, router } from '../trpc.ts'

export const evaluationRouter = router({
  list: projectProcedure('evaluation:read').query(({ ctx }) => listEvaluations(ctx.kernel, ctx.caller)),
  show: projectProcedure('evaluation:read')
    .input(evaluationInputs.one)
    .query(({ ctx, input }) => showEvaluation(ctx.kernel, ctx.caller, input.id)),
  /** Returns the evaluation; poll `show` until its state is `succeeded` or `failed`. */
  start: projectProcedure('evaluation:write')
    .input(evaluationInputs.start)
    .mutation(({ ctx, input }) => startEvaluation(ctx.kernel, ctx.caller, input)),
})
