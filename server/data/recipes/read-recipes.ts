import { explainStep, isUsableFeature } from '#ml/index.ts'
import { authorize, type Caller } from '#server/access/caller.ts'
import { AppError } from '#server/kernel/errors.ts'
import type { ProjectScope } from '#server/kernel/scope.ts'
import type { Kernel } from '#server/platform/kernel.ts'
import { versionOf } from '../read-datasets.ts'
import { readTable, sampleRowsTask } from '../tables/read-table.ts'
import {
  MAX_SAMPLE_COLUMNS,
  type RecipeDetail,
  type RecipeSample,
  type RecipeStepInput,
  type RecipeSummary,
  SAMPLE_CHARACTERS,
  SAMPLE_ROWS,
} from './contract.ts'
import { findRecipeVersionById, findRecipeVersions, listRecipeRows } from './store.ts'

export async function listRecipes(
  kernel: Kernel,
  caller: Caller,
): Promise<{ items: RecipeSummary[]; next: string | null }> {
  await authorize(kernel, caller, 'data:read')
  const rows = await listRecipeRows(kernel.db, caller.scope)
  const items = rows.map(({ name, version }) => ({
    recipe: name,
    version: version.number,
    steps: version.body.steps.length,
    note: version.note,
    createdBy: version.createdBy,
    createdAt: version.createdAt.toISOString(),
  }))
  return { items, next: null }
}

/** Resolves `name` or `name@3`. Throws `not_found` naming the existing versions. */
export async function recipeOf(
  kernel: Kernel,
  scope: ProjectScope,
  nameAtVersion: string,
): Promise<{ name: string; version: number; id: string; steps: RecipeStepInput[] }> {
  const { row, name } = await findRecipe(kernel, scope, nameAtVersion)
  return { name, version: row.number, id: row.id, steps: row.body.steps }
}

export async function recipeStepsById(kernel: Kernel, scope: ProjectScope, id: string): Promise<RecipeStepInput[]> {
  const row = await findRecipeVersionById(kernel.db, scope, id)
  if (!row) throw new AppError('not_found', 'There is no such recipe in this project.')
  return row.body.steps
}

async function findRecipe(kernel: Kernel, scope: ProjectScope, nameAtVersion: string) {
  const [name, number] = nameAtVersion.split('@') as [string, string | undefined]
  const versions = await findRecipeVersions(kernel.db, scope, name)
  if (versions.length === 0)
    throw new AppError('not_found', `There is no recipe “${name}” in this project.`, {
      hint: 'Build one on the Recipe tab of a dataset.',
    })
  const row = number === undefined ? versions[0] : versions.find(v => v.number === Number(number))
  if (!row)
    throw new AppError('not_found', `The recipe ${name} has no version ${number}.`, {
      hint: `It has versions 1 to ${versions[0]!.number}.`,
    })
  return { name, row, versions }
}

export async function showRecipe(kernel: Kernel, caller: Caller, nameAtVersion: string): Promise<RecipeDetail> {
  await authorize(kernel, caller, 'data:read')
  const { name, row, versions } = await findRecipe(kernel, caller.scope, nameAtVersion)
  return {
    recipe: name,
    version: row.number,
    steps: row.body.steps,
    words: row.body.steps.map(explainStep),
    note: row.note,
    createdBy: row.createdBy,
    createdAt: row.createdAt.toISOString(),
    versions: versions.map(v => ({ version: v.number, note: v.note, createdAt: v.createdAt.toISOString() })),
  }
}

/** Returns a reproducible sample, for a preview that the browser computes with the engine itself. */
export async function sampleForRecipe(kernel: Kernel, caller: Caller, dataset: string): Promise<RecipeSample> {
  await authorize(kernel, caller, 'data:read')
  const version = await versionOf(kernel, caller.scope, dataset)
  const usable = version.schema.filter(isUsableFeature)
  const shown = usable.slice(0, MAX_SAMPLE_COLUMNS)
  const answer = {
    dataset: version.datasetName,
    version: version.number,
    leftOut: usable.length - shown.length,
    columns: shown.map(({ name, type, role, nullable, domain }) => ({ name, type, role, nullable, domain })),
  }
  if (shown.length === 0) return { ...answer, rows: 0, cells: [] }
  const path = await kernel.blobs.pathOf(version.digest)
  const cells = await readTable(
    sampleRowsTask,
    caller.scope,
    { path, columns: shown, rows: SAMPLE_ROWS, characters: SAMPLE_CHARACTERS },
    { what: 'Reading a sample of rows', hint: 'Use a version with fewer columns.' },
  )
  return { ...answer, rows: cells[0]?.length ?? 0, cells }
}
