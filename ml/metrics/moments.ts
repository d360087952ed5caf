import { predictedClasses } from './confusion.ts'
import type { Scored } from './types.ts'

/** A metric as a function of means over rows: resampling then costs one product per row. */
export type Moments = { vectors: Float64Array[]; combine: (means: readonly number[]) => number }

/** Returns the metric's moments, or undefined for a metric that is no function of few means. */
export function momentsOf(metric: string, scored: Scored): Moments | undefined {
  const { truth, predicted, classCount, task } = scored
  const byRow = (term: (i: number) => number) => Float64Array.from(truth, (_, i) => term(i))
  const mean = (term: (i: number) => number): Moments => ({ vectors: [byRow(term)], combine: ([m]) => m! })
  const squared = (i: number) => (truth[i]! - predicted[i]!) ** 2
  if (task === 'regression') {
    if (metric === 'rmse') return { vectors: [byRow(squared)], combine: ([m]) => Math.sqrt(m!) }
    if (metric === 'mae') return mean(i => Math.abs(truth[i]! - predicted[i]!))
    if (metric === 'r2')
      return {
        // Around the mean, so that large values lose no digits.
        vectors: [byRow(squared), ...centered(truth)],
        combine: ([error, first, second]) => 1 - error! / (second! - first! ** 2),
      }
    return undefined
  }
  if (metric === 'accuracy') {
    const classes = predictedClasses(scored)
    return mean(i => (classes[i] === truth[i] ? 1 : 0))
  }
  if (metric === 'log_loss')
    return mean(
      i => -Math.log(Math.min(1 - Number.EPSILON, Math.max(Number.EPSILON, predicted[i * classCount + truth[i]!]!))),
    )
  if (metric === 'brier')
    return mean(i => {
      let row = 0
      for (let k = 0; k < classCount; k++) row += (predicted[i * classCount + k]! - (truth[i] === k ? 1 : 0)) ** 2
      return task === 'binary' ? row / 2 : row
    })
  return undefined
}

function centered(truth: Float64Array): [Float64Array, Float64Array] {
  const mean = truth.reduce((sum, value) => sum + value, 0) / truth.length
  const first = truth.map(value => value - mean)
  return [first, first.map(value => value * value)]
}

/** @param weights sums to the number of rows. */
export function combineMoments({ vectors, combine }: Moments, weights: Float64Array): number {
  const rows = weights.length
  return combine(
    vectors.map(vector => {
      let sum = 0
      for (let i = 0; i < rows; i++) sum += weights[i]! * vector[i]!
      return sum / rows
    }),
  )
}
