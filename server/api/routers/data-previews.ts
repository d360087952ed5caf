import { previewSourceInput, showPreviewInput } from '#server/data/contract.ts'
import { previewSource, showSourcePreview } from '#server/data/index.ts'
import { projectProcedure, router } from '../trpc.ts'

export const previewsRouter = router({
  /** Returns an id; poll `show` until its state is `succeeded` or `failed`. */
  start: projectProcedure('data:write')
    .input(previewSourceInput)
    .mutation(({ ctx, input }) => previewSource(ctx.kernel, ctx.caller, input)),
  show: projectProcedure('data:read')
    .input(showPreviewInput)
    .query(({ ctx, input }) => showSourcePreview(ctx.kernel, ctx.caller, input)),
})
