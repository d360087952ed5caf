import { sigmoid, softmax } from './statistics.ts'
import type { Task } from './types.ts'

/**
 * Sum of weighted row losses from the network's outputs, and their gradient divided by the batch's weight.
 * Regression: squared error (standardized target). Binary: logistic loss of one logit. Multiclass: cross-entropy.
 * In double precision on the small output only, so that no backend needs special kernels.
 * @param outputs rows × width. @param gradient same size, written.
 * @returns the weighted sum of losses and the sum of weights.
 */
export function lossOf(
  task: Task,
  outputs: ArrayLike<number>,
  width: number,
  y: ArrayLike<number>,
  weights: ArrayLike<number> | undefined,
  gradient?: Float32Array,
): { loss: number; weight: number } {
  const rows = y.length
  let total = 0
  for (let i = 0; i < rows; i++) total += weights ? weights[i]! : 1
  let loss = 0
  const shares = new Float64Array(width)
  for (let i = 0; i < rows; i++) {
    const weight = weights ? weights[i]! : 1
    const scale = total > 0 ? weight / total : 0
    const target = y[i]!
    if (task === 'regression') {
      const error = outputs[i]! - target
      loss += weight * error * error
      if (gradient) gradient[i] = 2 * scale * error
    } else if (task === 'binary') {
      const score = outputs[i]!
      loss += weight * (Math.max(score, 0) + Math.log1p(Math.exp(-Math.abs(score))) - target * score)
      if (gradient) gradient[i] = scale * (sigmoid(score) - target)
    } else {
      const at = i * width
      for (let k = 0; k < width; k++) shares[k] = outputs[at + k]!
      softmax(shares)
      loss -= weight * Math.log(Math.max(shares[target]!, 1e-300))
      if (gradient) for (let k = 0; k < width; k++) gradient[at + k] = scale * (shares[k]! - (k === target ? 1 : 0))
    }
  }
  return { loss, weight: total }
}
