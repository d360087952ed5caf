import { createRandom } from '../random.ts'
import { confusionOf } from './confusion.ts'
import { type RankStep, rankSteps } from './ranking.ts'
import type { Scored } from './types.ts'

const MOST_POINTS = 300

/** `threshold` null: above every score. */
export type RocPoint = { falsePositiveRate: number; truePositiveRate: number; threshold: number | null }
export type PrPoint = { recall: number; precision: number; threshold: number | null }
export type CalibrationBin = { predicted: number; observed: number; rows: number }
export type ClassCurves = { class: string; roc: RocPoint[]; pr: PrPoint[]; calibration: CalibrationBin[] }

/** Plain JSON for charts; every series has at most 300 points. */
export type Curves =
  | {
      kind: 'classification'
      /** Binary: the positive class. Several classes: each against the rest, the ten largest. */
      byClass: ClassCurves[]
      /** `counts[true][predicted]`. */
      confusion: { classes: string[]; counts: number[][] }
    }
  | {
      kind: 'regression'
      /** A seeded sample of rows, by predicted value. */
      points: { predicted: number; actual: number }[]
      /** Equal-count bins of the predicted value: mean error (actual − predicted) and its spread. */
      residuals: { predicted: number; mean: number; low: number; high: number; rows: number }[]
      /** Histogram of actual − predicted; `edges` has one more entry than `counts`. */
      histogram: { edges: number[]; counts: number[] }
    }

/** @param classes names by class code (empty for regression). */
export function curvesOf(scored: Scored, classes: readonly string[], seed: number): Curves {
  if (scored.task === 'regression') return regressionCurves(scored, seed)
  const confusion = confusionOf(scored)
  const codes = scored.task === 'binary' ? [1] : largestClasses(confusion.actual, 10)
  return {
    kind: 'classification',
    byClass: codes.map(code => {
      const steps = rankSteps(scored, code)
      return {
        class: classes[code] ?? String(code),
        roc: rocCurve(steps),
        pr: prCurve(steps),
        calibration: calibrationCurve(scored, code),
      }
    }),
    confusion: {
      classes: [...classes],
      counts: classes.map((_, k) => [
        ...confusion.counts.subarray(k * confusion.classCount, (k + 1) * confusion.classCount),
      ]),
    },
  }
}

function largestClasses(actual: Float64Array, count: number): number[] {
  return [...actual.keys()].sort((a, b) => actual[b]! - actual[a]! || a - b).slice(0, count)
}

/** Keeps both ends and evenly spaced items between. */
function thin<T>(items: readonly T[]): T[] {
  if (items.length <= MOST_POINTS) return [...items]
  return Array.from({ length: MOST_POINTS }, (_, i) => items[Math.round((i * (items.length - 1)) / (MOST_POINTS - 1))]!)
}

export function rocCurve(steps: readonly RankStep[]): RocPoint[] {
  const last = steps.at(-1)
  if (!last || last.positives === 0 || last.negatives === 0) return []
  const points: RocPoint[] = [{ falsePositiveRate: 0, truePositiveRate: 0, threshold: null }]
  for (const step of steps) {
    points.push({
      falsePositiveRate: step.negatives / last.negatives,
      truePositiveRate: step.positives / last.positives,
      threshold: step.score,
    })
  }
  return thin(points)
}

export function prCurve(steps: readonly RankStep[]): PrPoint[] {
  const last = steps.at(-1)
  if (!last || last.positives === 0) return []
  const points: PrPoint[] = [{ recall: 0, precision: 1, threshold: null }]
  for (const step of steps) {
    points.push({
      recall: step.positives / last.positives,
      precision: step.positives / (step.positives + step.negatives),
      threshold: step.score,
    })
  }
  return thin(points)
}

/** Ten equal-width bins of the class's probability; empty ones are left out. */
export function calibrationCurve({ truth, predicted, classCount }: Scored, code: number): CalibrationBin[] {
  const bins = Array.from({ length: 10 }, () => ({ predicted: 0, observed: 0, rows: 0 }))
  for (let i = 0; i < truth.length; i++) {
    const p = predicted[i * classCount + code]!
    const bin = bins[Math.min(9, Math.floor(p * 10))]!
    bin.predicted += p
    bin.observed += truth[i] === code ? 1 : 0
    bin.rows++
  }
  return bins
    .filter(bin => bin.rows > 0)
    .map(bin => ({ predicted: bin.predicted / bin.rows, observed: bin.observed / bin.rows, rows: bin.rows }))
}

function regressionCurves({ truth, predicted }: Scored, seed: number): Curves {
  const rows = truth.length
  const order = Int32Array.from(truth, (_, i) => i).sort((a, b) => predicted[a]! - predicted[b]! || a - b)
  const sampled = createRandom(seed).shuffle(order.slice()).subarray(0, MOST_POINTS)
  const points = [...sampled]
    .map(i => ({ predicted: predicted[i]!, actual: truth[i]! }))
    .sort((a, b) => a.predicted - b.predicted)
  const binCount = Math.max(1, Math.min(20, Math.floor(rows / 5)))
  const residuals = Array.from({ length: binCount }, (_, b) => {
    const members = order.subarray(Math.floor((b * rows) / binCount), Math.floor(((b + 1) * rows) / binCount))
    const errors = Float64Array.from(members, i => truth[i]! - predicted[i]!).sort()
    const mean = errors.reduce((sum, error) => sum + error, 0) / errors.length
    const centre = members.reduce((sum, i) => sum + predicted[i]!, 0) / members.length
    const at = (share: number) => errors[Math.round(share * (errors.length - 1))]!
    return { predicted: centre, mean, low: at(0.1), high: at(0.9), rows: members.length }
  }).filter(bin => bin.rows > 0)
  return { kind: 'regression', points, residuals, histogram: histogramOf(truth, predicted) }
}

function histogramOf(truth: Float64Array, predicted: Float64Array): { edges: number[]; counts: number[] } {
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]
  for (let i = 0; i < truth.length; i++) {
    const error = truth[i]! - predicted[i]!
    low = Math.min(low, error)
    high = Math.max(high, error)
  }
  if (!(high >= low)) return { edges: [], counts: [] }
  const bins = high === low ? 1 : 40
  const width = high === low ? 1 : (high - low) / bins
  const counts: number[] = new Array(bins).fill(0)
  for (let i = 0; i < truth.length; i++) {
    const bin = Math.min(bins - 1, Math.floor((truth[i]! - predicted[i]! - low) / width))
    counts[bin]!++
  }
  return { edges: Array.from({ length: bins + 1 }, (_, b) => low + b * width), counts }
}
