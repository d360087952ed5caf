import { upperGamma } from '../statistics/distributions.ts'

/** Two-sample tests and distances. Golden values versus SciPy in bench/golden. */

/** Largest distance of two empirical distribution functions. @param a, b ascending. */
export function ksStatistic(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let [i, j, largest] = [0, 0, 0]
  while (i < a.length && j < b.length) {
    const point = Math.min(a[i]!, b[j]!)
    while (i < a.length && a[i]! <= point) i++
    while (j < b.length && b[j]! <= point) j++
    largest = Math.max(largest, Math.abs(i / a.length - j / b.length))
  }
  return largest
}

/**
 * Two-sided p-value of the two-sample Kolmogorov–Smirnov statistic.
 * Exact (lattice paths, Kim and Jennrich 1973) while n·m ≤ 4 million; beyond, the Kolmogorov distribution with
 * Stephens' correction (1970), accurate to about 1e-3 there.
 */
export function ksPValue(statistic: number, n: number, m: number): number {
  if (n === 0 || m === 0) return 1
  if (n * m <= 4_000_000) return exactKs(statistic, n, m)
  const effective = Math.sqrt((n * m) / (n + m))
  return kolmogorovTail((effective + 0.12 + 0.11 / effective) * statistic)
}

function exactKs(statistic: number, n: number, m: number): number {
  if (statistic <= 0) return 1
  // The largest distance that still lies strictly inside.
  const inside = (0.5 + Math.floor(statistic * n * m - 1e-7)) / (n * m)
  const paths = new Float64Array(m + 1)
  for (let j = 0; j <= m; j++) paths[j] = j / m > inside ? 0 : 1
  for (let i = 1; i <= n; i++) {
    const weight = i / (i + m)
    paths[0] = i / n > inside ? 0 : weight * paths[0]!
    for (let j = 1; j <= m; j++) {
      paths[j] = Math.abs(i / n - j / m) > inside ? 0 : weight * paths[j]! + paths[j - 1]!
    }
  }
  return Math.min(1, Math.max(0, 1 - paths[m]!))
}

/** P(K > x) of the Kolmogorov distribution. */
function kolmogorovTail(x: number): number {
  if (x < 0.3) return 1
  let sum = 0
  for (let k = 1; k <= 100; k++) {
    const term = Math.exp(-2 * k * k * x * x)
    sum += k % 2 === 1 ? term : -term
    if (term < 1e-17) break
  }
  return Math.min(1, Math.max(0, 2 * sum))
}

/**
 * Population stability index Σ(p − q)·ln(p/q) of two rows of counts over the same bins.
 * An empty bin counts as the share 0.0001, so that the index stays finite (as Evidently does).
 */
export function psi(reference: readonly number[], current: readonly number[]): number {
  const total = (counts: readonly number[]) => counts.reduce((sum, count) => sum + count, 0)
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

/** Chi-square test of the 2 × k table of counts (bins empty on both sides left out). */
export function chiSquare(
  reference: readonly number[],
  current: readonly number[],
): { statistic: number; pValue: number } {
  const pairs = reference.map((count, k) => [count, current[k]!] as const).filter(([a, b]) => a + b > 0)
  const [n, m] = pairs.reduce(([x, y], [a, b]) => [x + a, y + b], [0, 0])
  if (pairs.length < 2 || n === 0 || m === 0) return { statistic: 0, pValue: 1 }
  let statistic = 0
  for (const [a, b] of pairs) {
    const share = (a + b) / (n + m)
    statistic += (a - share * n) ** 2 / (share * n) + (b - share * m) ** 2 / (share * m)
  }
  return { statistic, pValue: upperGamma((pairs.length - 1) / 2, statistic / 2) }
}
