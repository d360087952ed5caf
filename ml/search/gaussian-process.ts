/**
 * A Gaussian process with a Matérn 5/2 kernel and one length scale per dimension, over points of the unit cube. A coordinate may be NaN (the
 * dimension does not exist there): two such points agree in it, one such point is `ABSENT` away from every other.
 */
export type GaussianProcess = {
  points: readonly Float64Array[]
  categorical: readonly boolean[]
  /** 1 / length². */
  precisions: Float64Array
  /** Lower Cholesky factor of the correlations with noise on the diagonal, n × n row-major. */
  factor: Float64Array
  /** Correlations⁻¹ · (values − mean). */
  weights: Float64Array
  mean: number
  variance: number
  noise: number
}

export type Hyperparameters = { logLengths: Float64Array; logNoise: number }

const ABSENT = 0.25
const ROOT_FIVE = Math.sqrt(5)

const squaredDistance = (a: number, b: number, categorical: boolean): number => {
  const [noA, noB] = [Number.isNaN(a), Number.isNaN(b)]
  if (noA || noB) return noA && noB ? 0 : ABSENT
  return categorical ? (a === b ? 0 : 1) : (a - b) ** 2
}

/** Inner product of `length` numbers from `fromA` and `fromB`; four partial sums avoid a dependency between additions. */
function dot(a: Float64Array, fromA: number, b: Float64Array, fromB: number, length: number): number {
  let s0 = 0
  let s1 = 0
  let s2 = 0
  let s3 = 0
  let k = 0
  for (; k + 3 < length; k += 4) {
    s0 += a[fromA + k]! * b[fromB + k]!
    s1 += a[fromA + k + 1]! * b[fromB + k + 1]!
    s2 += a[fromA + k + 2]! * b[fromB + k + 2]!
    s3 += a[fromA + k + 3]! * b[fromB + k + 3]!
  }
  for (; k < length; k++) s0 += a[fromA + k]! * b[fromB + k]!
  return s0 + s1 + (s2 + s3)
}

/** L with L·Lᵀ = matrix, in place in the lower triangle; false when it is not positive definite. */
function cholesky(matrix: Float64Array, n: number): boolean {
  for (let i = 0; i < n; i++) {
    for (let j = 0; j <= i; j++) {
      const rest = matrix[i * n + j]! - dot(matrix, i * n, matrix, j * n, j)
      if (i > j) matrix[i * n + j] = rest / matrix[j * n + j]!
      else if (rest > 0) matrix[i * n + i] = Math.sqrt(rest)
      else return false
    }
  }
  return true
}

/** Solves L·x = b in place. */
function forward(factor: Float64Array, n: number, b: Float64Array): void {
  for (let i = 0; i < n; i++) b[i] = (b[i]! - dot(factor, i * n, b, 0, i)) / factor[i * n + i]!
}

/** Solves Lᵀ·x = b in place. */
function backward(factor: Float64Array, n: number, b: Float64Array): void {
  for (let i = n - 1; i >= 0; i--) {
    const x = b[i]! / factor[i * n + i]!
    b[i] = x
    for (let k = 0; k < i; k++) b[k]! -= factor[i * n + k]! * x
  }
}

/** Lower triangle of (L·Lᵀ)⁻¹, n × n. */
function inverse(factor: Float64Array, n: number): Float64Array {
  // Row j is column j of L⁻¹, so that all inner products run along rows.
  const columns = new Float64Array(n * n)
  for (let j = 0; j < n; j++) {
    columns[j * n + j] = 1 / factor[j * n + j]!
    for (let i = j + 1; i < n; i++)
      columns[j * n + i] = -dot(factor, i * n + j, columns, j * n + j, i - j) / factor[i * n + i]!
  }
  const inverted = new Float64Array(n * n)
  for (let i = 0; i < n; i++)
    for (let j = 0; j <= i; j++) inverted[i * n + j] = dot(columns, i * n + i, columns, j * n + i, n - i)
  return inverted
}

/** Mean and deviation of the normal priors over the logarithms of lengths and noise. */
const LENGTH_PRIOR = (dimensions: number) => ({ mean: Math.log(0.5 * Math.sqrt(dimensions)), deviation: 1 })
const NOISE_PRIOR = { mean: Math.log(1e-4), deviation: 2.5 }
const NOISE_BOUNDS = [Math.log(1e-8), Math.log(1)] as const

/**
 * Returns the most probable hyperparameters given the values, by iRprop⁻ on the marginal likelihood with the process variance in closed
 * form.
 * @param values standardized, one per point.
 */
export function fitHyperparameters(
  points: readonly Float64Array[],
  values: Float64Array,
  categorical: readonly boolean[],
  iterations: number,
): Hyperparameters {
  const n = points.length
  const d = categorical.length
  const pairs = (n * (n - 1)) / 2
  const distances = categorical.map((isCategory, k) => {
    const own = new Float64Array(pairs)
    let at = 0
    for (let i = 1; i < n; i++)
      for (let j = 0; j < i; j++) own[at++] = squaredDistance(points[i]![k]!, points[j]![k]!, isCategory)
    return own
  })
  const prior = LENGTH_PRIOR(d)
  const theta = new Float64Array(d + 1).fill(prior.mean)
  theta[d] = NOISE_PRIOR.mean
  const steps = new Float64Array(d + 1).fill(0.3)
  let previous = new Float64Array(d + 1)
  let best = { loss: Number.POSITIVE_INFINITY, theta: theta.slice() }
  for (let iteration = 0; iteration < iterations; iteration++) {
    const gradient = new Float64Array(d + 1)
    const loss = negativeLogPosterior(distances, values, theta, gradient, prior)
    if (loss < best.loss) best = { loss, theta: theta.slice() }
    for (let k = 0; k <= d; k++) {
      const agreement = gradient[k]! * previous[k]!
      if (agreement > 0) steps[k] = Math.min(1, steps[k]! * 1.2)
      if (agreement < 0) {
        steps[k] = Math.max(1e-3, steps[k]! * 0.5)
        gradient[k] = 0
      }
      theta[k]! -= Math.sign(gradient[k]!) * steps[k]!
    }
    theta[d] = Math.min(NOISE_BOUNDS[1], Math.max(NOISE_BOUNDS[0], theta[d]!))
    previous = gradient
  }
  return { logLengths: best.theta.slice(0, d), logNoise: best.theta[d]! }
}

/** Up to a constant; +∞ where the correlations are singular. Writes the gradient. */
function negativeLogPosterior(
  distances: readonly Float64Array[],
  values: Float64Array,
  theta: Float64Array,
  gradient: Float64Array,
  prior: { mean: number; deviation: number },
): number {
  const n = values.length
  const d = distances.length
  const noise = Math.exp(theta[d]!)
  const precisions = Float64Array.from({ length: d }, (_, k) => Math.exp(-2 * theta[k]!))
  const pairs = (n * (n - 1)) / 2
  const squares = new Float64Array(pairs)
  for (let k = 0; k < d; k++) {
    const own = distances[k]!
    const precision = precisions[k]!
    for (let at = 0; at < pairs; at++) squares[at]! += precision * own[at]!
  }
  const factor = new Float64Array(n * n)
  /** dk/d(r²) · −2, later the share of each pair in the gradient. */
  const slopes = new Float64Array(pairs)
  let at = 0
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < i; j++, at++) {
      const r = ROOT_FIVE * Math.sqrt(squares[at]!)
      const e = Math.exp(-r)
      factor[i * n + j] = (1 + r + (r * r) / 3) * e
      slopes[at] = (5 / 3) * (1 + r) * e
    }
    factor[i * n + i] = 1 + noise
  }
  if (!cholesky(factor, n)) return Number.POSITIVE_INFINITY
  const weights = values.slice()
  forward(factor, n, weights)
  backward(factor, n, weights)
  let fit = 0
  let logDeterminant = 0
  for (let i = 0; i < n; i++) {
    fit += weights[i]! * values[i]!
    logDeterminant += 2 * Math.log(factor[i * n + i]!)
  }
  const variance = Math.max(fit / n, 1e-12)
  const inverted = inverse(factor, n)
  let trace = 0
  at = 0
  for (let i = 0; i < n; i++) {
    // Off the diagonal each pair counts twice, which the ½ of the gradient takes back.
    for (let j = 0; j < i; j++, at++) slopes[at]! *= inverted[i * n + j]! - (weights[i]! * weights[j]!) / variance
    trace += inverted[i * n + i]! - weights[i]! ** 2 / variance
  }
  let penalty = ((theta[d]! - NOISE_PRIOR.mean) / NOISE_PRIOR.deviation) ** 2 / 2
  gradient[d] = 0.5 * trace * noise + (theta[d]! - NOISE_PRIOR.mean) / NOISE_PRIOR.deviation ** 2
  for (let k = 0; k < d; k++) {
    const own = distances[k]!
    let sum = 0
    for (at = 0; at < pairs; at++) sum += slopes[at]! * own[at]!
    gradient[k] = sum * precisions[k]! + (theta[k]! - prior.mean) / prior.deviation ** 2
    penalty += ((theta[k]! - prior.mean) / prior.deviation) ** 2 / 2
  }
  return (n * Math.log(variance) + logDeterminant) / 2 + penalty
}

/** @param values one per point, in any unit. */
export function conditionProcess(
  points: readonly Float64Array[],
  values: Float64Array,
  categorical: readonly boolean[],
  { logLengths, logNoise }: Hyperparameters,
): GaussianProcess {
  const n = points.length
  const precisions = logLengths.map(log => Math.exp(-2 * log))
  const mean = values.reduce((sum, v) => sum + v, 0) / n
  const correlations = new Float64Array(n * n)
  for (let i = 0; i < n; i++) correlate(points, i, points[i]!, precisions, categorical, correlations, i * n)
  let noise = Math.exp(logNoise)
  let factor: Float64Array
  for (;;) {
    factor = correlations.slice()
    for (let i = 0; i < n; i++) factor[i * n + i] = 1 + noise
    if (cholesky(factor, n)) break
    noise *= 10
  }
  const weights = values.map(v => v - mean)
  forward(factor, n, weights)
  const variance = Math.max(weights.reduce((sum, w) => sum + w * w, 0) / n, 1e-24)
  backward(factor, n, weights)
  return { points, categorical, precisions, factor, weights, mean, variance, noise }
}

/** Writes the correlations of `point` with the first `count` points. */
function correlate(
  points: readonly Float64Array[],
  count: number,
  point: Float64Array,
  precisions: Float64Array,
  categorical: readonly boolean[],
  out: Float64Array,
  from: number,
): void {
  const d = precisions.length
  const numeric = !categorical.includes(true)
  for (let i = 0; i < count; i++) {
    const other = points[i]!
    let square = Number.NaN
    if (numeric) {
      square = 0
      for (let k = 0; k < d; k++) {
        const gap = point[k]! - other[k]!
        square += precisions[k]! * gap * gap
      }
    }
    // There are choices, or a dimension is missing in one or both.
    if (Number.isNaN(square)) {
      square = 0
      for (let k = 0; k < d; k++) square += precisions[k]! * squaredDistance(point[k]!, other[k]!, categorical[k]!)
    }
    const r = ROOT_FIVE * Math.sqrt(square)
    out[from + i] = (1 + r + (r * r) / 3) * Math.exp(-r)
  }
}

/** Means of the process at its own points, from (K + noise)·weights = values − mean. */
export const smoothed = ({ weights, noise }: GaussianProcess, values: Float64Array): Float64Array =>
  values.map((value, i) => value - noise * weights[i]!)

/** Mean and standard deviation of the process, without the noise, at a point. */
export function predictProcess(process: GaussianProcess, point: Float64Array): { mean: number; deviation: number } {
  const { points, categorical, precisions, factor, weights, variance } = process
  const n = points.length
  const row = new Float64Array(n)
  correlate(points, n, point, precisions, categorical, row, 0)
  const mean = process.mean + dot(row, 0, weights, 0, n)
  forward(factor, n, row)
  return { mean, deviation: Math.sqrt(variance * Math.max(1 - dot(row, 0, row, 0, n), 1e-14)) }
}
