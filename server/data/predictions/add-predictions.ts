import type { Handle } from '#db/client.ts'
import { ownBlob, type StoredBlob } from '#server/adapters/blobs.ts'
import { AppError } from '#server/kernel/errors.ts'
import { actorKey, type ProjectScope } from '#server/kernel/scope.ts'
import type { Change } from '#server/platform/change.ts'
import { ingestionStarted } from '../events.ts'
import { ingestFileJob } from '../jobs.ts'
import { findIngestion, type IngestionRow, insertIngestion, updateIngestion } from '../store.ts'

/** Where the rows of a dataset of predictions come from. */
export interface PredictionsOrigin {
  endpoint: string
  model: string
  modelVersion: number
  modelVersionId: string
  modelDigest: string
  dataset: string
  version: number
  /** The dataset version that is predicted. */
  versionId: string
}

/** What the prediction of all rows found. */
export interface PredictionsResult {
  rows: number
  /** Rows without a prediction. */
  errors: number
  warningCounts: { column: string; code: string; rows: number }[]
}

export type PredictionsSource = { v: 1; kind: 'predictions' } & PredictionsOrigin & Partial<PredictionsResult>

/** Returns the origin of an ingestion of predictions; undefined for any other. */
export const predictionsOf = ({ source }: Pick<IngestionRow, 'source'>): PredictionsSource | undefined =>
  source.kind === 'predictions' ? (source as unknown as PredictionsSource) : undefined

/** Opens the ingestion of predictions that a job will make. */
export async function openPredictions(
  c: Change,
  scope: ProjectScope,
  input: { datasetName: string; origin: PredictionsOrigin },
): Promise<IngestionRow> {
  const { datasetName, origin } = input
  const ingestion = await insertIngestion(c.tx, scope, {
    datasetName,
    fileName: `predictions of ${origin.endpoint} for ${origin.dataset} v${origin.version}`,
    source: { v: 1, kind: 'predictions', ...origin },
    options: {},
    state: 'queued',
    createdBy: actorKey(c.actor),
  })
  await c.record({
    projectId: scope.projectId,
    event: ingestionStarted,
    subject: { kind: 'ingestion', id: ingestion.id },
    payload: { dataset: datasetName },
    audit: {
      action: 'serving.predict-dataset',
      details: { endpoint: origin.endpoint, data: `${origin.dataset}@${origin.version}` },
      subject: { kind: 'dataset', id: datasetName },
    },
  })
  return ingestion
}

export const setPredictionsJob = (db: Handle, scope: ProjectScope, ingestionId: string, jobId: string) =>
  updateIngestion(db, scope.projectId, ingestionId, { jobId })

/** Loads what a worker needs. Throws `not_found` if the ingestion was deleted. */
export async function beginPredictions(
  db: Handle,
  scope: ProjectScope,
  ingestionId: string,
): Promise<PredictionsSource> {
  const ingestion = await findIngestion(db, scope, ingestionId)
  const origin = ingestion && predictionsOf(ingestion)
  if (!origin) throw new AppError('not_found', 'This ingestion was deleted.')
  await updateIngestion(db, scope.projectId, ingestionId, { state: 'running' })
  return origin
}

/** Hands the finished table to the job that makes it a version. */
export async function submitPredictions(
  c: Change,
  scope: ProjectScope,
  ingestionId: string,
  made: { blob: StoredBlob; result: PredictionsResult },
): Promise<void> {
  const ingestion = await findIngestion(c.tx, scope, ingestionId)
  if (!ingestion) throw new AppError('not_found', 'This ingestion was deleted.')
  await ownBlob(c.tx, scope.projectId, made.blob)
  const job = await c.enqueue(ingestFileJob, {
    projectId: scope.projectId,
    title: `Read ${ingestion.fileName} as ${ingestion.datasetName}`,
    subject: { kind: 'ingestion', id: ingestionId },
    payload: { v: 1, ingestionId },
  })
  await updateIngestion(c.tx, scope.projectId, ingestionId, {
    sourceDigest: made.blob.digest,
    source: { ...ingestion.source, ...made.result },
    jobId: job.id,
    state: 'queued',
  })
}
