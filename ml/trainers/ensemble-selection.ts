import type { Loss } from './ensemble-loss.ts'

/** Rows held out together: their truth, and the predictions of every candidate (`predicted[candidate]`). */
export type HeldOut = { truth: Float64Array; predicted: readonly Float64Array[] }

/** Mean loss over the folds for which it is defined. */
export function meanLoss(folds: readonly HeldOut[], loss: Loss, combine: (fold: HeldOut) => Float64Array): number {
  let [sum, count] = [0, 0]
  for (const fold of folds) {
    const value = loss(fold.truth, combine(fold))
    if (Number.isNaN(value)) continue
    sum += value
    count++
  }
  return count === 0 ? Number.NaN : sum / count
}

export function weightedAverage(predicted: readonly Float64Array[], weights: ArrayLike<number>): Float64Array {
  const sum = new Float64Array(predicted[0]!.length)
  for (const [candidate, each] of predicted.entries()) {
    const weight = weights[candidate]!
    if (weight === 0) continue
    for (let i = 0; i < sum.length; i++) sum[i]! += weight * each[i]!
  }
  return sum
}

/**
 * Forward selection with replacement (Caruana et al. 2004): repeatedly adds the candidate that lowers the loss of the average most; the
 * best
 * average on the way is kept. Few rounds, and weights that are whole shares, keep it from fitting noise.
 * @returns one weight per candidate, summing to 1.
 */
export function selectForward(folds: readonly HeldOut[], loss: Loss, rounds: number): Float64Array {
  const candidates = folds[0]!.predicted.length
  const counts = new Float64Array(candidates)
  const sums = folds.map(fold => new Float64Array(fold.predicted[0]!.length))
  const trial = sums.map(sum => new Float64Array(sum.length))
  let best = { loss: Number.POSITIVE_INFINITY, counts: counts.slice() }
  let stale = 0
  for (let round = 1; round <= rounds && stale < 5; round++) {
    let chosen = { candidate: -1, loss: Number.POSITIVE_INFINITY }
    for (let candidate = 0; candidate < candidates; candidate++) {
      const value = meanLoss(folds, loss, fold => {
        const k = folds.indexOf(fold)
        const [sum, own, out] = [sums[k]!, fold.predicted[candidate]!, trial[k]!]
        for (let i = 0; i < out.length; i++) out[i] = (sum[i]! + own[i]!) / round
        return out
      })
      if (value < chosen.loss) chosen = { candidate, loss: value }
    }
    if (chosen.candidate < 0) break
    counts[chosen.candidate]!++
    for (const [k, fold] of folds.entries()) {
      const own = fold.predicted[chosen.candidate]!
      for (let i = 0; i < own.length; i++) sums[k]![i]! += own[i]!
    }
    if (chosen.loss < best.loss - 1e-9 * Math.abs(best.loss === Number.POSITIVE_INFINITY ? 0 : best.loss)) {
      best = { loss: chosen.loss, counts: counts.slice() }
      stale = 0
    } else stale++
  }
  const total = best.counts.reduce((sum, count) => sum + count, 0)
  if (total === 0) best.counts[0] = 1
  return best.counts.map(count => count / Math.max(1, total))
}
