import { createRandom } from '../random.ts'
import { testDifference } from '../statistics/corrected-t.ts'
import { compareAreas } from './delong.ts'
import { combineMoments, momentsOf } from './moments.ts'
import { FEW_OF_A_CLASS, getMetric, measure, rowsOfRarerClass } from './registry.ts'
import type { Metric, Scored } from './types.ts'

/** Rows below which a difference is not tested. */
export const FEWEST_ROWS = 10
const MOST_RESAMPLES = 500
const FEWEST_RESAMPLES = 200
/** Approximate number of cells (rows × outputs) processed over all resamples of one metric. */
const BUDGET = 1_500_000

export type PairedVerdict = 'better' | 'worse' | 'tied' | 'unknown'

/** What two models score on the same rows. `difference` is other − base with its 95 % interval; the verdict is about the other. */
export type PairedMetric = {
  metric: string
  base: number | null
  other: number | null
  difference: number | null
  low: number | null
  high: number | null
  /** Standard error of the difference. */
  error: number | null
  /** Two-sided; null where nothing was tested. */
  p: number | null
  verdict: PairedVerdict
  method: 'delong' | 'bootstrap' | null
}

/**
 * Compares two models on the same rows: ROC AUC of two classes by DeLong, every other metric by a paired bootstrap (both models see the
 * same resamples; the interval is that of a t distribution with the bootstrap's standard error).
 * @param base, other the same truth in the same order; without weights.
 */
export function comparePaired(ids: readonly string[], base: Scored, other: Scored, seed: number): PairedMetric[] {
  const [a, b] = [shared(base), shared(other)]
  const metrics = ids.map(getMetric)
  const values = metrics.map(metric => ({ base: measure(metric, a).value, other: measure(metric, b).value }))
  const tooFew = !isTestable(base)
  const delong = (metric: Metric) => metric.id === 'roc_auc' && base.task === 'binary'
  const resampled = metrics.filter(
    (metric, m) => !tooFew && !delong(metric) && values[m]!.base !== null && values[m]!.other !== null,
  )
  const errors = bootstrapErrors(resampled, a, b, seed)
  return metrics.map((metric, m): PairedMetric => {
    const { base: before, other: after } = values[m]!
    const none = {
      metric: metric.id,
      base: before,
      other: after,
      low: null,
      high: null,
      error: null,
      p: null,
      method: null,
    }
    if (before === null || after === null) return { ...none, difference: null, verdict: 'unknown' }
    const difference = after - before
    const error = tooFew ? undefined : delong(metric) ? areaError(a, b) : errors.get(metric)
    if (error === undefined || !Number.isFinite(error)) return { ...none, difference, verdict: 'unknown' }
    const tested = testDifference(difference, error, base.truth.length - 1)
    return {
      ...none,
      ...withinRange(metric, tested),
      error,
      verdict: verdictOf(metric, tested.difference, tested.p),
      method: delong(metric) ? 'delong' : 'bootstrap',
    }
  })
}

/** Returns the comparison of all `measured` rows, of which `kept` were compared: their values, and an error that shrinks with the root of the rows. */
export function scaleToAll(
  part: PairedMetric,
  whole: { base: number; other: number; kept: number; measured: number },
): PairedMetric {
  const { base, other, kept, measured } = whole
  const difference = other - base
  if (part.error === null) return { ...part, base, other, difference }
  const error = part.error * Math.sqrt(kept / measured)
  const tested = testDifference(difference, error, measured - 1)
  const metric = getMetric(part.metric)
  return {
    ...part,
    base,
    other,
    ...withinRange(metric, tested),
    error,
    verdict: verdictOf(metric, difference, tested.p),
  }
}

/** Returns whether there are enough rows, and of each of two classes, for a verdict. */
export const isTestable = (scored: Scored): boolean =>
  scored.truth.length >= FEWEST_ROWS && rowsOfRarerClass(scored) >= FEW_OF_A_CLASS

export function verdictOf(metric: Pick<Metric, 'direction'>, difference: number, p: number): PairedVerdict {
  if (p >= 0.05) return 'tied'
  return difference > 0 === (metric.direction === 'maximize') ? 'better' : 'worse'
}

const shared = ({ weights: _, ...rows }: Scored): Scored => ({
  ...rows,
  scratch: { arrays: new Map(), weighted: new Map() },
})

/** The difference of a metric within [low, high] is at most high − low. */
function withinRange(metric: Metric, tested: { difference: number; low: number; high: number; p: number }) {
  const [least, largest] = metric.range
  const widest = least === null || largest === null ? Number.POSITIVE_INFINITY : largest - least
  return { ...tested, low: Math.max(-widest, tested.low), high: Math.min(widest, tested.high) }
}

function areaError(a: Scored, b: Scored): number | undefined {
  const scores = ({ predicted, truth }: Scored) => Float64Array.from(truth, (_, i) => predicted[2 * i + 1]!)
  const areas = compareAreas(a.truth, 1, scores(a), scores(b))
  return areas && Math.sqrt(areas.variance)
}

/** Standard error of each difference over resamples of the rows. Resamples for which a metric is not defined are left out. */
function bootstrapErrors(metrics: readonly Metric[], a: Scored, b: Scored, seed: number): Map<Metric, number> {
  const rows = a.truth.length
  if (metrics.length === 0) return new Map()
  const width = a.task === 'regression' ? 1 : a.classCount
  const resamples = Math.round(Math.min(MOST_RESAMPLES, Math.max(FEWEST_RESAMPLES, BUDGET / (rows * width))))
  const random = createRandom(seed)
  const weights = new Float64Array(rows)
  const drawn = new Map(metrics.map(metric => [metric, [] as number[]]))
  const fast = new Map(metrics.map(({ id }) => [id, [momentsOf(id, a), momentsOf(id, b)] as const]))
  for (let r = 0; r < resamples; r++) {
    weights.fill(0)
    for (let i = 0; i < rows; i++) weights[random.integer(rows)]!++
    const sample = (of: Scored): Scored => ({
      ...of,
      weights,
      scratch: { arrays: of.scratch!.arrays, weighted: new Map() },
    })
    const [sampleA, sampleB] = [sample(a), sample(b)]
    for (const metric of metrics) {
      const [before, after] = fast.get(metric.id)!
      const difference =
        before && after
          ? combineMoments(after, weights) - combineMoments(before, weights)
          : metric.compute(sampleB) - metric.compute(sampleA)
      if (Number.isFinite(difference)) drawn.get(metric)!.push(difference)
    }
  }
  return new Map(metrics.map(metric => [metric, deviationOf(drawn.get(metric)!)]))
}

function deviationOf(values: readonly number[]): number {
  if (values.length < FEWEST_RESAMPLES / 2) return Number.NaN
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length
  return Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (values.length - 1))
}
