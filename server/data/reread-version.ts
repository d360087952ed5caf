import { AppError } from '#server/kernel/errors.ts'
import { actorKey, type ProjectScope } from '#server/kernel/scope.ts'
import type { Change } from '#server/platform/change.ts'
import { mergeDecisions } from '#tables/infer/check-contract.ts'
import type { ColumnDecision } from './contract.ts'
import { ingestionStarted } from './events.ts'
import { ingestFileJob } from './jobs.ts'
import type { DatasetVersion } from './read-datasets.ts'
import { startRefresh } from './sources/start-refresh.ts'
import { findSource } from './sources/store.ts'
import {
  contractOf,
  type IngestionRow,
  insertIngestion,
  lockDataset,
  updateContract,
  updateIngestion,
} from './store.ts'

/**
 * Reads the files of a version again under new formats; the result is the next version. The decisions become part of the dataset's contract.
 * Throws for versions whose files are not kept.
 */
export async function rereadVersion(
  c: Change,
  scope: ProjectScope,
  version: DatasetVersion,
  decisions: ColumnDecision[],
): Promise<IngestionRow> {
  const dataset = await lockDataset(c.tx, scope, version.datasetName, version.createdBy)
  await updateContract(c.tx, scope, dataset.id, mergeDecisions(contractOf(dataset), decisions))
  await c.record({
    projectId: scope.projectId,
    subject: { kind: 'dataset-version', id: version.id },
    audit: { action: 'data.reread-version', details: { columns: decisions } },
  })
  const { kind, fileName } = version.source as { kind?: string; fileName?: string }
  const source = await findSource(c.tx, scope, { dataset: version.datasetName }, true)
  if (kind !== 'upload' && source) return startRefresh(c, scope, source, { reread: true })
  if (kind !== 'upload' || version.parentId)
    throw new AppError(
      'invalid',
      `The files of ${version.datasetName} v${version.number} are not kept, so its cells cannot be read again.`,
      {
        hint: 'Add the files again: the formats that are decided apply to them.',
      },
    )
  const name = fileName ?? version.datasetName
  const ingestion = await insertIngestion(c.tx, scope, {
    datasetName: version.datasetName,
    fileName: name,
    sourceDigest: version.sourceDigest,
    append: false,
    options: { reread: true },
    state: 'queued',
    createdBy: actorKey(c.actor),
  })
  const job = await c.enqueue(ingestFileJob, {
    projectId: scope.projectId,
    title: `Read ${name} as ${version.datasetName} again`,
    subject: { kind: 'ingestion', id: ingestion.id },
    payload: { v: 1, ingestionId: ingestion.id },
  })
  await updateIngestion(c.tx, scope.projectId, ingestion.id, { jobId: job.id })
  await c.record({
    projectId: scope.projectId,
    event: ingestionStarted,
    subject: { kind: 'ingestion', id: ingestion.id },
    payload: { dataset: version.datasetName },
  })
  return { ...ingestion, jobId: job.id }
}
