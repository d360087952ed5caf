/** Mean and population deviation (ddof 0, as scikit-learn's StandardScaler) of the cells that are not missing. */
export function meanAndDeviation(values: Float64Array): { mean: number; deviation: number } {
  let count = 0
  let sum = 0
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!
    if (Number.isNaN(value)) continue
    sum += value
    count++
  }
  if (count === 0) return { mean: 0, deviation: 0 }
  const mean = sum / count
  if (Math.abs(sum) > HUGE) return rescaled(values)
  let squares = 0
  for (let i = 0; i < values.length; i++) {
    const gap = values[i]! - mean
    if (!Number.isNaN(gap)) squares += gap * gap
  }
  if (squares > HUGE) return rescaled(values)
  const deviation = Math.sqrt(squares / count)
  // Rounding of the mean must not turn a constant column into noise.
  return { mean, deviation: deviation <= Math.abs(mean) * 1e-12 ? 0 : deviation }
}

/** Larger sums may have overflowed; scaled cells give the same result. */
const HUGE = 1e300

function rescaled(values: Float64Array): { mean: number; deviation: number } {
  const scale = 2 ** 512
  // Infinite cells have no deviation; they count as missing.
  const smaller = values.map(value => (value - value === 0 ? value / scale : Number.NaN))
  const { mean, deviation } = meanAndDeviation(smaller)
  return { mean: mean * scale, deviation: deviation * scale }
}

/** Returns a copy of the present cells. */
export function presentOf(values: Float64Array): Float64Array {
  const present = new Float64Array(values.length)
  let count = 0
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!
    if (value - value === 0) present[count++] = value
  }
  return present.subarray(0, count)
}

/**
 * Quantiles as `quantileOf`, without sorting all: places the needed order statistics by quickselect (Hoare 1961, with Floyd and Rivest's
 * narrow first interval), in linear time. Reorders `values`, which must not be empty nor have NaN.
 */
export function selectQuantiles(values: Float64Array, shares: readonly number[]): number[] {
  return shares.map(share => {
    const at = share * (values.length - 1)
    const below = Math.floor(at)
    select(values, below)
    const left = values[below]!
    if (at === below) return left
    let right = Number.POSITIVE_INFINITY
    for (let i = below + 1; i < values.length; i++) if (values[i]! < right) right = values[i]!
    return between(left, right, at - below)
  })
}

/** Interpolates; the difference of huge cells of both signs would overflow. */
function between(left: number, right: number, share: number): number {
  const gap = right - left
  if (share === 0) return left
  return Number.isFinite(gap) ? left + share * gap : left * (1 - share) + right * share
}

/** Partitions so that the k-th smallest is at index k, with none larger before it and none smaller after it. */
function select(values: Float64Array, k: number, from = 0, to = values.length - 1): void {
  let left = from
  let right = to
  while (right > left) {
    if (right - left > 600) {
      const n = right - left + 1
      const i = k - left + 1
      const z = Math.log(n)
      const s = 0.5 * Math.exp((2 * z) / 3)
      const spread = 0.5 * Math.sqrt((z * s * (n - s)) / n) * (i < n / 2 ? -1 : 1)
      const low = Math.max(left, Math.floor(k - (i * s) / n + spread))
      const high = Math.min(right, Math.floor(k + ((n - i) * s) / n + spread))
      select(values, k, low, high)
    }
    const pivot = values[k]!
    let i = left
    let j = right
    while (i <= j) {
      while (values[i]! < pivot) i++
      while (values[j]! > pivot) j--
      if (i > j) break
      const held = values[i]!
      values[i++] = values[j]!
      values[j--] = held
    }
    if (k <= j) right = j
    else if (k >= i) left = i
    else return
  }
}

export function sortedPresent(values: Float64Array): Float64Array {
  return presentOf(values).sort()
}

/** Linear interpolation between neighbors (type 7 of Hyndman and Fan, as in numpy). `sorted` is not empty. */
export function quantileOf(sorted: Float64Array, q: number): number {
  const at = q * (sorted.length - 1)
  const below = Math.floor(at)
  const left = sorted[below]!
  return between(left, sorted[Math.min(below + 1, sorted.length - 1)]!, at - below)
}

/** Returns the most frequent value, on ties the smallest. `values` without NaN, not empty. */
export function modeOf(values: Float64Array): number {
  const counts = new Map<number, number>()
  for (const cell of values) counts.set(cell, (counts.get(cell) ?? 0) + 1)
  let best = Number.NaN
  let most = 0
  for (const [value, count] of counts) {
    if (count < most || (count === most && value > best)) continue
    best = value
    most = count
  }
  return best
}

/**
 * Quantile function of the standard normal distribution for 0 < p < 1, relative accuracy 1e-16 (Wichura 1988, algorithm AS 241, PPND16).
 */
export function normalQuantile(p: number): number {
  const q = p - 0.5
  if (Math.abs(q) <= 0.425) {
    const r = 0.180625 - q * q
    return (q * polynomial(CENTRE_A, r)) / polynomial(CENTRE_B, r)
  }
  const tail = Math.sqrt(-Math.log(q < 0 ? p : 1 - p))
  const far = tail > 5
  const r = tail - (far ? 5 : 1.6)
  const size = polynomial(far ? FAR_A : TAIL_A, r) / polynomial(far ? FAR_B : TAIL_B, r)
  return q < 0 ? -size : size
}

/** Coefficients from the lowest power. */
function polynomial(coefficients: readonly number[], x: number): number {
  let sum = 0
  for (let k = coefficients.length - 1; k >= 0; k--) sum = sum * x + coefficients[k]!
  return sum
}

const CENTRE_A = [
  3.3871328727963665, 133.14166789178438, 1971.5909503065513, 13731.69376550946, 45921.95393154987, 67265.7709270087,
  33430.57558358813, 2509.0809287301227,
]
const CENTRE_B = [
  1, 42.31333070160091, 687.1870074920579, 5394.196021424751, 21213.794301586597, 39307.89580009271, 28729.085735721943,
  5226.495278852546,
]
const TAIL_A = [
  1.4234371107496835, 4.630337846156546, 5.769497221460691, 3.6478483247632045, 1.2704582524523684, 0.2417807251774506,
  0.022723844989269184, 0.0007745450142783414,
]
const TAIL_B = [
  1, 2.053191626637759, 1.6763848301838038, 0.6897673349851, 0.14810397642748008, 0.015198666563616457,
  0.0005475938084995345, 1.0507500716444169e-9,
]
const FAR_A = [
  6.657904643501103, 5.463784911164114, 1.7848265399172913, 0.29656057182850487, 0.026532189526576124,
  0.0012426609473880784, 0.000027115555687434876, 2.0103343992922881e-7,
]
const FAR_B = [
  1, 0.599832206555888, 0.1369298809227358, 0.014875361290850615, 0.0007868691311456133, 0.000018463183175100548,
  1.421511758316446e-7, 2.0442631033899397e-15,
]
