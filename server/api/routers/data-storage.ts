import {
  deleteVersions,
  previewDeletion,
  restoreVersions,
  setQuota,
  showDatasetStorage,
  showProjectStorage,
} from '#server/data/index.ts'
import { quotaInput, storageTarget } from '#server/data/storage/contract.ts'
import { projectProcedure, router } from '../trpc.ts'

const read = () => projectProcedure('data:read')
const remove = () => projectProcedure('data:delete')
const settings = () => projectProcedure('project:update')

export const storageRouter = router({
  project: read().query(({ ctx }) => showProjectStorage(ctx.kernel, ctx.caller)),
  setQuota: settings()
    .input(quotaInput)
    .mutation(({ ctx, input }) => setQuota(ctx.kernel, ctx.caller, input)),
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
