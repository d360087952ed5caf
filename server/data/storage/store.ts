import { and, eq, inArray, isNull, sql } from 'drizzle-orm'
import { z } from 'zod'
import type { Handle, Tx } from '#db/client.ts'
import { datasets, datasetVersions } from '#db/schema/data.ts'
import { storageQuotas } from '#db/schema/data-quotas.ts'
import { blobs } from '#db/schema/platform.ts'
import type { ProjectScope } from '#server/kernel/scope.ts'
import { inScope } from '#server/platform/in-scope.ts'
import { readRows } from '#server/platform/read-rows.ts'
import { SUBJECTS, type Subject } from '#server/platform/subjects/contract.ts'

export interface VersionBytes {
  id: string
  datasetId: string
  dataset: string
  number: number
  rows: number
  digest: string
  sourceDigest: string
  bytes: number
  deletedAt: Date | null
}

const columns = {
  id: datasetVersions.id,
  datasetId: datasetVersions.datasetId,
  dataset: datasets.name,
  number: datasetVersions.number,
  rows: datasetVersions.rows,
  digest: datasetVersions.digest,
  sourceDigest: datasetVersions.sourceDigest,
  bytes: datasetVersions.bytes,
  deletedAt: datasetVersions.deletedAt,
}

/** Lists the versions of the project or of one dataset, including deleted ones. */
export const listVersionBytes = (db: Handle, scope: ProjectScope, datasetName?: string): Promise<VersionBytes[]> =>
  db
    .select(columns)
    .from(datasetVersions)
    .innerJoin(
      datasets,
      and(eq(datasets.projectId, datasetVersions.projectId), eq(datasets.id, datasetVersions.datasetId)),
    )
    .where(
      and(
        eq(datasetVersions.projectId, scope.projectId),
        datasetName === undefined ? undefined : eq(datasets.name, datasetName),
      ),
    )
    .orderBy(datasets.name, sql`${datasetVersions.number} DESC`)

/** Locks the dataset, so that no version is added or deleted in the meantime. */
export async function lockDatasetById(tx: Tx, scope: ProjectScope, id: string): Promise<void> {
  await tx
    .select({ id: datasets.id })
    .from(datasets)
    .where(inScope(datasets, scope, id))
    .for('no key update')
}

export async function markDeleted(tx: Tx, scope: ProjectScope, ids: string[], at: Date): Promise<number> {
  const rows = await tx
    .update(datasetVersions)
    .set({ deletedAt: at })
    .where(
      and(
        eq(datasetVersions.projectId, scope.projectId),
        inArray(datasetVersions.id, ids),
        isNull(datasetVersions.deletedAt),
      ),
    )
    .returning({ id: datasetVersions.id })
  return rows.length
}

export async function markRestored(tx: Tx, scope: ProjectScope, ids: string[]): Promise<void> {
  await tx
    .update(datasetVersions)
    .set({ deletedAt: null })
    .where(inScope(datasetVersions, scope, ids))
}

const list = (values: string[]) =>
  sql`ARRAY[${sql.join(
    values.map(v => sql`${v}`),
    sql`, `,
  )}]::text[]`

/** Lists titles of active jobs that use one of these versions or what was made with it, or that read bytes into the dataset. */
export async function jobsAtWork(
  db: Handle,
  scope: ProjectScope,
  datasetName: string,
  versionIds: string[],
): Promise<string[]> {
  if (versionIds.length === 0) return []
  const ids = list(versionIds)
  const rows = await readRows(
    db,
    sql`
    SELECT j.title FROM jobs j
    WHERE j.project_id = ${scope.projectId} AND j.state IN ('queued', 'running') AND (
      j.subject_id::text = ANY(${ids})
      OR EXISTS (SELECT 1 FROM jsonb_each_text(j.payload) p WHERE p.value = ANY(${ids}))
      OR EXISTS (SELECT 1 FROM links l WHERE l.project_id = j.project_id AND l.from_id = j.subject_id::text
        AND l.to_kind = 'dataset-version' AND l.to_id = ANY(${ids}))
      OR EXISTS (SELECT 1 FROM ingestions i WHERE i.project_id = j.project_id AND i.id = j.subject_id AND i.dataset_name = ${datasetName}))
    ORDER BY j.created_at LIMIT 20`,
    z.object({ title: z.string() }),
  )
  return rows.map(r => r.title)
}

/** Selects digests that rows of the project hold, by the subject registry. */
const keptBySubjects = ({ projectId }: ProjectScope) =>
  sql.join(
    Object.values<Subject>(SUBJECTS).flatMap(({ table, keeps }) => {
      if (!table || !keeps) return []
      const digest = sql`k.${sql.identifier(keeps[0])}`
      const open = keeps[1] === 'open' ? sql`AND k.state IN ('queued', 'running')` : sql``
      return sql`UNION SELECT ${digest} FROM ${sql.identifier(table)} k
        WHERE k.project_id = ${projectId} AND ${digest} IS NOT NULL ${open}`
    }),
    sql` `,
  )

/**
 * Selects digests that the project references: versions that exist or can be restored, deleted ones that were used, linked bytes, and bytes
 * of ingestions in progress.
 */
const reached = (scope: ProjectScope, restorableSince: Date) => {
  const project = sql`${scope.projectId}`
  const since = sql`${restorableSince.toISOString()}::timestamptz`
  return sql`
    SELECT v.digest FROM dataset_versions v WHERE v.project_id = ${project} AND (v.deleted_at IS NULL OR v.deleted_at > ${since}
      OR EXISTS (SELECT 1 FROM links u WHERE u.project_id = v.project_id AND u.to_kind = 'dataset-version' AND u.to_id = v.id::text
        AND u.from_kind <> 'dataset-version'))
    UNION SELECT v.source_digest FROM dataset_versions v
      WHERE v.project_id = ${project} AND (v.deleted_at IS NULL OR v.deleted_at > ${since})
    UNION SELECT l.to_id FROM links l WHERE l.project_id = ${project} AND l.to_kind = 'blob'
      AND NOT (l.from_kind = 'dataset-version' AND EXISTS (SELECT 1 FROM dataset_versions v
        WHERE v.project_id = l.project_id AND v.id::text = l.from_id AND v.deleted_at <= ${since}))
    ${keptBySubjects(scope)}`
}

/** Lists the project's bytes without a reference. */
export async function unreachedBytes(db: Handle, scope: ProjectScope, restorableSince: Date): Promise<number> {
  const [row] = await readRows(
    db,
    sql`
    SELECT coalesce(sum(o.bytes), 0)::float8 AS bytes FROM blob_owners o
    WHERE o.project_id = ${scope.projectId} AND o.created_at <= ${restorableSince.toISOString()}::timestamptz
      AND o.digest NOT IN (${reached(scope, restorableSince)})`,
    z.object({ bytes: z.number() }),
  )
  return row?.bytes ?? 0
}

/** Removes the project's ownership of bytes without a reference since `restorableSince`. */
export async function disownUnreached(tx: Handle, scope: ProjectScope, restorableSince: Date) {
  return await readRows(
    tx,
    sql`
    DELETE FROM blob_owners o
    WHERE o.project_id = ${scope.projectId} AND o.created_at <= ${restorableSince.toISOString()}::timestamptz
      AND o.digest NOT IN (${reached(scope, restorableSince)})
    RETURNING o.digest, o.bytes::float8 AS bytes`,
    z.object({ digest: z.string(), bytes: z.number() }),
  )
}

/** Marks bytes that no project owns. A put of the same bytes clears the mark. */
export async function markOrphans(db: Handle, before: Date, now: Date): Promise<number> {
  const rows = await readRows(
    db,
    sql`
    UPDATE blobs b SET tombstoned_at = ${now.toISOString()}::timestamptz
    WHERE b.tombstoned_at IS NULL AND b.created_at <= ${before.toISOString()}::timestamptz
      AND NOT EXISTS (SELECT 1 FROM blob_owners o WHERE o.digest = b.digest)
    RETURNING b.digest`,
    z.object({ digest: z.string() }),
  )
  return rows.length
}

export async function listMarked(db: Handle, markedBefore: Date): Promise<string[]> {
  const rows = await readRows(
    db,
    sql`
    SELECT digest FROM blobs WHERE tombstoned_at <= ${markedBefore.toISOString()}::timestamptz ORDER BY tombstoned_at LIMIT 10000
  `,
    z.object({ digest: z.string() }),
  )
  return rows.map(r => r.digest)
}

/**
 * Locks the row until the transaction ends, so that an upload of the same bytes waits; undefined: owned again, or locked by another
 * transaction.
 */
export async function holdOrphan(tx: Tx, digest: string): Promise<{ bytes: number } | undefined> {
  const [row] = await readRows(
    tx,
    sql`
    SELECT b.bytes::float8 AS bytes FROM blobs b WHERE b.digest = ${digest} AND b.tombstoned_at IS NOT NULL
      AND NOT EXISTS (SELECT 1 FROM blob_owners o WHERE o.digest = b.digest)
    FOR UPDATE SKIP LOCKED`,
    z.object({ bytes: z.number() }),
  )
  return row
}

export async function forgetBlob(tx: Tx, digest: string): Promise<void> {
  await tx.delete(blobs).where(eq(blobs.digest, digest))
}

export async function unmark(tx: Tx, digest: string): Promise<void> {
  await tx.update(blobs).set({ tombstonedAt: null }).where(eq(blobs.digest, digest))
}

/** Returns the sizes of the project's bytes by digest. */
export async function ownedBytes(db: Handle, scope: ProjectScope): Promise<Map<string, number>> {
  const rows = await readRows(
    db,
    sql`
    SELECT digest, bytes::float8 AS bytes FROM blob_owners WHERE project_id = ${scope.projectId}
  `,
    z.object({ digest: z.string(), bytes: z.number() }),
  )
  return new Map(rows.map(r => [r.digest, r.bytes]))
}

export async function stagedBytes(db: Handle, scope: ProjectScope): Promise<number> {
  const [row] = await readRows(
    db,
    sql`
    SELECT coalesce(sum(bytes), 0)::float8 AS bytes FROM upload_chunks WHERE project_id = ${scope.projectId}
  `,
    z.object({ bytes: z.number() }),
  )
  return row?.bytes ?? 0
}

/** Returns the versions of `ids` whose bytes were used. */
export async function usedVersions(db: Handle, scope: ProjectScope, ids: string[]) {
  if (ids.length === 0) return []
  return await readRows(
    db,
    sql`
    SELECT l.to_id AS id, l.from_kind AS kind, l.relation, count(*)::int AS count FROM links l
    WHERE l.project_id = ${scope.projectId} AND l.to_kind = 'dataset-version' AND l.to_id = ANY(${list(ids)})
    GROUP BY 1, 2, 3 ORDER BY 2, 3`,
    z.object({ id: z.string(), kind: z.string(), relation: z.string(), count: z.number() }),
  )
}

/** Returns the bytes that the project owns, each once. */
export async function sumOwnedBytes(db: Handle, scope: ProjectScope): Promise<number> {
  const [row] = await readRows(
    db,
    sql`SELECT coalesce(sum(bytes), 0)::float8 AS bytes FROM blob_owners WHERE project_id = ${scope.projectId}`,
    z.object({ bytes: z.number() }),
  )
  return row?.bytes ?? 0
}

export async function findQuota(db: Handle, scope: ProjectScope): Promise<number | undefined> {
  const [row] = await db
    .select({ bytes: storageQuotas.bytes })
    .from(storageQuotas)
    .where(eq(storageQuotas.projectId, scope.projectId))
  return row?.bytes
}

export async function saveQuota(
  tx: Tx,
  { projectId }: ProjectScope,
  set: { bytes: number; updatedBy: string },
): Promise<void> {
  await tx
    .insert(storageQuotas)
    .values({ projectId, ...set })
    .onConflictDoUpdate({ target: storageQuotas.projectId, set: { ...set, updatedAt: sql`now()` } })
}

export async function deleteQuota(tx: Tx, scope: ProjectScope): Promise<void> {
  await tx.delete(storageQuotas).where(eq(storageQuotas.projectId, scope.projectId))
}
