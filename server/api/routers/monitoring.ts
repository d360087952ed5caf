import { monitoringInputs } from '#server/monitoring/contract.ts'
import { checkEndpoint, listMonitors, readStatus } from '#server/monitoring/index.ts'
import { projectProcedure, router } from '../trpc.ts'

export const monitoringRouter = router({
  list: projectProcedure('monitoring:read').query(({ ctx }) => listMonitors(ctx.kernel, ctx.caller)),
  status: projectProcedure('monitoring:read')
    .input(monitoringInputs.endpoint)
    .query(({ ctx, input }) => readStatus(ctx.kernel, ctx.caller, input)),
  /** Returns at once; poll `status` until `checking` is false. */
  check: projectProcedure('monitoring:check')
    .input(monitoringInputs.check)
    .mutation(({ ctx, input }) => checkEndpoint(ctx.kernel, ctx.caller, input)),
})
