import {
  deleteVersions,
  previewDeletion,
  restoreVersions,
  showDatasetStorage,
  showProjectStorage,
} from '#server/data/index.ts'
import { storageTarget } from '#server/data/storage/contract.ts'
import { projectProcedure, router } from '../trpc.ts'

const read = () => projectProcedure('data:read')
const remove = () => projectProcedure('data:delete')

export const storageRouter = router({
  project: read().query(({ ctx }) => showProjectStorage(ctx.kernel, ctx.caller)),
  show: read()
    .input(storageTarget)
    .query(({ ctx, input }) => showDatasetStorage(ctx.kernel, ctx.caller, input.dataset)),
  preview: read()
    .input(storageTarget)
    .query(({ ctx, input }) => previewDeletion(ctx.kernel, ctx.caller, input.dataset)),
  delete: remove()
    .input(storageTarget)
    .mutation(({ ctx, input }) => deleteVersions(ctx.kernel, ctx.caller, input.dataset)),
  restore: remove()
    .input(storageTarget)
    .mutation(({ ctx, input }) => restoreVersions(ctx.kernel, ctx.caller, input.dataset)),
})
