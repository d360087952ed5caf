import { ascendingOrder } from './order.ts'

/** The area under the ROC curve of two scores on the same rows, and the variance of the difference (DeLong, DeLong and Clarke-Pearson 1988). */
export type PairedAreas = { a: number; b: number; variance: number }

/**
 * Compares two scores by their areas under the ROC curve, by midranks in O(n log n) (Sun and Xu 2014).
 * @param truth class codes; `positive` is the class whose score ranks the rows.
 * @returns undefined with fewer than two rows of either class.
 */
export function compareAreas(
  truth: ArrayLike<number>,
  positive: number,
  scoresA: Float64Array,
  scoresB: Float64Array,
): PairedAreas | undefined {
  const positives: number[] = []
  const negatives: number[] = []
  for (let i = 0; i < truth.length; i++) (truth[i] === positive ? positives : negatives).push(i)
  if (positives.length < 2 || negatives.length < 2) return undefined
  const [a, b] = [placements(scoresA, positives, negatives), placements(scoresB, positives, negatives)]
  const ofPositives = varianceOfDifference(a.positives, b.positives) / positives.length
  const ofNegatives = varianceOfDifference(a.negatives, b.negatives) / negatives.length
  return { a: meanOf(a.positives), b: meanOf(b.positives), variance: ofPositives + ofNegatives }
}

/** Per positive row the share of negatives below it, per negative row the share of positives above it; ties count half. */
function placements(scores: Float64Array, positives: readonly number[], negatives: readonly number[]) {
  const above = Float64Array.from(positives, i => scores[i]!)
  const below = Float64Array.from(negatives, i => scores[i]!)
  const all = new Float64Array(above.length + below.length)
  all.set(above)
  all.set(below, above.length)
  const [ranks, own, others] = [midranks(all), midranks(above), midranks(below)]
  return {
    positives: own.map((rank, i) => (ranks[i]! - rank) / below.length),
    negatives: others.map((rank, i) => 1 - (ranks[above.length + i]! - rank) / above.length),
  }
}

/** Ranks from 1; equal values share the mean of their ranks. */
function midranks(values: Float64Array): Float64Array {
  const order = ascendingOrder(values)
  const ranks = new Float64Array(values.length)
  for (let from = 0; from < order.length; ) {
    let to = from
    while (to + 1 < order.length && values[order[to + 1]!] === values[order[from]!]) to++
    for (let k = from; k <= to; k++) ranks[order[k]!] = (from + to) / 2 + 1
    from = to + 1
  }
  return ranks
}

const meanOf = (values: Float64Array): number => values.reduce((sum, value) => sum + value, 0) / values.length

function varianceOfDifference(a: Float64Array, b: Float64Array): number {
  const mean = meanOf(b) - meanOf(a)
  let sum = 0
  for (let i = 0; i < a.length; i++) sum += (b[i]! - a[i]! - mean) ** 2
  return sum / (a.length - 1)
}
