import { EngineError } from '../errors.ts'
import type { Task } from '../trainers/types.ts'
import { bootstrap } from './bootstrap.ts'
import { classificationMetrics } from './classification.ts'
import { regressionMetrics } from './regression.ts'
import { type Metric, type Scored, totalWeight } from './types.ts'

const metrics: readonly Metric[] = [...regressionMetrics, ...classificationMetrics]

/** Returns the metrics of a task (all without one), in display order. */
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

/** Returns the default metric for comparing models. */
export function defaultMetric(task: Task): string {
  return task === 'regression' ? 'rmse' : task === 'binary' ? 'roc_auc' : 'f1_macro'
}

/** Returns whether `a` is better than `b`; any value is better than NaN. */
export function isBetter(metric: Metric, a: number, b: number): boolean {
  if (Number.isNaN(a)) return false
  if (Number.isNaN(b)) return true
  return metric.direction === 'minimize' ? a < b : a > b
}

/** `low`, `high`: a 95 % interval. Null where the metric is not defined; then `reason` explains why. */
export type MetricValue = { value: number | null; low: number | null; high: number | null; reason?: string }

/** Computes several metrics with one bootstrap: value and 95 % percentile interval of each. */
export function metricIntervals(ids: readonly string[], scored: Scored, seed: number): Record<string, MetricValue> {
  const chosen = ids.map(getMetric)
  const shared: Scored = { ...scored, scratch: { arrays: new Map(), weighted: new Map() } }
  const values = chosen.map(metric => measure(metric, shared))
  const known = chosen.filter((_, m) => values[m]!.value !== null)
  const { centers, drawn, shrink } = bootstrap(known, scored, seed)
  const intervals = new Map(
    known.map((metric, m) => {
      const sorted = drawn[m]!
      const { value } = values[chosen.indexOf(metric)]!
      const [least, largest] = metric.range
      const at = (share: number) => {
        const resampled = sorted[Math.round(share * (sorted.length - 1))]
        if (resampled === undefined || value === null) return null
        if (shrink === 1) return resampled
        const scaled = value + (resampled - centers[m]!) * shrink
        return Math.max(least ?? scaled, Math.min(largest ?? scaled, scaled))
      }
      return [metric, { low: at(0.025), high: at(0.975) }]
    }),
  )
  const rarer = rowsOfRarerClass(scored)
  return Object.fromEntries(
    chosen.map((metric, m) => [metric.id, widenForFew(metric, { ...values[m]!, ...intervals.get(metric) }, rarer)]),
  )
}

/** Rows of the rarer class too few for resampling: it repeats them instead of drawing others. */
export const FEW_OF_A_CLASS = 5

/** Of two classes that occur; infinite for other tasks. */
export function rowsOfRarerClass({ task, truth }: Scored): number {
  if (task !== 'binary') return Number.POSITIVE_INFINITY
  let positives = 0
  for (const code of truth) positives += code === 1 ? 1 : 0
  return Math.min(positives, truth.length - positives)
}

/** With few rows of a class, an interval is at least as wide as that of a share of so many rows (Wilson 1927). */
function widenForFew(metric: Metric, measured: MetricValue, rows: number): MetricValue {
  const { value, low, high } = measured
  const [least, largest] = metric.range
  if (!metric.ofClasses || value === null || rows === 0 || rows >= FEW_OF_A_CLASS || least === null || largest === null)
    return measured
  const share = (value - least) / (largest - least)
  const z = 1.959963984540054
  const center = (share + (z * z) / (2 * rows)) / (1 + (z * z) / rows)
  const reach = (z / (1 + (z * z) / rows)) * Math.sqrt((share * (1 - share)) / rows + (z * z) / (4 * rows * rows))
  const at = (point: number) => least + (largest - least) * Math.max(0, Math.min(1, point))
  return {
    ...measured,
    low: Math.min(low ?? value, at(center - reach)),
    high: Math.max(high ?? value, at(center + reach)),
  }
}

/** Computes a metric without an interval; null and the reason where it is not defined. */
export function measure(metric: Metric, scored: Scored): MetricValue {
  const none = { value: null, low: null, high: null }
  if (scored.truth.length === 0) return { ...none, reason: 'There are no rows to measure.' }
  if (!scored.predicted.every(Number.isFinite)) return { ...none, reason: 'Some predictions are not finite numbers.' }
  if (totalWeight(scored) === 0) return { ...none, reason: 'All rows have a weight of zero.' }
  const value = metric.compute(scored)
  if (Number.isFinite(value)) return { ...none, value }
  return { ...none, reason: metric.undefinedWhen ?? 'It is not defined for these rows.' }
}

/** Computes the 95 % bootstrap interval of one metric. */
export function metricInterval(id: string, scored: Scored, seed: number): MetricValue {
  return metricIntervals([id], scored, seed)[id]!
}
