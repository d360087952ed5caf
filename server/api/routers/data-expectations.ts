import { z } from 'zod'
import { datasetRef, overrideInput, saveSuiteInput } from '#server/data/expectations/contract.ts'
import {
  overrideVersion,
  saveSuite,
  showExpectations,
  showValidation,
  suggestSuite,
  validateVersion,
} from '#server/data/index.ts'
import { projectProcedure, router } from '../trpc.ts'

const read = () => projectProcedure('data:read')
const write = () => projectProcedure('data:write')

export const expectationsRouter = router({
  show: read()
    .input(datasetRef)
    .query(({ ctx, input }) => showExpectations(ctx.kernel, ctx.caller, input.dataset)),
  suggest: read()
    .input(datasetRef)
    .query(({ ctx, input }) => suggestSuite(ctx.kernel, ctx.caller, input.dataset)),
  save: write()
    .input(saveSuiteInput)
    .mutation(({ ctx, input }) => saveSuite(ctx.kernel, ctx.caller, input)),
  /** Returns the validation; poll `validation` until its state is `succeeded` or `failed`. */
  validate: write()
    .input(datasetRef)
    .mutation(({ ctx, input }) => validateVersion(ctx.kernel, ctx.caller, input.dataset)),
  validation: read()
    .input(z.object({ id: z.uuid() }))
    .query(({ ctx, input }) => showValidation(ctx.kernel, ctx.caller, input.id)),
  override: projectProcedure('data:override')
    .input(overrideInput)
    .mutation(({ ctx, input }) => overrideVersion(ctx.kernel, ctx.caller, input)),
})
