import { and, desc, eq } from 'drizzle-orm'
import { alias } from 'drizzle-orm/pg-core'
import type { Handle } from '#db/client.ts'
import { datasets, datasetVersions } from '#db/schema/data.ts'
import type { ProjectScope } from '#server/kernel/scope.ts'
import { inScope } from '#server/platform/in-scope.ts'

const parents = alias(datasetVersions, 'parents')
const parentDatasets = alias(datasets, 'parent_datasets')

/** Lists versions of a dataset with their parents, newest first. */
export const listVersionsWithParents = (db: Handle, scope: ProjectScope, datasetId: string) =>
  db
    .select({
      id: datasetVersions.id,
      number: datasetVersions.number,
      rows: datasetVersions.rows,
      columnCount: datasetVersions.columnCount,
      bytes: datasetVersions.bytes,
      digest: datasetVersions.digest,
      source: datasetVersions.source,
      note: datasetVersions.note,
      tags: datasetVersions.tags,
      breaks: datasetVersions.breaks,
      deletedAt: datasetVersions.deletedAt,
      createdAt: datasetVersions.createdAt,
      createdBy: datasetVersions.createdBy,
      parentNumber: parents.number,
      parentDataset: parentDatasets.name,
    })
    .from(datasetVersions)
    .leftJoin(parents, and(eq(parents.projectId, datasetVersions.projectId), eq(parents.id, datasetVersions.parentId)))
    .leftJoin(
      parentDatasets,
      and(eq(parentDatasets.projectId, parents.projectId), eq(parentDatasets.id, parents.datasetId)),
    )
    .where(and(eq(datasetVersions.projectId, scope.projectId), eq(datasetVersions.datasetId, datasetId)))
    .orderBy(desc(datasetVersions.number))
    .limit(500)

/** Returns the columns that the lineage graph shows. */
export const nameVersionRows = (db: Handle, scope: ProjectScope, ids: readonly string[]) =>
  db
    .select({
      id: datasetVersions.id,
      dataset: datasets.name,
      version: datasetVersions.number,
      rows: datasetVersions.rows,
      source: datasetVersions.source,
      parentId: datasetVersions.parentId,
    })
    .from(datasetVersions)
    .innerJoin(
      datasets,
      and(eq(datasets.projectId, datasetVersions.projectId), eq(datasets.id, datasetVersions.datasetId)),
    )
    .where(inScope(datasetVersions, scope, ids))
