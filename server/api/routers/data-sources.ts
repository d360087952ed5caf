import { z } from 'zod'
import { resourceNameSchema } from '#server/access/contract.ts'
import {
  addFromSource,
  createConnection,
  deleteConnection,
  disconnectSource,
  listConnections,
  refreshSource,
  showIngestion,
  showSource,
  testConnection,
  updateSource,
} from '#server/data/index.ts'
import {
  addSourceInput,
  createConnectionInput,
  refreshInput,
  updateSourceInput,
} from '#server/data/sources/contract.ts'
import { projectProcedure, router } from '../trpc.ts'

const read = () => projectProcedure('data:read')
const write = () => projectProcedure('data:write')
const connection = z.object({ name: resourceNameSchema })

export const sourcesRouter = router({
  connections: read().query(({ ctx }) => listConnections(ctx.kernel, ctx.caller)),
  connect: write()
    .input(createConnectionInput)
    .mutation(({ ctx, input }) => createConnection(ctx.kernel, ctx.caller, input)),
  /** Poll `connections` until the test is no longer running. */
  test: write()
    .input(connection)
    .mutation(({ ctx, input }) => testConnection(ctx.kernel, ctx.caller, input)),
  deleteConnection: write()
    .input(connection)
    .mutation(({ ctx, input }) => deleteConnection(ctx.kernel, ctx.caller, input)),
  show: read()
    .input(refreshInput)
    .query(({ ctx, input }) => showSource(ctx.kernel, ctx.caller, input)),
  /** Returns the ingestion; poll `data.ingestion` until its state is `succeeded` or `failed`. */
  add: write()
    .input(addSourceInput)
    .mutation(async ({ ctx, input }) => {
      const { id } = await addFromSource(ctx.kernel, ctx.caller, input)
      return showIngestion(ctx.kernel, ctx.caller, id)
    }),
  refresh: write()
    .input(refreshInput)
    .mutation(async ({ ctx, input }) => {
      const { id } = await refreshSource(ctx.kernel, ctx.caller, input)
      return showIngestion(ctx.kernel, ctx.caller, id)
    }),
  update: write()
    .input(updateSourceInput)
    .mutation(({ ctx, input }) => updateSource(ctx.kernel, ctx.caller, input)),
  disconnect: write()
    .input(refreshInput)
    .mutation(({ ctx, input }) => disconnectSource(ctx.kernel, ctx.caller, input)),
})
