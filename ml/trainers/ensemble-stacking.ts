import { logit } from './ensemble.ts'
import type { HeldOut } from './ensemble-selection.ts'
import type { Task } from './types.ts'

/** Weight of each prediction in a stack; the intercept is in the target's unit, or a logit. */
export type Stack = { weights: Float64Array; intercept: number }

/**
 * Fits a linear model over the candidates' predictions with non-negative weights, shrunk towards equal ones (ridge around 1 / candidates):
 * ridge least squares for numbers, logistic of logits for two classes. By projected coordinate descent, one second-order step per
 * coordinate.
 * @param penalty per row, in units of the predictors' variance.
 */
export function fitStack(folds: readonly HeldOut[], task: Task, penalty = 0.01): Stack {
  const candidates = folds[0]!.predicted.length
  const rows = folds.reduce((sum, fold) => sum + fold.truth.length, 0)
  const y = new Float64Array(rows)
  const x = Array.from({ length: candidates }, () => new Float64Array(rows))
  let at = 0
  for (const { truth, predicted } of folds) {
    for (let i = 0; i < truth.length; i++, at++) {
      y[at] = truth[i]!
      for (let c = 0; c < candidates; c++) {
        x[c]![at] = task === 'regression' ? predicted[c]![i]! : logit(predicted[c]![2 * i + 1]!)
      }
    }
  }
  const weights = new Float64Array(candidates).fill(1 / candidates)
  const spread = x.reduce((sum, column) => sum + variance(column), 0) / candidates
  const ridge = penalty * rows * (task === 'regression' ? spread : 0.25 * spread)
  let intercept = 0
  const score = new Float64Array(rows)
  for (let c = 0; c < candidates; c++) for (let i = 0; i < rows; i++) score[i]! += weights[c]! * x[c]![i]!
  const mean = (i: number) =>
    task === 'regression' ? score[i]! + intercept : 1 / (1 + Math.exp(-score[i]! - intercept))
  for (let sweep = 0; sweep < 100; sweep++) {
    let change = 0
    for (let c = -1; c < candidates; c++) {
      let [gradient, curvature] = [0, 0]
      for (let i = 0; i < rows; i++) {
        const own = c < 0 ? 1 : x[c]![i]!
        const p = mean(i)
        gradient += own * (p - y[i]!)
        curvature += own * own * (task === 'regression' ? 1 : Math.max(1e-6, p * (1 - p)))
      }
      if (c < 0) {
        const step = gradient / curvature
        intercept -= step
        change = Math.max(change, step ** 2 * rows)
        continue
      }
      gradient += ridge * (weights[c]! - 1 / candidates)
      const next = Math.max(0, weights[c]! - gradient / (curvature + ridge))
      const step = next - weights[c]!
      if (step === 0) continue
      weights[c] = next
      for (let i = 0; i < rows; i++) score[i]! += step * x[c]![i]!
      change = Math.max(change, step ** 2 * curvature)
    }
    if (change < 1e-9 * rows * (task === 'regression' ? Math.max(spread, Number.MIN_VALUE) : 1)) break
  }
  return { weights, intercept }
}

function variance(values: Float64Array): number {
  let [sum, squares] = [0, 0]
  for (const value of values) sum += value
  const mean = sum / values.length
  for (const value of values) squares += (value - mean) ** 2
  return squares / values.length
}

/** As `compileEnsemble` does with `combination.kind === 'stack'`. */
export function applyStack(
  { weights, intercept }: Stack,
  predicted: readonly Float64Array[],
  task: Task,
): Float64Array {
  const out = new Float64Array(predicted[0]!.length)
  if (task === 'regression') {
    for (let i = 0; i < out.length; i++) {
      out[i] = predicted.reduce((sum, each, c) => sum + weights[c]! * each[i]!, intercept)
    }
    return out
  }
  for (let i = 0; i < out.length; i += 2) {
    const z = predicted.reduce((sum, each, c) => sum + weights[c]! * logit(each[i + 1]!), intercept)
    out[i + 1] = 1 / (1 + Math.exp(-z))
    out[i] = 1 - out[i + 1]!
  }
  return out
}
