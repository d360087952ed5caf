/** sign(x) · ln(1 + |x|): squeezes long tails on both sides; 0 stays 0, NaN stays NaN. */
export const signedLog1p = (x: number): number => (x < 0 ? -Math.log1p(-x) : Math.log1p(x))

/** Yeo and Johnson (2000), equation 1; defined for every real x. */
export function yeoJohnson(x: number, lambda: number): number {
  if (x >= 0) return lambda === 0 ? Math.log1p(x) : ((x + 1) ** lambda - 1) / lambda
  return lambda === 2 ? -Math.log1p(-x) : -((1 - x) ** (2 - lambda) - 1) / (2 - lambda)
}

const SEARCHED = 2.5
const STEPS = 60
const GOLDEN = (Math.sqrt(5) - 1) / 2

/**
 * The power in [−2.5, 2.5] that maximizes the profile likelihood of a normal distribution (Yeo and Johnson 2000, section 3), found by golden
 * section. 1 (nothing changes) for columns without spread. `values` without NaN.
 */
export function fitYeoJohnson(values: Float64Array): number {
  const { length } = values
  if (length < 3 || values.every(value => value === values[0])) return 1
  let signedLogs = 0
  for (const value of values) signedLogs += signedLog1p(value)
  const likelihood = (lambda: number) => {
    let mean = 0
    let squares = 0
    let n = 0
    // Welford: powers of large numbers would cancel in a sum of squares.
    for (const value of values) {
      const moved = yeoJohnson(value, lambda)
      n++
      const gap = moved - mean
      mean += gap / n
      squares += gap * (moved - mean)
    }
    const variance = squares / n
    return variance > 0 && Number.isFinite(variance)
      ? -0.5 * n * Math.log(variance) + (lambda - 1) * signedLogs
      : -Infinity
  }
  let low = -SEARCHED
  let high = SEARCHED
  let a = high - GOLDEN * (high - low)
  let b = low + GOLDEN * (high - low)
  let atA = likelihood(a)
  let atB = likelihood(b)
  for (let i = 0; i < STEPS; i++) {
    if (atA >= atB) {
      high = b
      b = a
      atB = atA
      a = high - GOLDEN * (high - low)
      atA = likelihood(a)
    } else {
      low = a
      a = b
      atA = atB
      b = low + GOLDEN * (high - low)
      atB = likelihood(b)
    }
  }
  const lambda = (low + high) / 2
  return Number.isFinite(likelihood(lambda)) ? lambda : 1
}
