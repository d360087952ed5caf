/** Tests and distances of two samples of numbers, both ascending. Golden values of SciPy in bench/golden. */
import { logGamma, normalTail } from '../statistics/distributions.ts'

/** First Wasserstein distance ∫|F − G|. */
export function wasserstein(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let [i, j, sum] = [0, 0, 0]
  let before = Math.min(a[0] ?? 0, b[0] ?? 0)
  while (i < a.length || j < b.length) {
    const point = Math.min(
      i < a.length ? a[i]! : Number.POSITIVE_INFINITY,
      j < b.length ? b[j]! : Number.POSITIVE_INFINITY,
    )
    sum += Math.abs(i / a.length - j / b.length) * (point - before)
    while (i < a.length && a[i]! === point) i++
    while (j < b.length && b[j]! === point) j++
    before = point
  }
  return sum
}

/** The Wasserstein distance in standard deviations of the reference (at least 0.001, as in Evidently). */
export function normedWasserstein(reference: ArrayLike<number>, current: ArrayLike<number>): number {
  const n = reference.length
  let [mean, squares] = [0, 0]
  for (let i = 0; i < n; i++) mean += reference[i]! / n
  for (let i = 0; i < n; i++) squares += (reference[i]! - mean) ** 2
  return wasserstein(reference, current) / Math.max(Math.sqrt(squares / n), 0.001)
}

/** Iterates over groups of equal values of both samples: how many values of each sample lie before the group and in it. */
function eachTie(
  a: ArrayLike<number>,
  b: ArrayLike<number>,
  visit: (beforeA: number, beforeB: number, tiedA: number, tiedB: number) => void,
): void {
  let [i, j] = [0, 0]
  while (i < a.length || j < b.length) {
    const point = Math.min(
      i < a.length ? a[i]! : Number.POSITIVE_INFINITY,
      j < b.length ? b[j]! : Number.POSITIVE_INFINITY,
    )
    const [fromA, fromB] = [i, j]
    while (i < a.length && a[i]! === point) i++
    while (j < b.length && b[j]! === point) j++
    visit(fromA, fromB, i - fromA, j - fromB)
  }
}

/**
 * Anderson–Darling test of two samples with midranks (Scholz and Stephens 1987): the standardized statistic, and a p-value between 0.001
 * and
 * 0.25 interpolated from their table like SciPy's anderson_ksamp; clipped at the ends of the table.
 */
export function andersonDarling(a: ArrayLike<number>, b: ArrayLike<number>): { statistic: number; pValue: number } {
  const [n, m] = [a.length, b.length]
  const all = n + m
  if (n === 0 || m === 0 || all < 4) return { statistic: 0, pValue: 0.25 }
  let [sumA, sumB, distinct] = [0, 0, 0]
  eachTie(a, b, (beforeA, beforeB, tiedA, tiedB) => {
    distinct++
    const tied = tiedA + tiedB
    const below = beforeA + beforeB + tied / 2
    const scale = below * (all - below) - (all * tied) / 4
    if (scale <= 0) return
    sumA += ((tied / all) * (all * (beforeA + tiedA / 2) - n * below) ** 2) / scale
    sumB += ((tied / all) * (all * (beforeB + tiedB / 2) - m * below) ** 2) / scale
  })
  if (distinct < 2) return { statistic: 0, pValue: 0.25 }
  const squared = ((all - 1) / all) * (sumA / n + sumB / m)
  const k = 2
  const H = 1 / n + 1 / m
  let [h, g, later] = [0, 0, 0]
  for (let i = 1; i < all; i++) h += 1 / i
  // g = Σ_{i<j<N} 1/((N − i)·j), from the largest i down so that the sum over j grows by one term.
  for (let i = all - 2; i >= 1; i--) {
    later += 1 / (i + 1)
    g += later / (all - i)
  }
  const A = (4 * g - 6) * (k - 1) + (10 - 6 * g) * H
  const B = (2 * g - 4) * k ** 2 + 8 * h * k + (2 * g - 14 * h - 4) * H - 8 * h + 4 * g - 6
  const C = (6 * h + 2 * g - 2) * k ** 2 + (4 * h - 4 * g + 6) * k + (2 * h - 6) * H + 4 * h
  const D = (2 * h + 6) * k ** 2 - 4 * h * k
  const variance = (A * all ** 3 + B * all ** 2 + C * all + D) / ((all - 1) * (all - 2) * (all - 3))
  const statistic = (squared - (k - 1)) / Math.sqrt(variance)
  return { statistic, pValue: tabled(statistic) }
}

/** Critical values of the statistic at these significance levels. */
// biome-ignore lint/suspicious/noApproximativeNumericConstant: a tabled value that happens to look like e.
const CRITICAL = [0.325, 1.226, 1.961, 2.718, 3.752, 4.592, 6.546]
const LEVELS = [0.25, 0.1, 0.05, 0.025, 0.01, 0.005, 0.001]

/** Least-squares parabola of ln(level) over the critical values. */
function tabled(statistic: number): number {
  if (statistic <= CRITICAL[0]!) return 0.25
  if (statistic >= CRITICAL.at(-1)!) return 0.001
  // Normal equations of 1, x, x² around the mean of the critical values, solved by Cramer's rule.
  const center = CRITICAL.reduce((sum, value) => sum + value, 0) / CRITICAL.length
  const moments = [0, 0, 0, 0, 0]
  const right = [0, 0, 0]
  for (const [i, value] of CRITICAL.entries()) {
    const x = value - center
    for (let power = 0; power < 5; power++) moments[power]! += x ** power
    for (let power = 0; power < 3; power++) right[power]! += x ** power * Math.log(LEVELS[i]!)
  }
  const rows = [0, 1, 2].map(r => [moments[r]!, moments[r + 1]!, moments[r + 2]!])
  const det = ([a, b, c]: number[][]) =>
    a![0]! * (b![1]! * c![2]! - b![2]! * c![1]!) -
    a![1]! * (b![0]! * c![2]! - b![2]! * c![0]!) +
    a![2]! * (b![0]! * c![1]! - b![1]! * c![0]!)
  const whole = det(rows)
  const x = statistic - center
  return Math.exp(
    [0, 1, 2].reduce(
      (sum, c) =>
        sum + (det(rows.map((row, r) => row.map((cell, j) => (j === c ? right[r]! : cell)))) / whole) * x ** c,
      0,
    ),
  )
}

/**
 * Cramér–von Mises test of two samples (Anderson 1962). The p-value is exact while both have at most 20 values (Xiao, Gordon and
 * Yakovlev 2006), else that of the limiting distribution, as SciPy's cramervonmises_2samp.
 */
export function cramerVonMises(a: ArrayLike<number>, b: ArrayLike<number>): { statistic: number; pValue: number } {
  const [n, m] = [a.length, b.length]
  if (n === 0 || m === 0) return { statistic: 0, pValue: 1 }
  let [gapsA, gapsB] = [0, 0]
  eachTie(a, b, (beforeA, beforeB, tiedA, tiedB) => {
    const rank = beforeA + beforeB + (tiedA + tiedB + 1) / 2
    for (let k = 1; k <= tiedA; k++) gapsA += (rank - beforeA - k) ** 2
    for (let k = 1; k <= tiedB; k++) gapsB += (rank - beforeB - k) ** 2
  })
  const u = n * gapsA + m * gapsB
  const [all, product] = [n + m, n * m]
  const statistic = u / (product * all) - (4 * product - 1) / (6 * all)
  if (Math.max(n, m) <= 20) return { statistic, pValue: exactCramer(u, n, m) }
  const mean = (1 + 1 / all) / 6
  const variance =
    ((all + 1) * (4 * product * all - 3 * (n * n + m * m) - 2 * product)) / (45 * all * all * 4 * product)
  const normed = 1 / 6 + (statistic - mean) / Math.sqrt(45 * variance)
  return { statistic, pValue: normed < 0.003 ? 1 : Math.max(0, 1 - cramerLimit(normed)) }
}

/**
 * Returns the share of arrangements of n and m values whose statistic is at least that of `u`: counts by partial sum along lattice paths.
 */
function exactCramer(u: number, n: number, m: number): number {
  const lcm = (n * m) / gcd(n, m)
  const [stepN, stepM] = [lcm / n, lcm / m]
  const zeta = Math.floor((lcm ** 2 * (n + m) * (6 * u - n * m * (4 * n * m - 1))) / (6 * (n * m) ** 2))
  let row: Map<number, number>[] = []
  for (let i = 0; i <= m; i++) {
    const next: Map<number, number>[] = []
    for (let j = 0; j <= n; j++) {
      const sums = new Map<number, number>()
      if (i === 0 && j === 0) sums.set(0, 1)
      for (const from of [j > 0 ? next[j - 1] : undefined, i > 0 ? row[j] : undefined]) {
        for (const [value, count] of from ?? []) {
          const moved = value + (stepN * j - stepM * i) ** 2
          sums.set(moved, (sums.get(moved) ?? 0) + count)
        }
      }
      next.push(sums)
    }
    row = next
  }
  let [reached, every] = [0, 0]
  for (const [value, count] of row[n]!) {
    every += count
    if (value >= zeta) reached += count
  }
  return reached / every
}

const gcd = (a: number, b: number): number => (b === 0 ? a : gcd(b, a % b))

/** Distribution function of the limit (Csörgő and Faraway 1996, eq. 1.2); terms are added until one is below 1e-7, as SciPy does. */
function cramerLimit(x: number): number {
  let sum = 0
  for (let k = 0; k < 100; k++) {
    const y = 4 * k + 1
    const q = y ** 2 / (16 * x)
    const factor = Math.exp(logGamma(k + 0.5) - logGamma(k + 1)) / (Math.PI ** 1.5 * Math.sqrt(x))
    const term = factor * Math.sqrt(y) * Math.exp(-q) * besselQuarter(q)
    sum += term
    if (Math.abs(term) < 1e-7) break
  }
  return sum
}

/** Modified Bessel function K of order ¼: ∫ exp(−q cosh t)·cosh(t/4) dt over t > 0; the trapezoid rule is exact to rounding here. */
function besselQuarter(q: number): number {
  const step = 0.05
  let sum = Math.exp(-q) / 2
  for (let t = step; ; t += step) {
    const exponent = q * Math.cosh(t)
    if (exponent > 745) return sum * step
    sum += Math.exp(-exponent) * Math.cosh(t / 4)
  }
}

/**
 * Mann–Whitney test that values of `a` tend to be larger than those of `b`: one-sided p-value by the normal limit with corrections for
 * ties and continuity. `auc` = U/(nm) is the probability that a value of `a` is larger.
 */
export function mannWhitney(a: ArrayLike<number>, b: ArrayLike<number>): { auc: number; pValue: number } {
  const [n, m] = [a.length, b.length]
  const all = n + m
  let [u, ties] = [0, 0]
  eachTie(a, b, (_, beforeB, tiedA, tiedB) => {
    u += tiedA * (beforeB + tiedB / 2)
    const tied = tiedA + tiedB
    ties += tied ** 3 - tied
  })
  const spread = Math.sqrt(((n * m) / 12) * (all + 1 - ties / (all * (all - 1))))
  if (!(spread > 0)) return { auc: 0.5, pValue: 1 }
  return { auc: u / (n * m), pValue: normalTail((u - (n * m) / 2 - 0.5) / spread) }
}
