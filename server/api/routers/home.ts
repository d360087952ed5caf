import { z } from 'zod'
import { projectsOf } from '#server/access/index.ts'
import { listRecentEvents } from '#server/kernel/recent-events.ts'
import { projectProcedure, router, signedInProcedure } from '../trpc.ts'

/** What the frame around all pages needs, and what spans the lifecycle. */
export const homeRouter = router({
  me: signedInProcedure.query(async ({ ctx }) => ({
    name: ctx.person.name,
    email: ctx.person.email,
    isAdmin: ctx.person.isAdmin,
    projects: (await projectsOf(ctx.kernel, ctx.person)).items,
  })),
  happened: projectProcedure('project:read')
    .input(z.object({ limit: z.int().min(1).max(100).default(20) }))
    .query(async ({ ctx, input }) => ({ items: await listRecentEvents(ctx.kernel.db, ctx.caller.scope, input.limit) })),
})
