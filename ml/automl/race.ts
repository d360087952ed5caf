import type { Trial } from './types.ts'

/** Minimum number of finished rivals for a comparison. */
const FEW_RIVALS = 4

/**
 * Returns whether a setting is so far behind that its other folds need not be trained. After one or two folds: worse than the rivals'
 * median
 * by more than the distance from the median to the best. Later: its mean distance to the best rival exceeds two standard errors, paired by
 * fold.
 */
export function isBehind(losses: readonly number[], rivals: readonly Trial[], inTime = false): boolean {
  const complete = rivals.filter(each => each.state === 'complete' && each.trainer.id !== 'baseline')
  if (complete.length < FEW_RIVALS || losses.length === 0) return false
  const k = losses.length
  if (k <= 2) {
    const there = complete.map(each => meanOf(each.losses.slice(0, k))).sort((a, b) => a - b)
    const [best, middle] = [there[0]!, there[Math.floor(there.length / 2)]!]
    const slack = inTime ? IN_TIME * Math.abs(middle) : 0
    return !(meanOf(losses) <= middle + (middle - best) + slack)
  }
  const best = complete.reduce((a, b) => (meanOf(a.losses) <= meanOf(b.losses) ? a : b))
  return distance(losses, best.losses).significant
}

/** Folds in time differ from one another, so a setting is dropped only if it is this much worse on the latest ones. */
const IN_TIME = 0.4

export const meanOf = (values: readonly number[]): number => {
  const known = values.filter(value => !Number.isNaN(value))
  return known.length === 0 ? Number.NaN : known.reduce((sum, value) => sum + value, 0) / known.length
}

/**
 * Returns by how much the losses of `a` exceed those of `b`, fold by fold. The standard error accounts for shared training rows as in
 * Nadeau
 * and Bengio (2003) for five folds: (1/k + 1/4) s².
 */
export function distance(
  a: readonly number[],
  b: readonly number[],
): { mean: number; error: number; significant: boolean } {
  const differences = a.map((loss, k) => loss - b[k]!).filter(value => !Number.isNaN(value))
  const k = differences.length
  const mean = meanOf(differences)
  const variance = differences.reduce((sum, value) => sum + (value - mean) ** 2, 0) / Math.max(1, k - 1)
  const error = k < 2 ? Number.NaN : Math.sqrt((1 / k + 0.25) * variance)
  return { mean, error, significant: k >= 2 && mean > 2 * error && mean > 0 }
}
