import { and, desc, eq } from 'drizzle-orm'
import type { Handle, Tx } from '#db/client.ts'
import { recipes, recipeVersions } from '#db/schema/data-recipes.ts'
import { newId } from '#server/kernel/ids.ts'
import type { ProjectScope } from '#server/kernel/scope.ts'
import { inScope } from '#server/platform/in-scope.ts'
import type { RecipeStepInput } from './contract.ts'

export type RecipeVersionRow = Omit<typeof recipeVersions.$inferSelect, 'body'> & {
  body: { v: 1; steps: RecipeStepInput[] }
}

/** Locks the recipe of this name, creating it if needed: version numbers are assigned under this lock. */
export async function lockRecipe(tx: Tx, scope: ProjectScope, name: string, createdBy: string) {
  await tx.insert(recipes).values({ id: newId(), projectId: scope.projectId, name, createdBy }).onConflictDoNothing()
  const [row] = await tx
    .select()
    .from(recipes)
    .where(and(eq(recipes.projectId, scope.projectId), eq(recipes.name, name)))
    .for('no key update')
  return row!
}

export async function insertRecipeVersion(
  tx: Tx,
  recipe: typeof recipes.$inferSelect,
  values: { body: RecipeVersionRow['body']; note: string; createdBy: string },
): Promise<RecipeVersionRow> {
  const number = recipe.latestVersion + 1
  await tx.update(recipes).set({ latestVersion: number }).where(eq(recipes.id, recipe.id))
  const [row] = await tx
    .insert(recipeVersions)
    .values({ ...values, id: newId(), projectId: recipe.projectId, recipeId: recipe.id, number })
    .returning()
  return row as RecipeVersionRow
}

const newestFirst = [desc(recipeVersions.createdAt), desc(recipeVersions.number)]
const joined = and(eq(recipes.projectId, recipeVersions.projectId), eq(recipes.id, recipeVersions.recipeId))

/** Lists every recipe with its newest version. */
export async function listRecipeRows(db: Handle, scope: ProjectScope) {
  const rows = await db
    .select({ name: recipes.name, version: recipeVersions })
    .from(recipes)
    .innerJoin(recipeVersions, and(joined, eq(recipeVersions.number, recipes.latestVersion)))
    .where(eq(recipes.projectId, scope.projectId))
    .orderBy(...newestFirst)
    .limit(500)
  return rows as { name: string; version: RecipeVersionRow }[]
}

/** Lists the versions of the recipe with this name, newest first. */
export async function findRecipeVersions(db: Handle, scope: ProjectScope, name: string): Promise<RecipeVersionRow[]> {
  const rows = await db
    .select({ version: recipeVersions })
    .from(recipes)
    .innerJoin(recipeVersions, joined)
    .where(and(eq(recipes.projectId, scope.projectId), eq(recipes.name, name)))
    .orderBy(desc(recipeVersions.number))
    .limit(500)
  return rows.map(r => r.version as RecipeVersionRow)
}

export async function findRecipeVersionById(
  db: Handle,
  scope: ProjectScope,
  id: string,
): Promise<RecipeVersionRow | undefined> {
  const [row] = await db
    .select()
    .from(recipeVersions)
    .where(inScope(recipeVersions, scope, id))
  return row as RecipeVersionRow | undefined
}
