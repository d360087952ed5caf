import type { Tx } from '#db/client.ts'
import type { Task } from '#ml/index.ts'
import { ownBlob, type StoredBlob } from '#server/adapters/blobs.ts'
import { AppError } from '#server/kernel/errors.ts'
import { type ProjectScope, systemActor } from '#server/kernel/scope.ts'
import type { Change } from '#server/platform/change.ts'
import { writeEvent } from '#server/platform/events.ts'
import { runCancelled, runDone, runFailed } from './events.ts'
import { dropPoints } from './points/store.ts'
import { describeRecipe, finiteMetrics, type StoredPlan, type StoredResult } from './rules/store-result.ts'
import type { RunResult } from './run-result.ts'
import { type ExperimentRow, findRun, type RunRow, updateRun } from './store.ts'

export interface RunToTrain {
  run: RunRow
  experiment: ExperimentRow & { datasetVersionId: string; target: string; task: Task; metric: string }
}

/** Marks the run as running and deletes the points of an earlier attempt. `at`: the worker's clock. */
export async function startRun(c: Change, scope: ProjectScope, runId: string, at: Date): Promise<RunToTrain> {
  const found = await findRun(c.tx, scope, runId)
  if (!found) throw new AppError('not_found', 'The run was deleted.')
  const { run, experiment } = found
  const { datasetVersionId, target, task, metric } = experiment
  if (!datasetVersionId || !target || !task || !metric)
    throw new AppError('invalid', `Experiment ${experiment.name} has no data to train on.`)
  await dropPoints(c.tx, scope, runId)
  await updateRun(c.tx, scope.projectId, runId, {
    state: 'running',
    reasonCode: null,
    reason: null,
    startedAt: at,
    endedAt: null,
  })
  c.wakeAfter({ topic: 'run', projectId: scope.projectId, id: runId })
  return { run, experiment: { ...experiment, datasetVersionId, target, task: task as Task, metric } }
}

/** The result of a training with the worker's additions. */
export interface TrainedRun extends RunResult {
  blob: StoredBlob
  /** The file of row scores. */
  scores: StoredBlob
  peakMemoryBytes: number | null
}

/** Stores the model and ends the run as succeeded, in the worker's last transaction. */
export async function completeRun(
  c: Change,
  scope: ProjectScope,
  { run, experiment }: RunToTrain,
  trained: TrainedRun,
  at: Date,
): Promise<void> {
  const { blob, scores, metrics, recipe, backend, environment, ...measured } = trained
  await ownBlob(c.tx, scope.projectId, blob)
  await ownBlob(c.tx, scope.projectId, scores)
  const result: StoredResult = {
    ...((run.result as StoredPlan | null) ?? { v: 1, ignored: [], split: '' }),
    ...measured,
    intervals: metrics,
    scores: { digest: scores.digest, bytes: scores.bytes },
    recipe: describeRecipe(recipe),
  }
  await updateRun(c.tx, scope.projectId, run.id, {
    state: 'succeeded',
    modelDigest: blob.digest,
    modelBytes: blob.bytes,
    metrics: finiteMetrics(metrics),
    result: { ...result },
    environment: { ...environment, backend },
    endedAt: at,
  })
  const subject = { kind: 'run', id: run.id } as const
  const value = metrics[experiment.metric]?.value ?? null
  await c.record({
    projectId: scope.projectId,
    event: runDone,
    subject,
    payload: { run: run.name, experiment: experiment.name, metric: experiment.metric, value },
    links: [blob, scores].map(({ digest }) => ({ from: subject, relation: 'uses', to: { kind: 'blob', id: digest } })),
    wakes: [{ kind: 'experiment', id: experiment.id }],
  })
}

/** Settles a run that did not succeed, in the transaction that settles its job. */
export async function settleRun(
  tx: Tx,
  projectId: string,
  runId: string,
  { state, reasonCode, reason }: { state: 'queued' | 'failed' | 'cancelled'; reasonCode: string; reason: string },
  at: Date,
): Promise<void> {
  const run = await updateRun(tx, projectId, runId, {
    state,
    reasonCode,
    reason,
    endedAt: state === 'queued' ? null : at,
  })
  if (!run || state === 'queued') return
  await writeEvent(tx, systemActor('worker'), state === 'failed' ? runFailed : runCancelled, {
    projectId,
    id: runId,
    reason,
    payload: { run: run.name, reasonCode },
  })
}
