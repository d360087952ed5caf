import type { Handle } from '#db/client.ts'
import { ownBlob, type StoredBlob } from '#server/adapters/blobs.ts'
import { nowDate } from '#server/kernel/clock.ts'
import { AppError } from '#server/kernel/errors.ts'
import type { ProjectScope } from '#server/kernel/scope.ts'
import type { Change } from '#server/platform/change.ts'
import type { Kernel } from '#server/platform/kernel.ts'
import { ingestFileJob } from '../jobs.ts'
import { type DatasetVersion, versionById } from '../read-datasets.ts'
import { insertIngestion, updateIngestion } from '../store.ts'
import type { QueryFault, QueryResult } from './contract.ts'
import { findQuery, type QueryRow, updateQuery } from './store.ts'

/** Loads what a worker needs to run a query. */
export async function beginQuery(
  kernel: Kernel,
  scope: ProjectScope,
  id: string,
): Promise<{ query: QueryRow; version: DatasetVersion }> {
  const query = await findQuery(kernel.db, scope, id)
  if (!query) throw new AppError('not_found', 'This query was deleted.')
  await updateQuery(kernel.db, scope.projectId, id, { state: 'running' })
  return { query, version: await versionById(kernel, scope, query.versionId) }
}

export async function completeQuery(
  c: Change,
  query: QueryRow,
  made: { result: QueryResult; truncated: boolean; milliseconds: number },
): Promise<void> {
  await updateQuery(c.tx, query.projectId, query.id, {
    state: 'succeeded',
    result: made.result,
    rowCount: made.result.rows.length,
    truncated: made.truncated,
    milliseconds: made.milliseconds,
    endedAt: nowDate(),
  })
  wake(c, query)
}

/** Stores an error in the statement, which its author must correct: the job itself succeeds. */
export async function refuseQuery(c: Change, query: QueryRow, fault: QueryFault): Promise<void> {
  await updateQuery(c.tx, query.projectId, query.id, {
    state: 'failed',
    reason: fault.message,
    hint: fault.hint ?? null,
    atLine: fault.line ?? null,
    atColumn: fault.column ?? null,
    endedAt: nowDate(),
  })
  wake(c, query)
}

/** Starts the ingestion of a query's result, which becomes the next version of the dataset it is saved as. */
export async function saveQueryResult(
  c: Change,
  scope: ProjectScope,
  query: QueryRow,
  made: { blob: StoredBlob; rows: number; milliseconds: number },
): Promise<void> {
  const name = query.saveAs!
  await ownBlob(c.tx, scope.projectId, made.blob)
  const ingestion = await insertIngestion(c.tx, scope, {
    datasetName: name,
    fileName: `query over ${query.dataset} v${query.version}`,
    sourceDigest: made.blob.digest,
    source: {
      v: 1,
      kind: 'query',
      dataset: query.dataset,
      version: query.version,
      versionId: query.versionId,
      sql: query.sql,
    },
    options: {},
    state: 'queued',
    createdBy: query.createdBy,
  })
  const job = await c.enqueue(ingestFileJob, {
    projectId: scope.projectId,
    title: `Read the answer of a query as ${name}`,
    subject: { kind: 'ingestion', id: ingestion.id },
    payload: { v: 1, ingestionId: ingestion.id },
  })
  await updateIngestion(c.tx, scope.projectId, ingestion.id, { jobId: job.id })
  await updateQuery(c.tx, query.projectId, query.id, {
    state: 'succeeded',
    ingestionId: ingestion.id,
    rowCount: made.rows,
    truncated: false,
    milliseconds: made.milliseconds,
    endedAt: nowDate(),
  })
  wake(c, query)
}

/** Settles a query in the transaction that settles its job. */
export async function settleQuery(
  tx: Handle,
  projectId: string,
  id: string,
  state: 'queued' | 'failed' | 'cancelled',
  reason: string,
): Promise<void> {
  await updateQuery(tx, projectId, id, state === 'queued' ? { state } : { state, reason, endedAt: nowDate() })
}

const wake = (c: Change, query: QueryRow) =>
  c.wakeAfter({ topic: 'dataset', projectId: query.projectId, id: query.versionId })
