import { orchestrationInputs } from '#server/orchestration/contract.ts'
import {
  cancelJob,
  listJobs,
  readJobLog,
  readQueues,
  readSchedules,
  readTimeline,
  redriveJob,
  showJob,
  skipEvent,
} from '#server/orchestration/index.ts'
import { projectProcedure, router } from '../trpc.ts'

const read = () => projectProcedure('orchestration:read')

export const orchestrationRouter = router({
  list: read()
    .input(orchestrationInputs.list)
    .query(({ ctx, input }) => listJobs(ctx.kernel, ctx.caller, input)),
  show: read()
    .input(orchestrationInputs.job)
    .query(({ ctx, input }) => showJob(ctx.kernel, ctx.caller, input.job)),
  log: read()
    .input(orchestrationInputs.log)
    .query(({ ctx, input }) => readJobLog(ctx.kernel, ctx.caller, input)),
  timeline: read()
    .input(orchestrationInputs.timeline)
    .query(({ ctx, input }) => readTimeline(ctx.kernel, ctx.caller, input)),
  queues: read()
    .input(orchestrationInputs.queues)
    .query(({ ctx, input }) => readQueues(ctx.kernel, ctx.caller, input)),
  schedules: read().query(({ ctx }) => readSchedules(ctx.kernel, ctx.caller)),
  cancel: projectProcedure('orchestration:cancel')
    .input(orchestrationInputs.job)
    .mutation(({ ctx, input }) => cancelJob(ctx.kernel, ctx.caller, input.job)),
  skipEvent: projectProcedure('orchestration:cancel')
    .input(orchestrationInputs.job)
    .mutation(({ ctx, input }) => skipEvent(ctx.kernel, ctx.caller, input.job)),
  redrive: projectProcedure('orchestration:redrive')
    .input(orchestrationInputs.job)
    .mutation(({ ctx, input }) => redriveJob(ctx.kernel, ctx.caller, input.job)),
})
