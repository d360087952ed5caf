import { studentQuantile, studentTails } from './distributions.ts'

/** One fold: what two settings scored on the same validation rows after training on the same rows. */
export type FoldPair = { difference: number; rowsTrain: number; rowsValidation: number }

export type TestedDifference = { difference: number; low: number; high: number; p: number }

/**
 * Corrected resampled t-test of paired differences by fold (Nadeau and Bengio 2003): folds share training rows, so the variance of their
 * mean is (1/k + held/trained) s². Returns undefined for fewer than two folds.
 */
export function correctedResampledT(folds: readonly FoldPair[]): TestedDifference | undefined {
  const known = folds.filter(fold => Number.isFinite(fold.difference))
  const k = known.length
  if (k < 2) return undefined
  const mean = known.reduce((sum, fold) => sum + fold.difference, 0) / k
  const variance = known.reduce((sum, fold) => sum + (fold.difference - mean) ** 2, 0) / (k - 1)
  const overlap = known.reduce((sum, fold) => sum + fold.rowsValidation / fold.rowsTrain, 0) / k
  return testDifference(mean, Math.sqrt((1 / k + overlap) * variance), k - 1)
}

/** Two-sided t-test of a difference with its standard error, and the 95 % interval that excludes 0 exactly when p < 0.05. */
export function testDifference(difference: number, error: number, freedom: number): TestedDifference {
  if (error === 0) return { difference, low: difference, high: difference, p: difference === 0 ? 1 : 0 }
  const reach = studentQuantile(0.05, freedom) * error
  return {
    difference,
    low: difference - reach,
    high: difference + reach,
    p: studentTails(difference / error, freedom),
  }
}

/** Adjusts p values for the number of comparisons (Holm 1979); the order is kept. */
export function holm(pValues: readonly number[]): number[] {
  const order = [...pValues.keys()].sort((a, b) => pValues[a]! - pValues[b]!)
  const adjusted = new Array<number>(pValues.length)
  let most = 0
  for (const [rank, at] of order.entries()) {
    most = Math.max(most, Math.min(1, (pValues.length - rank) * pValues[at]!))
    adjusted[at] = most
  }
  return adjusted
}
