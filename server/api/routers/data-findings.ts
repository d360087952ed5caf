import { diffInput } from '#server/data/diff/contract.ts'
import { compareTwo, searchLeaks, showDiff, showLeaks } from '#server/data/index.ts'
import { leaksInput } from '#server/data/leaks/contract.ts'
import { projectProcedure, router } from '../trpc.ts'

const read = () => projectProcedure('data:read')

/** A search changes no data, so the permission to read is enough. */
export const leaksRouter = router({
  show: read()
    .input(leaksInput)
    .query(({ ctx, input }) => showLeaks(ctx.kernel, ctx.caller, input)),
  /** Queues the search; poll `show` until its state is `succeeded` or `failed`. */
  search: read()
    .input(leaksInput)
    .mutation(({ ctx, input }) => searchLeaks(ctx.kernel, ctx.caller, input)),
})

export const diffRouter = router({
  show: read()
    .input(diffInput)
    .query(({ ctx, input }) => showDiff(ctx.kernel, ctx.caller, input)),
  /** Queues the comparison unless it is there; poll `show` until its state is `succeeded` or `failed`. */
  compare: read()
    .input(diffInput)
    .mutation(({ ctx, input }) => compareTwo(ctx.kernel, ctx.caller, input)),
})
