import { z } from 'zod'
import { readRecentEvents } from '#server/access/index.ts'
import { projectProcedure, router } from '../trpc.ts'

/** Queries that span domains. */
export const homeRouter = router({
  happened: projectProcedure('project:read')
    .input(z.object({ limit: z.int().min(1).max(100).default(20) }))
    .query(async ({ ctx, input }) => ({ items: await readRecentEvents(ctx.kernel, ctx.caller, input.limit) })),
})
