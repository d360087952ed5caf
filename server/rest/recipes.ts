import { z } from 'zod'
import { listRecipes, saveRecipe, showRecipe } from '#server/data/index.ts'
import { saveRecipeInput } from '#server/data/recipes/contract.ts'
import { describeRoute, listOf, may, pageOf, pageQuery, type RestRoutes } from './describe-route.ts'
import * as responses from './response-schemas.ts'
import { nameParams } from './schemas.ts'

const versionQuery = z.object({ version: z.coerce.number().int().min(1).max(999_999_999).optional() })

/** Saved preprocessing steps. */
export const recipeRoutes: RestRoutes = (app, { kernel }) => {
  const read = may('data:read')
  app.get(
    '/recipes',
    {
      config: read,
      schema: describeRoute('Recipes', 'List recipes', listOf(responses.recipeSummary), { querystring: pageQuery }),
    },
    async ({ caller, query }) => pageOf((await listRecipes(kernel, caller)).items, query, r => r.recipe),
  )
  app.get(
    '/recipes/:name',
    {
      config: read,
      schema: describeRoute('Recipes', 'Show a recipe', responses.recipeDetail, {
        params: nameParams,
        querystring: versionQuery,
      }),
    },
    ({ caller, params, query }) =>
      showRecipe(kernel, caller, query.version ? `${params.name}@${query.version}` : params.name),
  )
  app.post(
    '/recipes',
    {
      config: may('data:write'),
      schema: describeRoute('Recipes', 'Save a recipe, or its next version', responses.savedRecipe, {
        body: saveRecipeInput,
      }),
    },
    ({ caller, body }) => saveRecipe(kernel, caller, body),
  )
}
