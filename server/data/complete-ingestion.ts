import { createHash } from 'node:crypto'
import type { Handle } from '#db/client.ts'
import { ownBlob, type StoredBlob } from '#server/adapters/blobs.ts'
import { nowDate } from '#server/kernel/clock.ts'
import { AppError } from '#server/kernel/errors.ts'
import type { ProjectScope } from '#server/kernel/scope.ts'
import type { Change } from '#server/platform/change.ts'
import type { Kernel } from '#server/platform/kernel.ts'
import { mergeDecisions } from '#tables/infer/check-contract.ts'
import type { ContractBreak } from '#tables/infer/contract.ts'
import type { IngestNote, ReadingOptions } from '#tables/read/contract.ts'
import type { ColumnDecision, VersionColumn } from './contract.ts'
import { ingestionUnchanged, versionCreated } from './events.ts'
import { validateNewVersion } from './expectations/validate-version.ts'
import { profileVersionJob } from './profile/jobs.ts'
import {
  contractOf,
  findDataset,
  findIngestion,
  findVersion,
  findVersionBySource,
  type IngestionRow,
  insertVersion,
  lockDataset,
  updateContract,
  updateIngestion,
  type VersionRow,
} from './store.ts'

const optionsOf = (ingestion: IngestionRow) =>
  ingestion.options as {
    target?: string
    time?: string
    columns?: ColumnDecision[]
    reading?: ReadingOptions
    /** The same bytes make a new version, because they are read differently. */
    reread?: boolean
  }

/** Returns the digest of the version's bytes. Rows appended to a version get another digest than the same rows on their own. */
export const digestFor = (digest: string, append: boolean): string =>
  append ? createHash('sha256').update(`append\n${digest}`).digest('hex') : digest

/** Returns the decisions made when adding: the columns, and target and time as roles. */
function newDecisions(ingestion: IngestionRow): ColumnDecision[] {
  const { target, time, columns = [] } = optionsOf(ingestion)
  return mergeDecisions(columns, [
    ...(target ? [{ name: target, role: 'target' as const }] : []),
    ...(time ? [{ name: time, role: 'time' as const }] : []),
  ])
}

/** Returns the version that a query read or a model predicted, if these rows are the result. */
function madeFrom({ source }: IngestionRow): string | undefined {
  return (source.kind === 'query' || source.kind === 'predictions') && typeof source.versionId === 'string'
    ? source.versionId
    : undefined
}

/** How the files of a version were read: the next ones are read alike. */
export const readingOf = (version: VersionRow | undefined): ReadingOptions | undefined =>
  (version?.source as { reading?: ReadingOptions } | undefined)?.reading

/** Loads what a worker needs: the ingestion, the previous version, and the decisions about columns. */
export async function startIngestion(
  kernel: Kernel,
  scope: ProjectScope,
  id: string,
): Promise<{
  ingestion: IngestionRow
  before?: VersionRow
  decisions: ColumnDecision[]
  wishes: { target?: string; time?: string }
  reading?: ReadingOptions
}> {
  const ingestion = await findIngestion(kernel.db, scope, id)
  if (!ingestion) throw new AppError('not_found', 'This ingestion was deleted.')
  await updateIngestion(kernel.db, scope.projectId, id, { state: 'running' })
  const dataset = await findDataset(kernel.db, scope, ingestion.datasetName)
  const before = dataset && (await findVersion(kernel.db, scope, dataset.id))
  const { target, time, reading = readingOf(before) } = optionsOf(ingestion)
  const decisions = mergeDecisions(contractOf(dataset), newDecisions(ingestion))
  return { ingestion, before, decisions, wishes: { target, time }, reading }
}

/**
 * Finds a version with the same bytes: for an upload or a query any version; for a source only the newest, since rows that return to an
 * earlier state have changed.
 */
async function findSame(
  db: Handle,
  scope: ProjectScope,
  datasetId: string,
  ingestion: IngestionRow,
  sourceDigest: string,
): Promise<VersionRow | undefined> {
  if (optionsOf(ingestion).reread) return undefined
  const same = await findVersionBySource(db, scope, datasetId, sourceDigest)
  if (!same || typeof ingestion.source.sourceId !== 'string') return same
  return (await findVersion(db, scope, datasetId))?.id === same.id ? same : undefined
}

/** Returns the version of these bytes, if there is one. */
export async function findUnchanged(
  kernel: Kernel,
  scope: ProjectScope,
  ingestion: IngestionRow,
  digest: string,
): Promise<VersionRow | undefined> {
  const dataset = await findDataset(kernel.db, scope, ingestion.datasetName)
  if (!dataset) return undefined
  const same = await findSame(kernel.db, scope, dataset.id, ingestion, digestFor(digest, ingestion.append))
  if (same || !ingestion.append || optionsOf(ingestion).reread) return same
  // Appending the same rows to themselves is a mistake.
  const newest = await findVersion(kernel.db, scope, dataset.id)
  return newest?.sourceDigest === digest ? newest : undefined
}

/** Completes an ingestion whose rows are those of an existing version: it names that version. */
export async function completeUnchanged(
  c: Change,
  scope: ProjectScope,
  ingestion: IngestionRow,
  version: VersionRow,
): Promise<void> {
  await updateIngestion(c.tx, scope.projectId, ingestion.id, {
    state: 'succeeded',
    created: false,
    versionId: version.id,
    endedAt: nowDate(),
  })
  await c.record({
    projectId: scope.projectId,
    event: ingestionUnchanged,
    subject: { kind: 'ingestion', id: ingestion.id },
    payload: { dataset: ingestion.datasetName, version: version.number },
  })
}

/** Links and records a new version, and starts its profile. */
async function recordVersion(
  c: Change,
  scope: ProjectScope,
  ingestion: IngestionRow,
  dataset: { id: string; name: string },
  version: VersionRow,
  parentId: string | null | undefined,
): Promise<void> {
  const self = { kind: 'dataset-version', id: version.id } as const
  await c.link(scope.projectId, [
    ...(ingestion.sourceDigest
      ? [{ from: self, relation: 'read-from', to: { kind: 'blob', id: ingestion.sourceDigest } } as const]
      : []),
    ...(parentId
      ? [{ from: self, relation: 'made-from', to: { kind: 'dataset-version', id: parentId } } as const]
      : []),
    ...(ingestion.source.kind === 'predictions'
      ? [
          {
            from: self,
            relation: 'uses',
            to: { kind: 'model-version', id: String(ingestion.source.modelVersionId) },
          } as const,
        ]
      : []),
  ])
  await c.record({
    projectId: scope.projectId,
    event: versionCreated,
    subject: { kind: 'dataset', id: dataset.id },
    payload: { dataset: dataset.name, version: version.number, rows: version.rows },
  })
  await c.enqueue(profileVersionJob, {
    projectId: scope.projectId,
    title: `Profile ${dataset.name} v${version.number}`,
    subject: { kind: 'dataset-version', id: version.id },
    payload: { v: 1, versionId: version.id },
  })
}

/** Registers the finished Parquet as the next version, in one transaction with the end of its job. */
export async function completeIngestion(
  c: Change,
  scope: ProjectScope,
  ingestion: IngestionRow,
  made: {
    sourceDigest: string
    origin: Record<string, unknown>
    blob: StoredBlob
    rows: number
    schema: VersionColumn[]
    notes: IngestNote[]
    breaks: ContractBreak[]
    /** The version whose rows come first. */
    parentId?: string
  },
): Promise<VersionRow> {
  const dataset = await lockDataset(c.tx, scope, ingestion.datasetName, ingestion.createdBy)
  const sourceDigest = digestFor(made.sourceDigest, made.parentId !== undefined)
  // Another ingestion of the same bytes may have finished first.
  const same = await findSame(c.tx, scope, dataset.id, ingestion, sourceDigest)
  if (same) {
    await completeUnchanged(c, scope, ingestion, same)
    return same
  }
  if (made.parentId && (await findVersion(c.tx, scope, dataset.id))?.id !== made.parentId)
    throw new Error(`${dataset.name} got another version while rows were appended; the ingestion is repeated.`)
  await ownBlob(c.tx, scope.projectId, made.blob)
  const parentId = made.parentId ?? madeFrom(ingestion)
  const version = await insertVersion(c.tx, dataset, {
    digest: made.blob.digest,
    sourceDigest,
    bytes: made.blob.bytes,
    rows: made.rows,
    columnCount: made.schema.length,
    schema: made.schema,
    source: made.origin,
    warnings: made.notes,
    breaks: made.breaks,
    parentId: parentId ?? null,
    createdBy: ingestion.createdBy,
  })
  const decided = newDecisions(ingestion)
  if (decided.length > 0) await updateContract(c.tx, scope, dataset.id, mergeDecisions(contractOf(dataset), decided))
  await updateIngestion(c.tx, scope.projectId, ingestion.id, {
    state: 'succeeded',
    created: true,
    versionId: version.id,
    endedAt: nowDate(),
  })
  await recordVersion(c, scope, ingestion, dataset, version, parentId)
  await validateNewVersion(c, scope, version.id)
  return version
}

/** Fails an ingestion in the transaction that settles its job. */
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
