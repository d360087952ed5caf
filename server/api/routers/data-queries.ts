import { z } from 'zod'
import { resourceNameSchema } from '#server/access/contract.ts'
import { cancelQuery, listOwnQueries, showQuery, startQuery } from '#server/data/index.ts'
import { startQueryInput } from '#server/data/queries/contract.ts'
import { projectProcedure, router } from '../trpc.ts'

const read = () => projectProcedure('data:read')
const one = z.object({ id: z.uuid() })

export const queriesRouter = router({
  /** Returns an id; poll `show` until the state is `succeeded`, `failed` or `cancelled`. */
  start: read()
    .input(startQueryInput.omit({ saveAs: true }))
    .mutation(({ ctx, input }) => startQuery(ctx.kernel, ctx.caller, input)),
  /** Saves the whole result as a version: `show` names its ingestion. */
  save: projectProcedure('data:write')
    .input(startQueryInput.required())
    .mutation(({ ctx, input }) => startQuery(ctx.kernel, ctx.caller, input)),
  show: read()
    .input(one)
    .query(({ ctx, input }) => showQuery(ctx.kernel, ctx.caller, input.id)),
  list: read()
    .input(z.object({ dataset: resourceNameSchema }))
    .query(async ({ ctx, input }) => ({ items: await listOwnQueries(ctx.kernel, ctx.caller, input.dataset) })),
  cancel: read()
    .input(one)
    .mutation(({ ctx, input }) => cancelQuery(ctx.kernel, ctx.caller, input.id)),
})
