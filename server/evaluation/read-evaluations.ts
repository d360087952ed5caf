import { type ClassWarning, warnAboutClasses } from '#ml/index.ts'
import { authorize, type Caller } from '#server/access/caller.ts'
import { AppError } from '#server/kernel/errors.ts'
import { shortHex } from '#server/kernel/ids.ts'
import type { Kernel } from '#server/platform/kernel.ts'
import type { EvaluationDetail, EvaluationSummary } from './contract.ts'
import { type Listed, listEvaluationRows } from './store.ts'

const MOST = 500
/** A share of rows that a model was trained on from which its numbers are marked. */
const MARKED_SHARE = 0.05

/** True: so many of the measured rows were training rows that the numbers mean little for new rows. */
const isOptimistic = ({ seenInTraining, rowsSeen, rows }: Listed['evaluation']['result']): boolean =>
  seenInTraining || (rowsSeen ?? 0) > MARKED_SHARE * (rows ?? 0)

const warningsOf = (curves: Record<string, unknown> | undefined): ClassWarning[] =>
  curves?.kind === 'classification' ? warnAboutClasses(curves.confusion as Confusion) : []
type Confusion = Parameters<typeof warnAboutClasses>[0]

function summary({ evaluation, state }: Listed): EvaluationSummary {
  const { result } = evaluation
  return {
    id: evaluation.id,
    run: shortHex(evaluation.runId),
    runName: result.runName,
    experiment: result.experiment,
    dataset: result.dataset,
    version: result.version,
    state,
    reason: evaluation.reason,
    metric: result.metric,
    direction: result.direction,
    measured: result.intervals?.[result.metric] ?? null,
    validation: result.validationIntervals[result.metric] ?? null,
    rows: result.rows ?? null,
    seenInTraining: isOptimistic(result),
    rowsSeen: result.rowsSeen ?? null,
    createdAt: evaluation.createdAt.toISOString(),
    endedAt: evaluation.endedAt?.toISOString() ?? null,
  }
}

/** Lists evaluations, newest first. */
export async function listEvaluations(
  kernel: Kernel,
  caller: Caller,
): Promise<{ items: EvaluationSummary[]; next: string | null }> {
  await authorize(kernel, caller, 'evaluation:read')
  const rows = await listEvaluationRows(kernel.db, caller.scope, { limit: MOST })
  return { items: rows.map(summary), next: null }
}

/** Returns one evaluation. Throws `not_found`. */
export async function showEvaluation(kernel: Kernel, caller: Caller, id: string): Promise<EvaluationDetail> {
  await authorize(kernel, caller, 'evaluation:read')
  const [row] = await listEvaluationRows(kernel.db, caller.scope, { id, limit: 1 })
  if (!row) throw new AppError('not_found', 'There is no such evaluation in this project.')
  const { result, jobId } = row.evaluation
  return {
    ...summary(row),
    task: result.task,
    target: result.target,
    intervals: result.intervals ?? {},
    validationIntervals: result.validationIntervals,
    validationRows: result.validationRows,
    curves: result.curves ?? null,
    unseen: result.unseen ?? null,
    classWarnings: warningsOf(result.curves),
    rowsWithoutTarget: result.rowsWithoutTarget ?? null,
    rowsUnknownClass: result.rowsUnknownClass ?? null,
    jobId,
    progress: row.state === 'running' ? row.progress : null,
  }
}
