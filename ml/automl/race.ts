import type { Trial } from './types.ts'

/** Fewer finished rivals than this say little. */
const FEW_RIVALS = 4

/**
 * Whether a setting is so clearly behind on the folds so far that the others need not be trained. After one or two folds: worse than the
 * middle of its rivals there by more than the middle is worse than the best. Later: its mean distance to the best rival is more than two
 * standard errors, paired by fold.
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

/** Folds in time are unlike one another: only who is this much worse on the latest ones is given up for it. */
const IN_TIME = 0.4

export const meanOf = (values: readonly number[]): number => {
  const known = values.filter(value => !Number.isNaN(value))
  return known.length === 0 ? Number.NaN : known.reduce((sum, value) => sum + value, 0) / known.length
}

/**
 * How much larger the losses of `a` are than those of `b`, fold by fold. The standard error counts shared training rows as Nadeau and Bengio
 * (2003) do for five folds: (1/k + 1/4) s².
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
