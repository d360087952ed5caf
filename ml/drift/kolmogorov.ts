import { logGamma } from '../statistics/distributions.ts'

/** Maximum number of values per side for the exact two-sample p-value (SciPy's limit). */
const MAX_EXACT = 10_000

/** Returns the largest distance of two empirical distribution functions. @param a, b ascending. */
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
 * Returns the two-sided p-value of the two-sample Kolmogorov–Smirnov statistic, by the choices of SciPy's ks_2samp: exact (lattice paths,
 * Kim
 * and Jennrich 1973) up to 10,000 values per side; above, that of one sample of nm/(n + m) values.
 */
export function ksPValue(statistic: number, n: number, m: number): number {
  if (n === 0 || m === 0) return 1
  const approximate = kolmogorovTail(Math.round((n * m) / (n + m)), statistic)
  // If the tail is negligible, the paths need not be counted.
  if (Math.max(n, m) > MAX_EXACT || (n * m > 1e6 && approximate < 1e-14)) return approximate
  return exactTail(statistic, n, m)
}

/**
 * Returns the share of lattice paths from (0, 0) to (n, m) that leave the band |i/n − j/m| < statistic. Of the paths to (i, j) the share
 * i/(i + j) comes from (i − 1, j): shares neither underflow nor overflow.
 */
function exactTail(statistic: number, n: number, m: number): number {
  if (statistic <= 0) return 1
  // The largest distance that still lies strictly inside.
  const inside = (0.5 + Math.floor(statistic * n * m - 1e-7)) / (n * m)
  const inverse = Float64Array.from({ length: n + m + 1 }, (_, k) => 1 / k)
  // Shifted by one: stay[0] is always 0.
  const stay = new Float64Array(m + 2)
  for (let j = 0; j <= m && j / m <= inside; j++) stay[j + 1] = 1
  for (let i = 1; i <= n; i++) {
    const first = Math.max(0, Math.ceil((i / n - inside) * m))
    const last = Math.min(m, Math.floor((i / n + inside) * m))
    stay[first] = 0
    for (let j = first; j <= last; j++) stay[j + 1] = (i * stay[j + 1]! + j * stay[j]!) * inverse[i + j]!
  }
  return Math.min(1, Math.max(0, 1 - stay[m + 1]!))
}

/**
 * P(Dₙ > d) of the two-sided one-sample statistic, by the choices of Simard and L'Ecuyer (2011): the Durbin matrix of small samples
 * (Marsaglia, Tsang and Wang 2003), twice the one-sided tail far out, the expansion of Pelz and Good (1976) otherwise.
 */
export function kolmogorovTail(n: number, d: number): number {
  if (d >= 1 || n < 1) return 0
  if (n * d <= 0.5) return 1
  const square = n * d * d
  if (n <= 140) return clip(square <= 4 && d < 0.5 ? 1 - durbin(n, d) : 2 * oneSidedTail(n, d))
  if (square >= 370) return 0
  if (square >= 2.2) return clip(2 * oneSidedTail(n, d))
  return clip(1 - (n <= 100_000 && n * d ** 1.5 <= 1.4 ? durbin(n, d) : pelzGood(n, d)))
}

const clip = (p: number) => Math.min(1, Math.max(0, p))

/** P(Dₙ⁺ > d) (Birnbaum and Tingey 1951), for very large n by its expansion (accurate to 1/n). */
function oneSidedTail(n: number, d: number): number {
  if (n > 200_000) return Math.exp(-((6 * n * d + 1) ** 2) / (18 * n))
  const whole = logGamma(n + 1)
  let sum = 0
  for (let j = Math.floor(n * (1 - d)); j >= 0; j--) {
    const [up, down] = [d + j / n, 1 - d - j / n]
    if (down <= 0) continue
    const choose = whole - logGamma(j + 1) - logGamma(n - j + 1)
    sum += Math.exp(choose + (j - 1) * Math.log(up) + (n - j) * Math.log(down))
  }
  return d * sum
}

/** P(Dₙ ≤ d): an entry of the n-th power of a matrix of about 2nd rows. */
function durbin(n: number, d: number): number {
  const k = Math.ceil(n * d)
  const size = 2 * k - 1
  const h = k - n * d
  const factorials = new Float64Array(size + 1).fill(1)
  for (let i = 1; i <= size; i++) factorials[i] = factorials[i - 1]! * i
  const matrix = new Float64Array(size * size)
  for (let i = 0; i < size; i++) {
    for (let j = 0; j < size; j++) if (i - j + 1 >= 0) matrix[i * size + j] = 1 / factorials[i - j + 1]!
  }
  for (let i = 0; i < size; i++) {
    matrix[i * size] = (1 - h ** (i + 1)) / factorials[i + 1]!
    matrix[(size - 1) * size + size - 1 - i] = (1 - h ** (i + 1)) / factorials[i + 1]!
  }
  matrix[(size - 1) * size] = (1 - 2 * h ** size + Math.max(0, 2 * h - 1) ** size) / factorials[size]!
  let power = new Float64Array(size * size)
  for (let i = 0; i < size; i++) power[i * size + i] = 1
  let base = matrix
  let [scale, baseScale] = [0, 0]
  for (let left = n; left > 0; left = Math.floor(left / 2)) {
    if (left % 2 === 1) {
      power = multiply(power, base, size)
      scale += baseScale
      if (power[(k - 1) * size + k - 1]! > 1e100) {
        power = power.map(value => value * 1e-100)
        scale += 100
      }
    }
    base = multiply(base, base, size)
    baseScale *= 2
    if (base[(k - 1) * size + k - 1]! > 1e100) {
      base = base.map(value => value * 1e-100)
      baseScale += 100
    }
  }
  let p = power[(k - 1) * size + k - 1]!
  for (let i = 1; i <= n; i++) {
    p *= i / n
    if (p < 1e-140) {
      p *= 1e140
      scale -= 140
    }
  }
  return p * 10 ** scale
}

function multiply(a: Float64Array, b: Float64Array, size: number): Float64Array<ArrayBuffer> {
  const product = new Float64Array(size * size)
  for (let i = 0; i < size; i++) {
    for (let k = 0; k < size; k++) {
      const factor = a[i * size + k]!
      if (factor === 0) continue
      for (let j = 0; j < size; j++) product[i * size + j]! += factor * b[k * size + j]!
    }
  }
  return product
}

/** P(Dₙ ≤ d) to about n⁻²: K₀ + K₁/√n + K₂/n + K₃/n^1.5 in z = d√n, each a theta series that converges for small z. */
function pelzGood(n: number, d: number): number {
  const z = d * Math.sqrt(n)
  const [z2, z4, z6] = [z ** 2, z ** 4, z ** 6]
  const [pi2, pi4, pi6] = [Math.PI ** 2, Math.PI ** 4, Math.PI ** 6]
  const sums = [0, 0, 0, 0]
  const extra = [0, 0]
  for (let k = 1; k <= Math.ceil((16 * z) / Math.PI) + 1; k++) {
    const m2 = (2 * k - 1) ** 2
    const odd = Math.exp((-pi2 * m2) / (8 * z2))
    sums[0]! += odd
    sums[1]! += odd * ((pi2 / 4) * m2 - z2)
    sums[2]! += odd * (6 * z6 + 2 * z4 + ((pi2 * (2 * z4 - 5 * z2)) / 4) * m2 + ((pi4 * (1 - 2 * z2)) / 16) * m2 ** 2)
    sums[3]! +=
      odd *
      (((pi6 * (5 - 30 * z2)) / 64) * m2 ** 3 +
        ((pi4 * (212 * z4 - 60 * z2)) / 16) * m2 ** 2 +
        ((pi2 * (135 * z4 - 96 * z6)) / 4) * m2 -
        30 * z6 -
        90 * z ** 8)
    const even = Math.exp((-pi2 * k * k) / (2 * z2))
    extra[0]! += even * k * k
    extra[1]! += even * k * k * (3 * z2 - pi2 * k * k)
  }
  const root = Math.sqrt(2 * Math.PI)
  const k0 = (root * sums[0]!) / z
  const k1 = (root * sums[1]!) / (6 * z4)
  const k2 = (root * sums[2]!) / (72 * z ** 7) - (extra[0]! * pi2 * root) / (36 * z ** 3)
  const k3 = (root * sums[3]!) / (6480 * z ** 10) + (extra[1]! * pi2 * root) / (216 * z6)
  return k0 + k1 / Math.sqrt(n) + k2 / n + k3 / n ** 1.5
}
