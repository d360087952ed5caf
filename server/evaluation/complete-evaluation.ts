import type { Tx } from '#db/client.ts'
import { ownBlob, type StoredBlob } from '#server/adapters/blobs.ts'
import { AppError } from '#server/kernel/errors.ts'
import type { ProjectScope } from '#server/kernel/scope.ts'
import type { Change } from '#server/platform/change.ts'
import type { Kernel } from '#server/platform/kernel.ts'
import { evaluationCompleted } from './events.ts'
import { type EvaluationRow, findEvaluation, type MeasuredOutcome, type Outcome, updateEvaluation } from './store.ts'

/** Returns what the worker must measure. Throws `not_found`. */
export async function loadEvaluation(kernel: Kernel, scope: ProjectScope, id: string): Promise<EvaluationRow> {
  const row = await findEvaluation(kernel.db, scope, id)
  if (!row) throw new AppError('not_found', 'The evaluation was deleted.')
  return row
}

export async function completeEvaluation(
  c: Change,
  scope: ProjectScope,
  row: EvaluationRow,
  { scores, ...measured }: MeasuredOutcome & { scores: StoredBlob },
): Promise<void> {
  await ownBlob(c.tx, scope.projectId, scores)
  const outcome: Outcome = { ...measured, scores: { digest: scores.digest, bytes: scores.bytes } }
  await updateEvaluation(c.tx, scope.projectId, row.id, { state: 'succeeded', result: { ...row.result, ...outcome } })
  const { metric, runName, dataset, version } = row.result
  const subject = { kind: 'evaluation', id: row.id } as const
  await c.record({
    projectId: scope.projectId,
    event: evaluationCompleted,
    subject,
    payload: { run: row.runId, runName, dataset, version, metric, value: outcome.intervals[metric]?.value ?? null },
    links: [{ from: subject, relation: 'uses', to: { kind: 'blob', id: scores.digest } }],
  })
}

/** Fails an evaluation; one that will be retried stays queued. */
export async function failEvaluation(
  tx: Tx,
  projectId: string,
  id: string,
  settlement: { state: 'queued' | 'failed' | 'cancelled'; reason: string },
): Promise<void> {
  if (settlement.state === 'queued') return
  await updateEvaluation(tx, projectId, id, { state: settlement.state, reason: settlement.reason })
}
