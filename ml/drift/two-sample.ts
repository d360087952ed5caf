/** Tests and distances of two histograms over the same bins. Golden values of SciPy in bench/golden. */
import { normalTail, upperGamma } from '../statistics/distributions.ts'

const total = (counts: readonly number[]) => counts.reduce((sum, count) => sum + count, 0)
const shares = (counts: readonly number[]): number[] => {
  const all = total(counts)
  return counts.map(count => (all === 0 ? 0 : count / all))
}

/**
 * Population stability index Σ(p − q)·ln(p/q) of two histograms over the same bins.
 * An empty bin counts as the share 0.0001, so that the index stays finite (as in Evidently).
 */
export function psi(reference: readonly number[], current: readonly number[]): number {
  const [all, now] = [total(reference), total(current)]
  if (all === 0 || now === 0) return 0
  let sum = 0
  for (let k = 0; k < reference.length; k++) {
    if (reference[k] === 0 && current[k] === 0) continue
    const p = reference[k]! / all || 0.0001
    const q = current[k]! / now || 0.0001
    sum += (p - q) * Math.log(p / q)
  }
  return sum
}

/** Kullback–Leibler divergence Σ p·ln(p/q); infinite where a bin became empty. */
export function klDivergence(reference: readonly number[], current: readonly number[]): number {
  const [p, q] = [shares(reference), shares(current)]
  return p.reduce((sum, value, k) => (value === 0 ? sum : sum + value * Math.log(value / q[k]!)), 0)
}

/** Jensen–Shannon distance: square root of the divergence, natural logarithm; 0 to √ln 2 = 0.8326 (SciPy's `jensenshannon`). */
export function jensenShannon(reference: readonly number[], current: readonly number[]): number {
  const [p, q] = [shares(reference), shares(current)]
  const middle = p.map((value, k) => (value + q[k]!) / 2)
  return Math.sqrt(Math.max(0, (klDivergence(p, middle) + klDivergence(q, middle)) / 2))
}

/** Hellinger distance √(1 − Σ√(pq)), 0 to 1. */
export function hellinger(reference: readonly number[], current: readonly number[]): number {
  const [p, q] = [shares(reference), shares(current)]
  return Math.sqrt(
    Math.max(
      0,
      p.reduce((left, value, k) => left - Math.sqrt(value * q[k]!), 1),
    ),
  )
}

/** Bins that are not empty on both sides, with the counts of each side. */
function pairCounts(reference: readonly number[], current: readonly number[]) {
  const pairs = reference.map((count, k) => [count, current[k]!] as const).filter(([a, b]) => a + b > 0)
  const [n, m] = pairs.reduce(([x, y], [a, b]) => [x + a, y + b], [0, 0])
  return { pairs, n, m }
}

/** Chi-square test of the 2 × k table of counts (bins empty on both sides left out). */
export function chiSquare(
  reference: readonly number[],
  current: readonly number[],
): { statistic: number; pValue: number } {
  const { pairs, n, m } = pairCounts(reference, current)
  if (pairs.length < 2 || n === 0 || m === 0) return { statistic: 0, pValue: 1 }
  let statistic = 0
  for (const [a, b] of pairs) {
    const share = (a + b) / (n + m)
    statistic += (a - share * n) ** 2 / (share * n) + (b - share * m) ** 2 / (share * m)
  }
  return { statistic, pValue: upperGamma((pairs.length - 1) / 2, statistic / 2) }
}

/**
 * Goodness of fit of the current counts to the reference shares, which are assumed exact (Evidently's chi-square). A value that the
 * reference
 * does not have makes it infinite.
 */
export function chiSquareFit(
  reference: readonly number[],
  current: readonly number[],
): { statistic: number; pValue: number } {
  const { pairs, n, m } = pairCounts(reference, current)
  if (pairs.length < 2 || n === 0 || m === 0) return { statistic: 0, pValue: 1 }
  const statistic = pairs.reduce((sum, [a, b]) => sum + (b - (a * m) / n) ** 2 / ((a * m) / n), 0)
  return { statistic, pValue: Number.isFinite(statistic) ? upperGamma((pairs.length - 1) / 2, statistic / 2) : 0 }
}

/** Two-proportion z-test with the pooled share; two equal constants do not differ (p = 1). */
export function proportionTest(
  hits: number,
  rows: number,
  otherHits: number,
  otherRows: number,
): { statistic: number; pValue: number } {
  const pooled = (hits + otherHits) / (rows + otherRows)
  const spread = Math.sqrt(pooled * (1 - pooled) * (1 / rows + 1 / otherRows))
  if (!(spread > 0)) return { statistic: 0, pValue: 1 }
  const statistic = (hits / rows - otherHits / otherRows) / spread
  return { statistic, pValue: Math.min(1, 2 * normalTail(Math.abs(statistic))) }
}
