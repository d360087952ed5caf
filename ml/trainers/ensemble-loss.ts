import { getMetric } from '../metrics/registry.ts'
import type { Task } from './types.ts'

/** Lower is better for every metric; NaN where the metric is not defined. */
export type Loss = (truth: Float64Array, predicted: Float64Array) => number

/**
 * Returns the metric as a fast loss for scoring thousands of combinations: common metrics without allocation or comparator per row.
 * Equal to `Metric.compute` (or its negative) up to rounding.
 */
export function lossOf(metricId: string, task: Task, classCount: number): Loss {
  if (metricId === 'rmse') return rootMeanSquare
  if (metricId === 'log_loss') return (truth, predicted) => logLoss(truth, predicted, classCount)
  if (metricId === 'roc_auc' && task === 'binary') return (truth, predicted) => -areaUnderRoc(truth, predicted)
  const metric = getMetric(metricId)
  const sign = metric.direction === 'minimize' ? 1 : -1
  return (truth, predicted) => sign * metric.compute({ task, classCount, truth, predicted })
}

function rootMeanSquare(truth: Float64Array, predicted: Float64Array): number {
  let sum = 0
  for (let i = 0; i < truth.length; i++) sum += (truth[i]! - predicted[i]!) ** 2
  return Math.sqrt(sum / truth.length)
}

function logLoss(truth: Float64Array, predicted: Float64Array, classCount: number): number {
  let sum = 0
  for (let i = 0; i < truth.length; i++) {
    sum -= Math.log(Math.min(1 - Number.EPSILON, Math.max(Number.EPSILON, predicted[i * classCount + truth[i]!]!)))
  }
  return sum / truth.length
}

/** Mann–Whitney: both sides sorted by the plain numeric sort, then merged; ties count half. */
function areaUnderRoc(truth: Float64Array, predicted: Float64Array): number {
  let count = 0
  for (let i = 0; i < truth.length; i++) if (truth[i] === 1) count++
  const yes = new Float64Array(count)
  const no = new Float64Array(truth.length - count)
  if (yes.length === 0 || no.length === 0) return Number.NaN
  let [a, b] = [0, 0]
  for (let i = 0; i < truth.length; i++) {
    if (truth[i] === 1) yes[a++] = predicted[2 * i + 1]!
    else no[b++] = predicted[2 * i + 1]!
  }
  yes.sort()
  no.sort()
  let wins = 0
  let [below, same] = [0, 0]
  for (let i = 0; i < yes.length; i++) {
    const score = yes[i]!
    while (below < no.length && no[below]! < score) below++
    same = Math.max(same, below)
    while (same < no.length && no[same]! === score) same++
    wins += below + (same - below) / 2
  }
  return wins / (yes.length * no.length)
}
