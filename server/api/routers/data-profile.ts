import {
  browseRows,
  recomputeProfile,
  recomputeRelations,
  showColumn,
  summarizeProfile,
  zoomHistogram,
} from '#server/data/index.ts'
import { browseInput, columnInput, histogramInput, profileInput } from '#server/data/profile/contract.ts'
import { projectProcedure, router } from '../trpc.ts'

const read = () => projectProcedure('data:read')
const write = () => projectProcedure('data:write')

export const profileRouter = router({
  summary: read()
    .input(profileInput)
    .query(({ ctx, input }) => summarizeProfile(ctx.kernel, ctx.caller, input.dataset)),
  column: read()
    .input(columnInput)
    .query(({ ctx, input }) => showColumn(ctx.kernel, ctx.caller, input)),
  histogram: read()
    .input(histogramInput)
    .query(({ ctx, input, signal }) => zoomHistogram(ctx.kernel, ctx.caller, input, signal)),
  rows: read()
    .input(browseInput)
    .query(({ ctx, input, signal }) => browseRows(ctx.kernel, ctx.caller, input, signal)),
  make: write()
    .input(profileInput)
    .mutation(({ ctx, input }) => recomputeProfile(ctx.kernel, ctx.caller, input.dataset)),
  relate: write()
    .input(profileInput)
    .mutation(({ ctx, input }) => recomputeRelations(ctx.kernel, ctx.caller, input.dataset)),
})
