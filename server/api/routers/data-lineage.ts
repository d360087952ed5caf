import { ofModelInput, ofVersionInput } from '../lineage/contract.ts'
import { lineageOfModel, lineageOfVersion } from '../lineage/read-lineage.ts'
import { projectProcedure, router } from '../trpc.ts'

export const lineageRouter = router({
  ofVersion: projectProcedure('data:read')
    .input(ofVersionInput)
    .query(({ ctx, input }) => lineageOfVersion(ctx.kernel, ctx.caller, input.dataset)),
  ofModel: projectProcedure('registry:read')
    .input(ofModelInput)
    .query(({ ctx, input }) => lineageOfModel(ctx.kernel, ctx.caller, input.model, input.version)),
})
