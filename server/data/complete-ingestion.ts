import type { Handle } from '#db/client.ts'
import { ownBlob, type StoredBlob } from '#server/kernel/blobs.ts'
import type { Change } from '#server/kernel/change.ts'
import { nowDate } from '#server/kernel/clock.ts'
import { AppError } from '#server/kernel/errors.ts'
import type { Kernel } from '#server/kernel/kernel.ts'
import type { ProjectScope } from '#server/kernel/scope.ts'
import type { VersionColumn } from './contract.ts'
import { profileVersionJob } from './jobs.ts'
import {
  findDataset,
  findIngestion,
  findVersion,
  findVersionBySource,
  type IngestionRow,
  insertVersion,
  lockDataset,
  updateIngestion,
  type VersionRow,
} from './store.ts'

/** What a worker needs to begin: the ingestion, and the decisions about columns that persons took for the version before. */
export async function startIngestion(
  kernel: Kernel,
  scope: ProjectScope,
  id: string,
): Promise<{ ingestion: IngestionRow; before?: VersionRow }> {
  const ingestion = await findIngestion(kernel.db, scope, id)
  if (!ingestion) throw new AppError('not_found', 'This ingestion is gone.')
  await updateIngestion(kernel.db, scope.projectId, id, { state: 'running' })
  const dataset = await findDataset(kernel.db, scope, ingestion.datasetName)
  return { ingestion, before: dataset && (await findVersion(kernel.db, scope, dataset.id)) }
}

/** Registers the finished Parquet as the next version, in one transaction with the end of its job: nothing is ever half-registered. */
export async function completeIngestion(
  c: Change,
  scope: ProjectScope,
  ingestion: IngestionRow,
  made: { sourceDigest: string; blob: StoredBlob; rows: number; schema: VersionColumn[]; warnings: string[] },
): Promise<VersionRow> {
  const dataset = await lockDataset(c.tx, scope, ingestion.datasetName, ingestion.createdBy)
  // Another ingestion of the same bytes may have come first.
  const same = await findVersionBySource(c.tx, scope, dataset.id, made.sourceDigest)
  await ownBlob(c.tx, scope.projectId, made.blob)
  const version = same
    ? same
    : await insertVersion(c.tx, dataset, {
        digest: made.blob.digest,
        sourceDigest: made.sourceDigest,
        bytes: made.blob.bytes,
        rows: made.rows,
        columnCount: made.schema.length,
        schema: made.schema,
        source: { v: 1, kind: 'upload', fileName: ingestion.fileName },
        warnings: made.warnings,
        createdBy: ingestion.createdBy,
      })
  await updateIngestion(c.tx, scope.projectId, ingestion.id, {
    state: 'done',
    created: !same,
    versionId: version.id,
    endedAt: nowDate(),
  })
  if (same) return version
  await c.link(scope.projectId, [
    {
      from: { kind: 'dataset-version', id: version.id },
      relation: 'read-from',
      to: { kind: 'blob', id: made.sourceDigest },
    },
  ])
  await c.emit({
    projectId: scope.projectId,
    type: 'data.version-created',
    subjectKind: 'dataset',
    subjectId: dataset.id,
    payload: { dataset: dataset.name, version: version.number, rows: made.rows },
  })
  await c.enqueue(profileVersionJob, {
    projectId: scope.projectId,
    title: `Profile ${dataset.name} v${version.number}`,
    subject: { kind: 'dataset-version', id: version.id },
    payload: { v: 1, versionId: version.id },
  })
  return version
}

/** In the transaction that settles the job. */
export async function failIngestion(
  tx: Handle,
  projectId: string,
  ingestionId: string,
  state: 'queued' | 'failed' | 'cancelled',
  reason: string,
): Promise<void> {
  await updateIngestion(
    tx,
    projectId,
    ingestionId,
    state === 'queued' ? { state } : { state: 'failed', reason, endedAt: nowDate() },
  )
}
