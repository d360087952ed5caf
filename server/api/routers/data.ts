import { z } from 'zod'
import { addDatasetInput, nameAtVersion, reviewInput } from '#server/data/contract.ts'
import {
  addDataset,
  listDatasets,
  profileDataset,
  reviewSchema,
  showDataset,
  showIngestion,
} from '#server/data/index.ts'
import { projectProcedure, router } from '../trpc.ts'
import { expectationsRouter } from './data-expectations.ts'
import { diffRouter, leaksRouter } from './data-findings.ts'
import { lineageRouter } from './data-lineage.ts'
import { previewsRouter } from './data-previews.ts'
import { profileRouter } from './data-profile.ts'
import { queriesRouter } from './data-queries.ts'
import { recipesRouter } from './data-recipes.ts'
import { sourcesRouter } from './data-sources.ts'
import { storageRouter } from './data-storage.ts'
import { versionsRouter } from './data-versions.ts'

const read = () => projectProcedure('data:read')
const write = () => projectProcedure('data:write')
const dataset = z.object({ dataset: nameAtVersion })

export const dataRouter = router({
  leaks: leaksRouter,
  diff: diffRouter,
  expectations: expectationsRouter,
  lineage: lineageRouter,
  queries: queriesRouter,
  versions: versionsRouter,
  storage: storageRouter,
  sources: sourcesRouter,
  recipes: recipesRouter,
  previews: previewsRouter,
  list: read().query(({ ctx }) => listDatasets(ctx.kernel, ctx.caller)),
  show: read()
    .input(dataset)
    .query(({ ctx, input }) => showDataset(ctx.kernel, ctx.caller, input.dataset)),
  columns: profileRouter,
  profile: read()
    .input(dataset)
    .query(({ ctx, input }) => profileDataset(ctx.kernel, ctx.caller, input.dataset)),
  /** Returns the ingestion; poll `ingestion` until its state is `succeeded` or `failed`. */
  add: write()
    .input(addDatasetInput)
    .mutation(async ({ ctx, input }) => {
      const { id } = await addDataset(ctx.kernel, ctx.caller, input)
      return showIngestion(ctx.kernel, ctx.caller, id)
    }),
  ingestion: read()
    .input(z.object({ id: z.uuid() }))
    .query(({ ctx, input }) => showIngestion(ctx.kernel, ctx.caller, input.id)),
  reviewSchema: write()
    .input(reviewInput)
    .mutation(({ ctx, input }) => reviewSchema(ctx.kernel, ctx.caller, input)),
})
