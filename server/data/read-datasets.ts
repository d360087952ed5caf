import { authorize, type Caller } from '#server/access/caller.ts'
import { AppError } from '#server/kernel/errors.ts'
import type { ProjectScope } from '#server/kernel/scope.ts'
import type { Kernel } from '#server/platform/kernel.ts'
import { findJob } from '#server/platform/read-jobs.ts'
import { readSnapshot } from '#server/platform/read-snapshot.ts'
import { offerOf } from '#tables/read/contract.ts'
import type { DatasetSummary } from './contract.ts'
import { countChecks } from './count-checks.ts'
import { describeBreak, describeNote } from './messages.ts'
import { predictionsOf } from './predictions/add-predictions.ts'
import {
  contractOf,
  type DatasetRow,
  findDataset,
  findIngestion,
  findVersion,
  findVersionById,
  type IngestionRow,
  listNewest,
  listVersions,
  recentIngestions,
  type VersionRow,
} from './store.ts'

export type DatasetVersion = VersionRow & { datasetName: string }

const summary = (
  dataset: DatasetRow,
  v: VersionRow,
  counts: Pick<DatasetSummary, 'checks' | 'leaks'>,
): DatasetSummary => ({
  dataset: dataset.name,
  version: v.number,
  rows: v.rows,
  columns: v.columnCount,
  digest: v.digest,
  bytes: v.bytes,
  warnings: v.warnings.map(describeNote),
  createdAt: v.createdAt.toISOString(),
  profileState: v.profileState,
  ...counts,
})

export async function listDatasets(kernel: Kernel, caller: Caller) {
  await authorize(kernel, caller, 'data:read')
  return readSnapshot(kernel, snapshot => summarizeDatasets(snapshot, caller))
}

async function summarizeDatasets(kernel: Kernel, caller: Caller) {
  const [rows, ingestions] = await Promise.all([
    listNewest(kernel.db, caller.scope),
    recentIngestions(kernel.db, caller.scope),
  ])
  const counts = await countChecks(
    kernel.db,
    caller.scope,
    rows.map(r => r.version),
  )
  return {
    items: rows.map(r => summary(r.dataset, r.version, counts.get(r.version.id)!)),
    next: null,
    /** In progress, or failed within a day. */
    ingestions: ingestions
      .filter(i => i.state !== 'succeeded')
      .map(i => ({
        id: i.id,
        dataset: i.datasetName,
        fileName: i.fileName,
        state: i.state,
        reason: i.reason,
        createdAt: i.createdAt.toISOString(),
      })),
  }
}

/** Resolves `name` or `name@3`. Throws `not_found` naming the existing versions. */
export async function versionOf(kernel: Kernel, scope: ProjectScope, nameAtVersion: string): Promise<DatasetVersion> {
  const [name, number] = nameAtVersion.split('@')
  const dataset = await findDataset(kernel.db, scope, name!)
  const newest = dataset && (await findVersion(kernel.db, scope, dataset.id))
  if (!newest)
    throw new AppError('not_found', `There is no dataset “${name}” in this project.`, {
      hint: 'List the datasets with `fleximl data ls`.',
    })
  const version = number === undefined ? newest : await findVersion(kernel.db, scope, dataset.id, Number(number))
  if (!version) {
    const there = await listVersions(kernel.db, scope, dataset.id)
    throw new AppError('not_found', `${name} has no version ${number}.`, {
      hint:
        there.length === newest.number
          ? `It has versions 1 to ${newest.number}.`
          : `It has the versions ${there
              .map(v => v.number)
              .reverse()
              .slice(-20)
              .join(', ')}.`,
    })
  }
  return { ...version, datasetName: dataset.name }
}

export async function versionById(kernel: Kernel, scope: ProjectScope, id: string): Promise<DatasetVersion> {
  const version = await findVersionById(kernel.db, scope, id)
  if (!version) throw new AppError('not_found', 'There is no such dataset version in this project.')
  return version
}

export async function showDataset(kernel: Kernel, caller: Caller, nameAtVersion: string) {
  await authorize(kernel, caller, 'data:read')
  return readSnapshot(kernel, snapshot => describeDataset(snapshot, caller, nameAtVersion))
}

async function describeDataset(kernel: Kernel, caller: Caller, nameAtVersion: string) {
  const version = await versionOf(kernel, caller.scope, nameAtVersion)
  const [versions, dataset] = await Promise.all([
    listVersions(kernel.db, caller.scope, version.datasetId),
    findDataset(kernel.db, caller.scope, version.datasetName),
  ])
  return {
    id: version.id,
    dataset: version.datasetName,
    version: version.number,
    rows: version.rows,
    columns: version.columnCount,
    bytes: version.bytes,
    digest: version.digest,
    created: true,
    warnings: version.warnings.map(describeNote),
    schema: version.schema,
    /** Violations of the contract, as sentences. */
    breaks: version.breaks.map(describeBreak),
    /** Decisions about the columns of the dataset. */
    contract: contractOf(dataset),
    source: version.source,
    profileState: version.profileState,
    profileReason: version.profileReason,
    createdAt: version.createdAt.toISOString(),
    versions: versions.map(v => ({
      version: v.number,
      rows: v.rows,
      columns: v.columnCount,
      digest: v.digest,
      bytes: v.bytes,
      createdAt: v.createdAt.toISOString(),
      createdBy: v.createdBy,
    })),
  }
}

export async function showIngestion(kernel: Kernel, caller: Caller, id: string) {
  await authorize(kernel, caller, 'data:read')
  return readSnapshot(kernel, snapshot => describeIngestion(snapshot, caller, id))
}

async function describeIngestion(kernel: Kernel, caller: Caller, id: string) {
  const ingestion = await findIngestion(kernel.db, caller.scope, id)
  if (!ingestion) throw new AppError('not_found', 'There is no such ingestion in this project.')
  const version = ingestion.versionId ? await findVersionById(kernel.db, caller.scope, ingestion.versionId) : undefined
  const failed = ingestion.state === 'failed' && ingestion.jobId
  const job = failed ? await findJob(kernel.db, caller.scope, failed) : undefined
  return {
    id: ingestion.id,
    state: ingestion.state,
    reason: ingestion.reason,
    /** The reading option that mends the failure, if there is one. */
    offer: offerOf(job?.reasonCode),
    jobId: ingestion.jobId,
    created: ingestion.created,
    dataset: ingestion.datasetName,
    version: version?.number ?? null,
    rows: version?.rows ?? null,
    columns: version?.columnCount ?? null,
    digest: version?.digest ?? null,
    target: version?.schema.find(c => c.role === 'target')?.name ?? null,
    warnings: version?.warnings.map(describeNote) ?? [],
    predictions: describePredictions(ingestion),
  }
}

/** Returns the counts of a batch prediction; null for any other ingestion and until all rows are predicted. */
function describePredictions(ingestion: IngestionRow) {
  const { endpoint, model, modelVersion, rows, errors, warningCounts } = predictionsOf(ingestion) ?? {}
  if (rows === undefined) return null
  return { endpoint, model, modelVersion, rows, errors: errors ?? 0, warningCounts: warningCounts ?? [] }
}
