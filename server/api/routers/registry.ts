import { z } from 'zod'
import {
  describeInputSchema,
  importInputSchema,
  modelRefSchema,
  registerInputSchema,
} from '#server/registry/contract.ts'
import { describeModel, importVersion, listModels, registerVersion, showModel } from '#server/registry/index.ts'
import { projectProcedure, router } from '../trpc.ts'

export const registryRouter = router({
  list: projectProcedure('registry:read').query(({ ctx }) => listModels(ctx.kernel, ctx.caller)),
  show: projectProcedure('registry:read')
    .input(z.object({ model: modelRefSchema }))
    .query(({ ctx, input }) => showModel(ctx.kernel, ctx.caller, input.model)),
  register: projectProcedure('registry:write')
    .input(registerInputSchema)
    .mutation(({ ctx, input }) => registerVersion(ctx.kernel, ctx.caller, input)),
  import: projectProcedure('registry:write')
    .input(importInputSchema)
    .mutation(({ ctx, input }) => importVersion(ctx.kernel, ctx.caller, input)),
  describe: projectProcedure('registry:write')
    .input(describeInputSchema)
    .mutation(({ ctx, input }) => describeModel(ctx.kernel, ctx.caller, input)),
})
