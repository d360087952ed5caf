import { createRandom } from '../random.ts'
import { normalQuantile } from '../statistics/distributions.ts'
import { confusionOf } from './confusion.ts'
import { ascendingOrder } from './order.ts'
import { type RankSteps, rankSteps } from './ranking.ts'
import type { Scored } from './types.ts'

const MAX_POINTS = 300
/** Types of the curves stored next to ROC and PR. */
const FINE_POINTS = 101

/** `threshold` null: above every score. */
export type RocPoint = { falsePositiveRate: number; truePositiveRate: number; threshold: number | null }
export type PrPoint = { recall: number; precision: number; threshold: number | null }
export type CalibrationBin = { predicted: number; observed: number; rows: number }
/** For the `share` of rows with the highest scores: the share of all positives found, and the ratio to a random selection. */
export type GainPoint = { share: number; found: number; lift: number }
/** Rows by outcome when all with at least this score are called positive. */
export type ThresholdPoint = {
  threshold: number
  truePositives: number
  falsePositives: number
  falseNegatives: number
  trueNegatives: number
}
export type ClassCurves = {
  class: string
  roc: RocPoint[]
  pr: PrPoint[]
  /** Ten equal-width bins. */
  calibration: CalibrationBin[]
  /** Ten bins of equally many rows. Absent in results of older engines, like the following fields. */
  calibrationQuantile?: CalibrationBin[]
  gain?: GainPoint[]
  thresholds?: ThresholdPoint[]
}

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
      /** Errors in units of their standard deviation against a normal distribution's quantiles; absent in older results. */
      qq?: { theoretical: number; sample: number }[]
    }

/** Computes the curves of a task. Rows are unweighted. @param classes names by class code (empty for regression). */
export function curvesOf(measured: Scored, classes: readonly string[], seed: number): Curves {
  const { weights: _, ...rows } = measured
  const scored: Scored = { ...rows, scratch: { arrays: new Map(), weighted: new Map() } }
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
        calibrationQuantile: calibrationQuantiles(scored, code),
        gain: gainCurve(steps),
        thresholds: thresholdCurve(steps),
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

/** Returns `count` reduced to evenly spaced positions, including both ends. */
function thin(count: number, most = MAX_POINTS): number[] {
  if (count <= most) return Array.from({ length: count }, (_, i) => i)
  return Array.from({ length: most }, (_, i) => Math.round((i * (count - 1)) / (most - 1)))
}

const lastOf = ({ count, positives, negatives }: RankSteps) => ({
  p: positives[count - 1] ?? 0,
  n: negatives[count - 1] ?? 0,
})

export function rocCurve(steps: RankSteps): RocPoint[] {
  const { p, n } = lastOf(steps)
  if (p === 0 || n === 0) return []
  return thin(steps.count + 1).map(k =>
    k === 0
      ? { falsePositiveRate: 0, truePositiveRate: 0, threshold: null }
      : {
          falsePositiveRate: steps.negatives[k - 1]! / n,
          truePositiveRate: steps.positives[k - 1]! / p,
          threshold: steps.scores[k - 1]!,
        },
  )
}

export function prCurve(steps: RankSteps): PrPoint[] {
  const { p } = lastOf(steps)
  if (p === 0) return []
  return thin(steps.count + 1).map(k => {
    if (k === 0) return { recall: 0, precision: 1, threshold: null }
    const [found, wrong] = [steps.positives[k - 1]!, steps.negatives[k - 1]!]
    return { recall: found / p, precision: found / (found + wrong), threshold: steps.scores[k - 1]! }
  })
}

/** Cumulative gain and lift, from no row to all of them. */
export function gainCurve(steps: RankSteps): GainPoint[] {
  const { p, n } = lastOf(steps)
  if (p === 0) return []
  return thin(steps.count + 1, FINE_POINTS).map(k => {
    const [found, wrong] = k === 0 ? [0, 0] : [steps.positives[k - 1]!, steps.negatives[k - 1]!]
    const share = (found + wrong) / (p + n)
    // Lift at zero rows is that of the first rows.
    const [firstFound, firstWrong] = k === 0 ? [steps.positives[0]!, steps.negatives[0]!] : [found, wrong]
    return { share, found: found / p, lift: firstFound / p / ((firstFound + firstWrong) / (p + n)) }
  })
}

/** Confusion counts at the scores that occur, descending. */
export function thresholdCurve(steps: RankSteps): ThresholdPoint[] {
  const { p, n } = lastOf(steps)
  return thin(steps.count, FINE_POINTS).map(k => ({
    threshold: steps.scores[k]!,
    truePositives: steps.positives[k]!,
    falsePositives: steps.negatives[k]!,
    falseNegatives: p - steps.positives[k]!,
    trueNegatives: n - steps.negatives[k]!,
  }))
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
  return bins.filter(bin => bin.rows > 0).map(meanBin)
}

const meanBin = ({ predicted, observed, rows }: CalibrationBin): CalibrationBin => ({
  predicted: predicted / rows,
  observed: observed / rows,
  rows,
})

/** Ten bins of equally many rows by the class's probability; rows of equal probability share a bin. */
export function calibrationQuantiles({ truth, predicted, classCount }: Scored, code: number): CalibrationBin[] {
  const scores = Float64Array.from(truth, (_, i) => predicted[i * classCount + code]!)
  const order = ascendingOrder(scores)
  const bins: CalibrationBin[] = []
  for (let k = 0; k < order.length; k++) {
    const i = order[k]!
    const tied = k > 0 && scores[order[k - 1]!] === scores[i]
    const wanted = Math.floor((k * 10) / order.length)
    if (k === 0 || (!tied && wanted >= bins.length)) bins.push({ predicted: 0, observed: 0, rows: 0 })
    const bin = bins.at(-1)!
    bin.predicted += scores[i]!
    bin.observed += truth[i] === code ? 1 : 0
    bin.rows++
  }
  return bins.map(meanBin)
}

function regressionCurves({ truth, predicted }: Scored, seed: number): Curves {
  const rows = truth.length
  const order = ascendingOrder(predicted)
  const sampled = createRandom(seed).shuffle(order.slice()).subarray(0, MAX_POINTS)
  const points = [...sampled]
    .map(i => ({ predicted: predicted[i]!, actual: truth[i]! }))
    .sort((a, b) => a.predicted - b.predicted)
  const binCount = Math.max(1, Math.min(20, Math.floor(rows / 5)))
  const residuals = Array.from({ length: binCount }, (_, b) => {
    const members = order.subarray(Math.floor((b * rows) / binCount), Math.floor(((b + 1) * rows) / binCount))
    const errors = new Float64Array(members.length)
    let [mean, center] = [0, 0]
    for (let k = 0; k < members.length; k++) {
      const i = members[k]!
      errors[k] = truth[i]! - predicted[i]!
      mean += errors[k]! / members.length
      center += predicted[i]! / members.length
    }
    errors.sort()
    const at = (share: number) => errors[Math.round(share * (errors.length - 1))]!
    return { predicted: center, mean, low: at(0.1), high: at(0.9), rows: members.length }
  }).filter(bin => bin.rows > 0)
  return {
    kind: 'regression',
    points,
    residuals,
    histogram: histogramOf(truth, predicted),
    qq: normalPlot(truth, predicted),
  }
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

/** Quantile–quantile points at (i + ½)/n, as many as are drawn; none where all errors are equal. */
function normalPlot(truth: Float64Array, predicted: Float64Array): { theoretical: number; sample: number }[] {
  const rows = truth.length
  const errors = new Float64Array(rows)
  let [mean, squares] = [0, 0]
  for (let i = 0; i < rows; i++) errors[i] = truth[i]! - predicted[i]!
  for (const error of errors) mean += error / rows
  for (const error of errors) squares += (error - mean) ** 2
  const deviation = Math.sqrt(squares / rows)
  errors.sort()
  if (!(deviation > 0)) return []
  return thin(rows, FINE_POINTS).map(i => ({
    theoretical: normalQuantile((i + 0.5) / rows),
    sample: (errors[i]! - mean) / deviation,
  }))
}
