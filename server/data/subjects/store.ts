import { and, eq } from 'drizzle-orm'
import type { Handle } from '#db/client.ts'
import { datasets, datasetVersions, ingestions } from '#db/schema/data.ts'
import { datasetValidations } from '#db/schema/data-expectations.ts'
import { sourcePreviews } from '#db/schema/data-previews.ts'
import { recipes, recipeVersions } from '#db/schema/data-recipes.ts'
import { connections, sources } from '#db/schema/data-sources.ts'
import type { ProjectScope } from '#server/kernel/scope.ts'
import { inScope } from '#server/platform/in-scope.ts'
import type { NamedSubject } from '#server/platform/subjects/contract.ts'

type Namer = (db: Handle, scope: ProjectScope, ids: readonly string[]) => Promise<NamedSubject[]>

const ofDatasetVersion = and(
  eq(datasets.projectId, datasetVersions.projectId),
  eq(datasets.id, datasetVersions.datasetId),
)

/** Names subjects of data by their kind; a kind that is not here has no name of its own. */
export const nameDataSubjects = {
  dataset: async (db, scope, ids) => {
    const rows = await db
      .select({ id: datasets.id, name: datasets.name })
      .from(datasets)
      .where(inScope(datasets, scope, ids))
    return rows.map(row => ({ ...row, page: row.name }))
  },
  'dataset-version': async (db, scope, ids) => {
    const rows = await db
      .select({ id: datasetVersions.id, dataset: datasets.name, version: datasetVersions.number })
      .from(datasetVersions)
      .innerJoin(datasets, ofDatasetVersion)
      .where(inScope(datasetVersions, scope, ids))
    return rows.map(({ id, dataset, version }) => ({ id, name: `${dataset} v${version}`, page: dataset, version }))
  },
  'dataset-validation': async (db, scope, ids) => {
    const rows = await db
      .select({ id: datasetValidations.id, dataset: datasets.name, version: datasetVersions.number })
      .from(datasetValidations)
      .innerJoin(
        datasetVersions,
        and(
          eq(datasetVersions.projectId, datasetValidations.projectId),
          eq(datasetVersions.id, datasetValidations.versionId),
        ),
      )
      .innerJoin(datasets, ofDatasetVersion)
      .where(inScope(datasetValidations, scope, ids))
    return rows.map(({ id, dataset, version }) => ({ id, name: `${dataset} v${version}` }))
  },
  ingestion: async (db, scope, ids) => {
    const rows = await db
      .select({ id: ingestions.id, fileName: ingestions.fileName, dataset: ingestions.datasetName })
      .from(ingestions)
      .where(inScope(ingestions, scope, ids))
    return rows.map(({ id, fileName, dataset }) => ({ id, name: `${fileName} as ${dataset}` }))
  },
  source: async (db, scope, ids) => {
    const rows = await db
      .select({ id: sources.id, name: sources.datasetName })
      .from(sources)
      .where(inScope(sources, scope, ids))
    return rows.map(row => ({ ...row, page: row.name }))
  },
  connection: (db, scope, ids) =>
    db
      .select({ id: connections.id, name: connections.name })
      .from(connections)
      .where(inScope(connections, scope, ids)),
  'source-preview': (db, scope, ids) =>
    db
      .select({ id: sourcePreviews.id, name: sourcePreviews.fileName })
      .from(sourcePreviews)
      .where(inScope(sourcePreviews, scope, ids)),
  'recipe-version': async (db, scope, ids) => {
    const rows = await db
      .select({ id: recipeVersions.id, recipe: recipes.name, number: recipeVersions.number })
      .from(recipeVersions)
      .innerJoin(recipes, and(eq(recipes.projectId, recipeVersions.projectId), eq(recipes.id, recipeVersions.recipeId)))
      .where(inScope(recipeVersions, scope, ids))
    return rows.map(({ id, recipe, number }) => ({ id, name: `${recipe} v${number}` }))
  },
} satisfies Record<string, Namer>
