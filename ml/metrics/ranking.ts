import { ascendingOrder } from './order.ts'
import { remember, type Scored } from './types.ts'

/**
 * Rows that share a score form a step, from the highest score down: `positives[s]` and `negatives[s]` are the sums of weights with at
 * least `scores[s]`.
 */
export type RankSteps = { count: number; scores: Float64Array; positives: Float64Array; negatives: Float64Array }

/** @param positive class whose probability ranks the rows. */
export function rankSteps(scored: Scored, positive: number): RankSteps {
  return remember(scored, 'weighted', `steps ${positive}`, () => {
    const { truth, weights } = scored
    const { order, sorted } = ranked(scored, positive)
    const n = order.length
    const scores = new Float64Array(n)
    const positives = new Float64Array(n)
    const negatives = new Float64Array(n)
    let [sumPositive, sumNegative, count] = [0, 0, 0]
    for (let k = n - 1; k >= 0; k--) {
      const i = order[k]!
      const weight = weights ? weights[i]! : 1
      if (truth[i] === positive) sumPositive += weight
      else sumNegative += weight
      if (k > 0 && sorted[k - 1] === sorted[k]) continue
      scores[count] = sorted[k]!
      positives[count] = sumPositive
      negatives[count++] = sumNegative
    }
    return { count, scores, positives, negatives }
  })
}

function ranked(scored: Scored, positive: number): { order: Int32Array; sorted: Float64Array } {
  return remember(scored, 'arrays', `order ${positive}`, () => {
    const { truth, predicted, classCount } = scored
    const scores = new Float64Array(truth.length)
    for (let i = 0; i < scores.length; i++) scores[i] = predicted[i * classCount + positive]!
    const order = ascendingOrder(scores)
    const sorted = new Float64Array(scores.length)
    for (let k = 0; k < order.length; k++) sorted[k] = scores[order[k]!]!
    return { order, sorted }
  })
}

/** Area under the ROC curve by trapezoids; NaN when one side is empty. */
export function areaUnderRoc({ count, positives, negatives }: RankSteps): number {
  const [allPositives, allNegatives] = [positives[count - 1] ?? 0, negatives[count - 1] ?? 0]
  if (allPositives === 0 || allNegatives === 0) return Number.NaN
  let area = 0
  let [p, n] = [0, 0]
  for (let s = 0; s < count; s++) {
    area += ((negatives[s]! - n) * (positives[s]! + p)) / 2
    p = positives[s]!
    n = negatives[s]!
  }
  return area / (allPositives * allNegatives)
}

/** Σ (recallₙ − recallₙ₋₁) · precisionₙ, as scikit-learn's average_precision_score; NaN without positives. */
export function averagePrecision({ count, positives, negatives }: RankSteps): number {
  const all = positives[count - 1] ?? 0
  if (all === 0) return Number.NaN
  let [sum, before] = [0, 0]
  for (let s = 0; s < count; s++) {
    const p = positives[s]!
    if (p > before) sum += ((p - before) * p) / (p + negatives[s]!)
    before = p
  }
  return sum / all
}

/**
 * Binary: of class 1. Several classes: mean over one-against-rest of the classes for which it is defined, each counting the same (macro)
 * or by its rows (weighted).
 */
export function rankingMean(
  scored: Scored,
  measure: (steps: RankSteps) => number,
  average: 'macro' | 'weighted',
): number {
  if (scored.task === 'binary') return measure(rankSteps(scored, 1))
  let [sum, whole] = [0, 0]
  for (let k = 0; k < scored.classCount; k++) {
    const steps = rankSteps(scored, k)
    const value = measure(steps)
    if (Number.isNaN(value)) continue
    const share = average === 'macro' ? 1 : steps.positives[steps.count - 1]!
    sum += value * share
    whole += share
  }
  return whole === 0 ? Number.NaN : sum / whole
}
