import type { Model } from '../trainers/types.ts'
import type { Link } from './model.ts'

/** Numbers per prediction: 1 for regression, otherwise one probability per class. */
export const outputsOf = (model: Pick<Model, 'task' | 'classCount'>): number =>
  model.task === 'regression' ? 1 : model.classCount

/**
 * Converts one row's scores to its prediction: `width` scores from `at`, the prediction to `out` from `to`. Probabilities sum to 1.
 * @param trees number of trees summed; `average` divides by it.
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
    // Each tree's shares sum to 1 up to rounding, so dividing by the sum equals dividing by the number of trees.
    let sum = 0
    for (let k = 0; k < width; k++) sum += scores[at + k]!
    for (let k = 0; k < width; k++) out[to + k] = sum > 0 ? scores[at + k]! / sum : 1 / width
  } else if (link === 'average') out[to] = scores[at]! / Math.max(1, trees)
  else if (link === 'exp') out[to] = Math.exp(scores[at]!)
  else out[to] = scores[at]!
}
