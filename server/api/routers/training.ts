import { launchInput, trainingInputs } from '#server/training/contract.ts'
import {
  cancelRun,
  compareRuns,
  launchExperiment,
  listExperiments,
  listTrainerDescriptions,
  readCurves,
  readLaunchOptions,
  readOverlay,
  readRecentRuns,
  readRunLog,
  showExperiment,
  showRun,
} from '#server/training/index.ts'
import { projectProcedure, router } from '../trpc.ts'

const read = () => projectProcedure('training:read')
const write = () => projectProcedure('training:write')

export const trainingRouter = router({
  list: read().query(({ ctx }) => listExperiments(ctx.kernel, ctx.caller)),
  show: read()
    .input(trainingInputs.experiment)
    .query(({ ctx, input }) => showExperiment(ctx.kernel, ctx.caller, input.experiment)),
  run: read()
    .input(trainingInputs.run)
    .query(({ ctx, input }) => showRun(ctx.kernel, ctx.caller, input.run)),
  /** The newest runs of all experiments, by name. */
  recent: read().query(({ ctx }) => readRecentRuns(ctx.kernel, ctx.caller)),
  /** Options for a new experiment on a version and target, with columns that may leak the target. */
  options: read()
    .input(trainingInputs.options)
    .query(({ ctx, input }) => readLaunchOptions(ctx.kernel, ctx.caller, input)),
  trainers: read().query(({ ctx }) => listTrainerDescriptions(ctx.kernel, ctx.caller)),
  launch: write()
    .input(launchInput)
    .mutation(({ ctx, input }) => launchExperiment(ctx.kernel, ctx.caller, input)),
  cancel: write()
    .input(trainingInputs.run)
    .mutation(({ ctx, input }) => cancelRun(ctx.kernel, ctx.caller, input.run)),
  compare: read()
    .input(trainingInputs.compare)
    .query(({ ctx, input }) => compareRuns(ctx.kernel, ctx.caller, input.runs)),
  overlay: read()
    .input(trainingInputs.overlay)
    .query(({ ctx, input }) => readOverlay(ctx.kernel, ctx.caller, input.runs)),
  curves: read()
    .input(trainingInputs.curves)
    .query(({ ctx, input }) => readCurves(ctx.kernel, ctx.caller, input)),
  /** Lines written after the first `after` chunks; pass `next` to continue. */
  log: read()
    .input(trainingInputs.log)
    .query(({ ctx, input }) => readRunLog(ctx.kernel, ctx.caller, input.run, input.after)),
})
