import type { Model } from '../trainers/types.ts'
import type { Link } from './model.ts'

/** Numbers a prediction has: 1 for regression, else one probability per class. */
export const outputsOf = (model: Pick<Model, 'task' | 'classCount'>): number =>
  model.task === 'regression' ? 1 : model.classCount

/**
 * Makes one row's prediction of its scores: `width` scores from `at`, the prediction to `out` from `to`. Probabilities sum to 1.
 * @param trees how many were summed; `average` divides by it.
 */
export function applyLink(
  link: Link,
  trees: number,
  scores: Float64Array,
  at: number,
  width: number,
  out: Float64Array,
  to: number,
): void {
  if (link === 'logistic') {
    const score = scores[at]!
    // Both from the small exponential, so that a tiny probability keeps its digits.
    const small = Math.exp(-Math.abs(score))
    const [high, low] = [1 / (1 + small), small / (1 + small)]
    out[to] = score > 0 ? low : high
    out[to + 1] = score > 0 ? high : low
  } else if (link === 'softmax') {
    let highest = Number.NEGATIVE_INFINITY
    for (let k = 0; k < width; k++) highest = Math.max(highest, scores[at + k]!)
    let sum = 0
    for (let k = 0; k < width; k++) {
      const share = Math.exp(scores[at + k]! - highest)
      out[to + k] = share
      sum += share
    }
    for (let k = 0; k < width; k++) out[to + k]! /= sum
  } else if (link === 'average' && width > 1) {
    // Each tree's shares sum to 1 but for rounding: dividing by what they came to is dividing by the number of trees.
    let sum = 0
    for (let k = 0; k < width; k++) sum += scores[at + k]!
    for (let k = 0; k < width; k++) out[to + k] = sum > 0 ? scores[at + k]! / sum : 1 / width
  } else if (link === 'average') out[to] = scores[at]! / Math.max(1, trees)
  else if (link === 'exp') out[to] = Math.exp(scores[at]!)
  else out[to] = scores[at]!
}
