import { listRecipes, sampleForRecipe, saveRecipe, showRecipe } from '#server/data/index.ts'
import { recipeRef, sampleInput, saveRecipeInput } from '#server/data/recipes/contract.ts'
import { projectProcedure, router } from '../trpc.ts'

const read = () => projectProcedure('data:read')

export const recipesRouter = router({
  list: read().query(({ ctx }) => listRecipes(ctx.kernel, ctx.caller)),
  show: read()
    .input(recipeRef)
    .query(({ ctx, input }) => showRecipe(ctx.kernel, ctx.caller, input.recipe)),
  sample: read()
    .input(sampleInput)
    .query(({ ctx, input }) => sampleForRecipe(ctx.kernel, ctx.caller, input.dataset)),
  save: projectProcedure('data:write')
    .input(saveRecipeInput)
    .mutation(({ ctx, input }) => saveRecipe(ctx.kernel, ctx.caller, input)),
})
