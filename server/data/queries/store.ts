import { and, desc, eq, inArray, lt, sql } from 'drizzle-orm'
import type { Handle, Tx } from '#db/client.ts'
import { datasets, datasetVersions } from '#db/schema/data.ts'
import { dataQueries } from '#db/schema/data-queries.ts'
import { newId } from '#server/kernel/ids.ts'
import type { ProjectScope } from '#server/kernel/scope.ts'
import { inScope } from '#server/platform/in-scope.ts'
import type { QueryResult } from './contract.ts'

type Row = typeof dataQueries.$inferSelect
export type QueryRow = Omit<Row, 'result'> & { dataset: string; version: number }

export async function insertQuery(
  tx: Tx,
  scope: ProjectScope,
  values: Omit<typeof dataQueries.$inferInsert, 'id' | 'projectId'>,
): Promise<Row> {
  const [row] = await tx
    .insert(dataQueries)
    .values({ ...values, id: newId(), projectId: scope.projectId })
    .returning()
  return row!
}

export async function updateQuery(
  tx: Handle,
  projectId: string,
  id: string,
  set: Partial<typeof dataQueries.$inferInsert>,
): Promise<void> {
  await tx
    .update(dataQueries)
    .set(set)
    .where(inScope(dataQueries, { projectId }, id))
}

/** Counts the author's queries that have not ended. */
export const countOpen = (tx: Handle, scope: ProjectScope, author: string): Promise<number> =>
  tx.$count(
    dataQueries,
    and(
      eq(dataQueries.projectId, scope.projectId),
      eq(dataQueries.createdBy, author),
      inArray(dataQueries.state, ['queued', 'running']),
    ),
  )

/** Deletes queries and their results after a day. */
export async function deleteOldQueries(tx: Handle, before: Date): Promise<void> {
  await tx.delete(dataQueries).where(lt(dataQueries.createdAt, before))
}

const light = {
  projectId: dataQueries.projectId,
  id: dataQueries.id,
  versionId: dataQueries.versionId,
  sql: dataQueries.sql,
  saveAs: dataQueries.saveAs,
  state: dataQueries.state,
  reason: dataQueries.reason,
  hint: dataQueries.hint,
  atLine: dataQueries.atLine,
  atColumn: dataQueries.atColumn,
  rowCount: dataQueries.rowCount,
  truncated: dataQueries.truncated,
  milliseconds: dataQueries.milliseconds,
  ingestionId: dataQueries.ingestionId,
  jobId: dataQueries.jobId,
  createdBy: dataQueries.createdBy,
  createdAt: dataQueries.createdAt,
  endedAt: dataQueries.endedAt,
  dataset: datasets.name,
  version: datasetVersions.number,
}

const joined = (db: Handle, result = false) =>
  db
    .select({ ...light, result: result ? dataQueries.result : sql<null>`NULL` })
    .from(dataQueries)
    .innerJoin(
      datasetVersions,
      and(eq(datasetVersions.projectId, dataQueries.projectId), eq(datasetVersions.id, dataQueries.versionId)),
    )
    .innerJoin(
      datasets,
      and(eq(datasets.projectId, datasetVersions.projectId), eq(datasets.id, datasetVersions.datasetId)),
    )

/** Returns a query of this author only. */
export async function findQuery(
  db: Handle,
  scope: ProjectScope,
  id: string,
  author?: string,
): Promise<(QueryRow & { result: QueryResult | null }) | undefined> {
  const [row] = await joined(db, true).where(
    and(inScope(dataQueries, scope, id), author === undefined ? undefined : eq(dataQueries.createdBy, author)),
  )
  return row as (QueryRow & { result: QueryResult | null }) | undefined
}

/** Lists the author's newest queries over one dataset. */
export async function listQueries(
  db: Handle,
  scope: ProjectScope,
  author: string,
  dataset: string,
): Promise<QueryRow[]> {
  return joined(db)
    .where(
      and(eq(dataQueries.projectId, scope.projectId), eq(dataQueries.createdBy, author), eq(datasets.name, dataset)),
    )
    .orderBy(desc(dataQueries.createdAt), desc(dataQueries.id))
    .limit(30)
}
