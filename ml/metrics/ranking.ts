import type { Scored } from './types.ts'

/** Rows that share a score, from the highest score down, with running totals. */
export type RankStep = { score: number; positives: number; negatives: number }

/** @param positive class whose probability ranks the rows. */
export function rankSteps(scored: Scored, positive: number): RankStep[] {
  const { truth, predicted, classCount } = scored
  const scores = Float64Array.from(truth, (_, i) => predicted[i * classCount + positive]!)
  const order = Int32Array.from(truth, (_, i) => i).sort((a, b) => scores[b]! - scores[a]!)
  const steps: RankStep[] = []
  let [positives, negatives] = [0, 0]
  for (let k = 0; k < order.length; k++) {
    const i = order[k]!
    if (truth[i] === positive) positives++
    else negatives++
    const next = order[k + 1]
    if (next === undefined || scores[next] !== scores[i]) steps.push({ score: scores[i]!, positives, negatives })
  }
  return steps
}

/** Area under the ROC curve by trapezoids; NaN when one side is empty. */
export function areaUnderRoc(steps: readonly RankStep[]): number {
  const last = steps.at(-1)
  if (!last || last.positives === 0 || last.negatives === 0) return Number.NaN
  let area = 0
  let [positives, negatives] = [0, 0]
  for (const step of steps) {
    area += ((step.negatives - negatives) * (step.positives + positives)) / 2
    positives = step.positives
    negatives = step.negatives
  }
  return area / (last.positives * last.negatives)
}

/** Σ (recallₙ − recallₙ₋₁) · precisionₙ, as scikit-learn's average_precision_score; NaN without positives. */
export function averagePrecision(steps: readonly RankStep[]): number {
  const last = steps.at(-1)
  if (!last || last.positives === 0) return Number.NaN
  let sum = 0
  let positives = 0
  for (const step of steps) {
    sum += ((step.positives - positives) * step.positives) / (step.positives + step.negatives)
    positives = step.positives
  }
  return sum / last.positives
}

/** Binary: of class 1. Several classes: mean over one-against-rest, of the classes for which it is defined. */
export function macroRanking(scored: Scored, measure: (steps: readonly RankStep[]) => number): number {
  if (scored.task === 'binary') return measure(rankSteps(scored, 1))
  let [sum, count] = [0, 0]
  for (let k = 0; k < scored.classCount; k++) {
    const value = measure(rankSteps(scored, k))
    if (Number.isNaN(value)) continue
    sum += value
    count++
  }
  return count === 0 ? Number.NaN : sum / count
}
