import { and, desc, eq, isNull, sql } from 'drizzle-orm'
import type { Handle, Tx } from '#db/client.ts'
import { datasets, datasetVersions, ingestions } from '#db/schema/data.ts'
import { newId } from '#server/kernel/ids.ts'
import type { ProjectScope } from '#server/kernel/scope.ts'
import { inScope } from '#server/platform/in-scope.ts'
import type { ColumnDecision, StoredBreak, StoredNote, VersionColumn } from './contract.ts'

export type IngestionRow = typeof ingestions.$inferSelect
export type VersionRow = Omit<typeof datasetVersions.$inferSelect, 'schema' | 'warnings' | 'breaks'> & {
  schema: VersionColumn[]
  warnings: StoredNote[]
  breaks: StoredBreak[]
}
export type DatasetRow = typeof datasets.$inferSelect

export async function insertIngestion(
  tx: Tx,
  scope: ProjectScope,
  values: Omit<typeof ingestions.$inferInsert, 'id' | 'projectId'>,
): Promise<IngestionRow> {
  const [row] = await tx
    .insert(ingestions)
    .values({ ...values, id: newId(), projectId: scope.projectId })
    .returning()
  return row!
}

export async function updateIngestion(
  tx: Handle,
  projectId: string,
  id: string,
  set: Partial<typeof ingestions.$inferInsert>,
): Promise<void> {
  await tx
    .update(ingestions)
    .set(set)
    .where(inScope(ingestions, { projectId }, id))
}

export async function findIngestion(db: Handle, scope: ProjectScope, id: string): Promise<IngestionRow | undefined> {
  const [row] = await db
    .select()
    .from(ingestions)
    .where(inScope(ingestions, scope, id))
  return row
}

/** Lists ingestions in progress or recently failed, newest first. */
export const recentIngestions = (db: Handle, scope: ProjectScope) =>
  db
    .select()
    .from(ingestions)
    .where(
      and(
        eq(ingestions.projectId, scope.projectId),
        sql`(${ingestions.state} IN ('queued', 'running') OR ${ingestions.createdAt} > now() - interval '1 day')`,
      ),
    )
    .orderBy(desc(ingestions.createdAt))
    .limit(20)

export async function findDataset(db: Handle, scope: ProjectScope, name: string): Promise<DatasetRow | undefined> {
  const [row] = await db
    .select()
    .from(datasets)
    .where(and(eq(datasets.projectId, scope.projectId), eq(datasets.name, name)))
  return row
}

export async function findVersion(
  db: Handle,
  scope: ProjectScope,
  datasetId: string,
  number?: number,
): Promise<VersionRow | undefined> {
  const [row] = await db
    .select()
    .from(datasetVersions)
    .where(
      and(
        eq(datasetVersions.projectId, scope.projectId),
        eq(datasetVersions.datasetId, datasetId),
        number === undefined ? undefined : eq(datasetVersions.number, number),
        isNull(datasetVersions.deletedAt),
      ),
    )
    .orderBy(desc(datasetVersions.number))
    .limit(1)
  return row as VersionRow | undefined
}

export async function findVersionById(
  db: Handle,
  scope: ProjectScope,
  id: string,
): Promise<(VersionRow & { datasetName: string }) | undefined> {
  const [row] = await db
    .select({ version: datasetVersions, datasetName: datasets.name })
    .from(datasetVersions)
    .innerJoin(
      datasets,
      and(eq(datasets.projectId, datasetVersions.projectId), eq(datasets.id, datasetVersions.datasetId)),
    )
    .where(inScope(datasetVersions, scope, id))
  return row ? ({ ...row.version, datasetName: row.datasetName } as VersionRow & { datasetName: string }) : undefined
}

export async function findVersionBySource(
  db: Handle,
  scope: ProjectScope,
  datasetId: string,
  sourceDigest: string,
): Promise<VersionRow | undefined> {
  const [row] = await db
    .select()
    .from(datasetVersions)
    .where(
      and(
        eq(datasetVersions.projectId, scope.projectId),
        eq(datasetVersions.datasetId, datasetId),
        eq(datasetVersions.sourceDigest, sourceDigest),
        isNull(datasetVersions.deletedAt),
      ),
    )
    .orderBy(desc(datasetVersions.number))
    .limit(1)
  return row as VersionRow | undefined
}

export const contractOf = (dataset: DatasetRow | undefined): ColumnDecision[] =>
  (dataset?.contract.columns ?? []) as ColumnDecision[]

export async function updateContract(
  tx: Handle,
  scope: ProjectScope,
  datasetId: string,
  columns: ColumnDecision[],
): Promise<void> {
  await tx
    .update(datasets)
    .set({ contract: { v: 1, columns } })
    .where(inScope(datasets, scope, datasetId))
}

/** Lists every dataset with its newest version, without those whose versions were all deleted. */
export async function listNewest(
  db: Handle,
  scope: ProjectScope,
): Promise<{ dataset: DatasetRow; version: VersionRow }[]> {
  const rows = await db
    .selectDistinctOn([datasets.id], { dataset: datasets, version: datasetVersions })
    .from(datasets)
    .innerJoin(
      datasetVersions,
      and(
        eq(datasetVersions.projectId, datasets.projectId),
        eq(datasetVersions.datasetId, datasets.id),
        isNull(datasetVersions.deletedAt),
      ),
    )
    .where(eq(datasets.projectId, scope.projectId))
    .orderBy(datasets.id, desc(datasetVersions.number))
    .limit(1000)
  rows.sort((a, b) => b.version.createdAt.getTime() - a.version.createdAt.getTime())
  return rows as { dataset: DatasetRow; version: VersionRow }[]
}

export async function listVersions(db: Handle, scope: ProjectScope, datasetId: string): Promise<VersionRow[]> {
  const rows = await db
    .select()
    .from(datasetVersions)
    .where(
      and(
        eq(datasetVersions.projectId, scope.projectId),
        eq(datasetVersions.datasetId, datasetId),
        isNull(datasetVersions.deletedAt),
      ),
    )
    .orderBy(desc(datasetVersions.number))
    .limit(500)
  return rows as VersionRow[]
}

/** Locks the dataset of this name, creating it if needed: version numbers are assigned under this lock. */
export async function lockDataset(tx: Tx, scope: ProjectScope, name: string, createdBy: string): Promise<DatasetRow> {
  await tx.insert(datasets).values({ id: newId(), projectId: scope.projectId, name, createdBy }).onConflictDoNothing()
  const [row] = await tx
    .select()
    .from(datasets)
    .where(and(eq(datasets.projectId, scope.projectId), eq(datasets.name, name)))
    .for('no key update')
  return row!
}

export async function insertVersion(
  tx: Tx,
  dataset: DatasetRow,
  values: Omit<typeof datasetVersions.$inferInsert, 'id' | 'projectId' | 'datasetId' | 'number'>,
): Promise<VersionRow> {
  const number = dataset.latestVersion + 1
  await tx.update(datasets).set({ latestVersion: number }).where(eq(datasets.id, dataset.id))
  const [row] = await tx
    .insert(datasetVersions)
    .values({ ...values, id: newId(), projectId: dataset.projectId, datasetId: dataset.id, number })
    .returning()
  return row as VersionRow
}

export async function updateVersion(
  tx: Handle,
  scope: ProjectScope,
  id: string,
  set: Partial<typeof datasetVersions.$inferInsert>,
): Promise<void> {
  await tx
    .update(datasetVersions)
    .set(set)
    .where(inScope(datasetVersions, scope, id))
}
