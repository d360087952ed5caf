/** Criterion for the threshold of a binary model. `cost[actual][predicted]`: the cost of each outcome. */
export type ThresholdChoice =
  | { by: 'f1' | 'balanced_accuracy' | 'youden' }
  | { by: 'cost'; cost: readonly [readonly [number, number], readonly [number, number]] }

/** A row is of the positive class when its probability is at least `value`. */
export type Threshold = { value: number; by: ThresholdChoice['by']; words: string }

const LABELS = {
  f1: 'F1 is highest',
  balanced_accuracy: 'balanced accuracy is highest',
  youden: 'recall minus false alarms (Youden) is highest',
  cost: 'errors cost least',
}

/**
 * Finds the best threshold on out-of-fold rows. It lies half-way between the scores of the rows it separates; among equally good ones the
 * nearest to 0.5 is chosen.
 * @param truth 1 or 0; @param probability of class 1; @param weights all 1 when absent.
 */
export function chooseThreshold(
  truth: Float64Array,
  probability: Float64Array,
  choice: ThresholdChoice,
  weights?: Float64Array,
): Threshold {
  const order = Int32Array.from(truth.keys()).sort((a, b) => probability[b]! - probability[a]! || a - b)
  let [positives, negatives] = [0, 0]
  for (const i of order) {
    if (truth[i] === 1) positives += weights?.[i] ?? 1
    else negatives += weights?.[i] ?? 1
  }
  const worth = (hits: number, alarms: number) => {
    switch (choice.by) {
      case 'f1':
        return hits === 0 ? 0 : (2 * hits) / (hits + alarms + positives)
      case 'balanced_accuracy':
      case 'youden':
        return (positives > 0 ? hits / positives : 0) - (negatives > 0 ? alarms / negatives : 0)
      case 'cost': {
        const [[quiet, alarm], [miss, hit]] = choice.cost
        return -(quiet * (negatives - alarms) + alarm * alarms + miss * (positives - hits) + hit * hits)
      }
    }
  }
  let best = { value: 1, worth: worth(0, 0) }
  let [hits, alarms] = [0, 0]
  for (const [place, i] of order.entries()) {
    if (truth[i] === 1) hits += weights?.[i] ?? 1
    else alarms += weights?.[i] ?? 1
    const p = probability[i]!
    const next = order[place + 1]
    const below = next === undefined ? 0 : probability[next]!
    if (next !== undefined && below === p) continue
    // Of all thresholds between the two scores, the one nearest to 0.5, but not on the edge.
    const between = below < 0.5 && p >= 0.5 ? 0.5 : (p + below) / 2
    const value = next === undefined ? Math.min(p, 0.5) : between
    const candidate = worth(hits, alarms)
    const better = candidate > best.worth + 1e-12
    const equal = candidate >= best.worth - 1e-12 && Math.abs(value - 0.5) < Math.abs(best.value - 0.5)
    if (better || equal) best = { value, worth: candidate }
  }
  const shown = Number(best.value.toPrecision(3))
  return {
    value: best.value,
    by: choice.by,
    words: `A probability of ${shown} or more counts as yes: there ${LABELS[choice.by]} on rows the model had not seen.`,
  }
}
