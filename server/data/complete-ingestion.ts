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
import type { IngestNote } from '#tables/read/contract.ts'
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
  ingestion.options as { target?: string; time?: string; columns?: ColumnDecision[] }

/** Rows below those of a version are other bytes than the same rows alone. */
export const digestFor = (digest: string, append: boolean): string =>
  append ? createHash('sha256').update(`append\n${digest}`).digest('hex') : digest

/** What was decided when adding: the columns, and the target and time as roles. */
function newDecisions(ingestion: IngestionRow): ColumnDecision[] {
  const { target, time, columns = [] } = optionsOf(ingestion)
  return mergeDecisions(columns, [
    ...(target ? [{ name: target, role: 'target' as const }] : []),
    ...(time ? [{ name: time, role: 'time' as const }] : []),
  ])
}

/** The version whose rows a query asked for, when these rows are its answer. */
function madeFrom({ source }: IngestionRow): string | undefined {
  return source.kind === 'query' && typeof source.versionId === 'string' ? source.versionId : undefined
}

/** What a worker needs to begin: the ingestion, the version before, and all that persons decided about the columns. */
export async function startIngestion(
  kernel: Kernel,
  scope: ProjectScope,
  id: string,
): Promise<{
  ingestion: IngestionRow
  before?: VersionRow
  decisions: ColumnDecision[]
  wishes: { target?: string; time?: string }
}> {
  const ingestion = await findIngestion(kernel.db, scope, id)
  if (!ingestion) throw new AppError('not_found', 'This ingestion is gone.')
  await updateIngestion(kernel.db, scope.projectId, id, { state: 'running' })
  const dataset = await findDataset(kernel.db, scope, ingestion.datasetName)
  const before = dataset && (await findVersion(kernel.db, scope, dataset.id))
  const { target, time } = optionsOf(ingestion)
  const decisions = mergeDecisions(contractOf(dataset), newDecisions(ingestion))
  return { ingestion, before, decisions, wishes: { target, time } }
}

/** An upload or a query names what it knows, whichever version that is; a source is compared with the newest: rows that went back changed. */
async function findSame(
  db: Handle,
  scope: ProjectScope,
  datasetId: string,
  ingestion: IngestionRow,
  sourceDigest: string,
): Promise<VersionRow | undefined> {
  const same = await findVersionBySource(db, scope, datasetId, sourceDigest)
  if (!same || typeof ingestion.source.sourceId !== 'string') return same
  return (await findVersion(db, scope, datasetId))?.id === same.id ? same : undefined
}

/** The version that was made of these bytes, if there is one. */
export async function findUnchanged(
  kernel: Kernel,
  scope: ProjectScope,
  ingestion: IngestionRow,
  digest: string,
): Promise<VersionRow | undefined> {
  const dataset = await findDataset(kernel.db, scope, ingestion.datasetName)
  if (!dataset) return undefined
  const same = await findSame(kernel.db, scope, dataset.id, ingestion, digestFor(digest, ingestion.append))
  if (same || !ingestion.append) return same
  // The same rows again below themselves are a mistake, not data.
  const newest = await findVersion(kernel.db, scope, dataset.id)
  return newest?.sourceDigest === digest ? newest : undefined
}

/** The rows are those of a version: the ingestion names it, and none is made. */
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

/** Registers the finished Parquet as the next version, in one transaction with the end of its job: nothing is ever half-registered. */
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
  // Another ingestion of the same bytes may have come first.
  const same = await findSame(c.tx, scope, dataset.id, ingestion, sourceDigest)
  if (same) {
    await completeUnchanged(c, scope, ingestion, same)
    return same
  }
  if (made.parentId && (await findVersion(c.tx, scope, dataset.id))?.id !== made.parentId)
    throw new Error(`${dataset.name} got another version while rows were appended; it is done again.`)
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
  const self = { kind: 'dataset-version', id: version.id } as const
  await c.link(scope.projectId, [
    ...(ingestion.sourceDigest
      ? [{ from: self, relation: 'read-from', to: { kind: 'blob', id: ingestion.sourceDigest } } as const]
      : []),
    ...(parentId
      ? [{ from: self, relation: 'made-from', to: { kind: 'dataset-version', id: parentId } } as const]
      : []),
  ])
  await c.record({
    projectId: scope.projectId,
    event: versionCreated,
    subject: { kind: 'dataset', id: dataset.id },
    payload: { dataset: dataset.name, version: version.number, rows: made.rows },
  })
  await c.enqueue(profileVersionJob, {
    projectId: scope.projectId,
    title: `Profile ${dataset.name} v${version.number}`,
    subject: { kind: 'dataset-version', id: version.id },
    payload: { v: 1, versionId: version.id },
  })
  await validateNewVersion(c, scope, version.id)
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
