import { type ClassWarning, type Direction, getMetric, listMetrics, warnAboutClasses } from '#ml/index.ts'
import { shortHex } from '#server/kernel/ids.ts'
import type { Versus } from '../comparison/contract.ts'
import type { RunState, RunSummary } from '../contract.ts'
import type { BestRun, ListedRun } from '../store.ts'
import { showParameters } from './show-parameters.ts'

/** Metrics for which lower is better. */
export const MINIMIZED: readonly string[] = listMetrics()
  .filter(m => m.direction === 'minimize')
  .map(m => m.id)

/** Returns null for a metric that the engine does not know (logged by a client). */
export function directionOf(metric: string | null): Direction | null {
  if (metric === null || !listMetrics().some(m => m.id === metric)) return null
  return getMetric(metric).direction
}

export const isMinimized = (metric: string): boolean => MINIMIZED.includes(metric)

const warningsOf = ({ confusion }: ListedRun): ClassWarning[] => (confusion ? warnAboutClasses(confusion) : [])

const iso = (at: Date | null) => at?.toISOString() ?? null

/** @param versusBest the run against the best of its experiment on the same rows, if compared. */
export function toSummary(row: ListedRun, best: BestRun | undefined, versusBest?: Versus): RunSummary {
  const isBest = best?.id === row.id
  return {
    run: shortHex(row.id),
    id: row.id,
    experiment: row.experiment,
    number: row.number,
    name: row.name,
    status: row.state as RunState,
    reasonCode: row.reasonCode,
    reason: row.reason,
    trainer: row.trainer,
    ...showParameters(row.trainer, row.task, row.params),
    metrics: row.metrics,
    measured: row.measured,
    tied: versusBest?.verdict === 'tied',
    best: isBest,
    versusBest: versusBest ?? null,
    positive: row.positive,
    classWarnings: warningsOf(row),
    seed: row.seed,
    digest: row.modelDigest,
    createdAt: row.createdAt.toISOString(),
    startedAt: iso(row.startedAt),
    endedAt: iso(row.endedAt),
    trainMs: row.timing?.trainMs ?? null,
    progress: row.state === 'running' ? row.progress : null,
  }
}
