import { EngineError } from '../errors.ts'
import { createRandom } from '../random.ts'
import type { Task } from '../trainers/types.ts'
import { classificationMetrics } from './classification.ts'
import { regressionMetrics } from './regression.ts'
import type { Metric, Scored } from './types.ts'

const metrics: readonly Metric[] = [...regressionMetrics, ...classificationMetrics]

/** Metrics of a task (all without one), the ones to show first first. */
export function listMetrics(task?: Task): Metric[] {
  return metrics.filter(metric => task === undefined || metric.tasks.includes(task))
}

/** @throws EngineError `metric` for an unknown id. */
export function getMetric(id: string): Metric {
  const metric = metrics.find(each => each.id === id)
  if (metric) return metric
  throw new EngineError(
    'metric',
    `There is no metric “${id}”.`,
    `Known ones: ${metrics.map(each => each.id).join(', ')}.`,
  )
}

/** The metric models are compared by when nobody chose one. */
export function defaultMetric(task: Task): string {
  return task === 'regression' ? 'rmse' : task === 'binary' ? 'roc_auc' : 'f1_macro'
}

/** True when `a` is better than `b`; anything beats NaN. */
export function isBetter(metric: Metric, a: number, b: number): boolean {
  if (Number.isNaN(a)) return false
  if (Number.isNaN(b)) return true
  return metric.direction === 'minimise' ? a < b : a > b
}

/** `low`, `high`: 95 % percentile bootstrap over rows. Null where the metric is not defined. */
export type MetricValue = { value: number | null; low: number | null; high: number | null }

/** Rows of one resample at most. */
const MOST_DRAWN = 20_000

/**
 * One bootstrap for several metrics: the same resampled rows serve all. Of more than 20,000 rows, m are drawn and the
 * spread is scaled by √(m/n) (m-out-of-n bootstrap for √n-consistent statistics, Politis and Romano 1994).
 */
export function metricIntervals(ids: readonly string[], scored: Scored, seed: number): Record<string, MetricValue> {
  const chosen = ids.map(getMetric)
  const rows = scored.truth.length
  const width = scored.task === 'regression' ? 1 : scored.classCount
  const size = Math.min(rows, MOST_DRAWN)
  const resamples = Math.round(Math.min(200, Math.max(40, 1_000_000 / Math.max(1, size))))
  const random = createRandom(seed)
  const drawn: number[][] = chosen.map(() => [])
  const sample: Scored = {
    ...scored,
    truth: new Float64Array(size),
    predicted: new Float64Array(size * width),
  }
  if (rows > 1) {
    for (let b = 0; b < resamples; b++) {
      for (let i = 0; i < size; i++) {
        const from = random.integer(rows)
        sample.truth[i] = scored.truth[from]!
        for (let k = 0; k < width; k++) sample.predicted[i * width + k] = scored.predicted[from * width + k]!
      }
      for (const [m, metric] of chosen.entries()) {
        const value = metric.compute(sample)
        if (Number.isFinite(value)) drawn[m]!.push(value)
      }
    }
  }
  const finite = (value: number | undefined) => (value !== undefined && Number.isFinite(value) ? value : null)
  return Object.fromEntries(
    chosen.map((metric, m) => {
      const sorted = drawn[m]!.sort((a, b) => a - b)
      const value = finite(metric.compute(scored))
      const shrink = Math.sqrt(size / rows)
      const at = (share: number) => {
        const drawnValue = finite(sorted[Math.round(share * (sorted.length - 1))])
        if (drawnValue === null || value === null) return null
        return size === rows ? drawnValue : value + (drawnValue - value) * shrink
      }
      return [metric.id, { value, low: at(0.025), high: at(0.975) }]
    }),
  )
}

/** 95 % bootstrap interval of one metric. */
export function metricInterval(id: string, scored: Scored, seed: number): MetricValue {
  return metricIntervals([id], scored, seed)[id]!
}
