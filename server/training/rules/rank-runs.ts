import { type Direction, getMetric, listMetrics } from '#ml/index.ts'
import { shortHex } from '#server/kernel/ids.ts'
import type { Measured, RunState, RunSummary } from '../contract.ts'
import type { BestRun, ListedRun } from '../store.ts'

/** Metrics for which lower is better. */
export const MINIMIZED: readonly string[] = listMetrics()
  .filter(m => m.direction === 'minimize')
  .map(m => m.id)

/** Returns null for a metric that the engine does not know (logged by a client). */
export function directionOf(metric: string | null): Direction | null {
  if (metric === null || !listMetrics().some(m => m.id === metric)) return null
  return getMetric(metric).direction
}

/** Returns true if the intervals overlap: the difference is not significant. */
export const overlap = (a: Measured | null, b: Measured | null): boolean =>
  a !== null &&
  b !== null &&
  a.low !== null &&
  a.high !== null &&
  b.low !== null &&
  b.high !== null &&
  a.low <= b.high &&
  b.low <= a.high

const iso = (at: Date | null) => at?.toISOString() ?? null

export function toSummary(row: ListedRun, best: BestRun | undefined): RunSummary {
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
    params: row.params,
    metrics: row.metrics,
    measured: row.measured,
    tied: !isBest && best !== undefined && row.state === 'succeeded' && overlap(row.measured, best.measured),
    best: isBest,
    seed: row.seed,
    digest: row.modelDigest,
    createdAt: row.createdAt.toISOString(),
    startedAt: iso(row.startedAt),
    endedAt: iso(row.endedAt),
    progress: row.state === 'running' ? row.progress : null,
  }
}
