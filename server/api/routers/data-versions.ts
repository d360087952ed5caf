import { z } from 'zod'
import { nameAtVersion } from '#server/data/contract.ts'
import { pushedInput } from '#server/data/git-objects/contract.ts'
import { annotateVersion, listPushedObjects, listVersionDetails } from '#server/data/index.ts'
import { annotateInput } from '#server/data/versions/contract.ts'
import { projectProcedure, router } from '../trpc.ts'

export const versionsRouter = router({
  list: projectProcedure('data:read')
    .input(z.object({ dataset: nameAtVersion }))
    .query(async ({ ctx, input }) => ({ items: await listVersionDetails(ctx.kernel, ctx.caller, input.dataset) })),
  annotate: projectProcedure('data:write')
    .input(annotateInput)
    .mutation(({ ctx, input }) => annotateVersion(ctx.kernel, ctx.caller, input)),
  /** The objects that Git LFS pushed for the dataset, newest first. */
  pushed: projectProcedure('data:read')
    .input(pushedInput)
    .query(async ({ ctx, input }) => ({ items: await listPushedObjects(ctx.kernel, ctx.caller, input.dataset) })),
})
