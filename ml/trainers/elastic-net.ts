import type { Matrix } from '../matrix.ts'
import { weightSum } from './statistics.ts'

export type LeastSquares = { coefficients: Float64Array; intercept: number; sweeps: number }

/**
 * Minimises 1/(2W) Σ w (y − b − xβ)² + alpha·l1Ratio·‖β‖₁ + ½·alpha·(1 − l1Ratio)·‖β‖² (scikit-learn's ElasticNet),
 * W = Σ w. Without an L1 part by Cholesky on the Gram matrix, otherwise by cyclic coordinate descent on it
 * (Friedman, Hastie, Tibshirani 2010, covariance updates) until the duality gap of scikit-learn's rule is small.
 * @param x without missing cells.
 * @param breathe awaited once a sweep.
 */
export async function fitElasticNet(
  x: Matrix,
  y: Float64Array,
  weights: Float64Array | undefined,
  options: { alpha: number; l1Ratio: number; maxSweeps: number; tolerance: number },
  breathe: () => Promise<void> | undefined,
): Promise<LeastSquares> {
  const { cols } = x
  const { means, yMean, gram, moments, yy } = await centredGram(x, y, weights, breathe)
  const l1 = options.alpha * options.l1Ratio
  const l2 = options.alpha * (1 - options.l1Ratio)
  let coefficients = l1 === 0 ? solveRidge(gram, moments, cols, l2) : null
  let sweeps = 0
  if (!coefficients) {
    coefficients = new Float64Array(cols)
    const products = new Float64Array(cols) // Gram × coefficients
    for (sweeps = 1; sweeps <= options.maxSweeps; sweeps++) {
      let largest = 0
      let largestChange = 0
      for (let j = 0; j < cols; j++) {
        const scale = gram[j * cols + j]!
        if (scale <= 0) continue
        const old = coefficients[j]!
        const rho = moments[j]! - products[j]! + scale * old
        const shrunk = Math.abs(rho) - l1
        const updated = shrunk > 0 ? (Math.sign(rho) * shrunk) / (scale + l2) : 0
        const change = updated - old
        if (change !== 0) {
          coefficients[j] = updated
          const at = j * cols
          for (let k = 0; k < cols; k++) products[k]! += gram[at + k]! * change
        }
        const size = Math.sqrt(scale)
        largest = Math.max(largest, Math.abs(updated) * size)
        largestChange = Math.max(largestChange, Math.abs(change) * size)
      }
      if (largestChange <= options.tolerance * largest || largest === 0) {
        if (dualityGap(coefficients, products, moments, yy, l1, l2) <= options.tolerance * yy || largestChange === 0)
          break
      }
      const pause = breathe()
      if (pause) await pause
    }
  }
  let intercept = yMean
  for (let j = 0; j < cols; j++) intercept -= coefficients[j]! * means[j]!
  return { coefficients, intercept, sweeps: Math.min(sweeps, options.maxSweeps) }
}

/** As scikit-learn's enet_coordinate_descent_gram, divided by the number of rows. */
function dualityGap(
  coefficients: Float64Array,
  products: Float64Array,
  moments: Float64Array,
  yy: number,
  l1: number,
  l2: number,
): number {
  let [dualNorm, qw, ww, absolute, wHw] = [0, 0, 0, 0, 0]
  for (let j = 0; j < coefficients.length; j++) {
    const w = coefficients[j]!
    dualNorm = Math.max(dualNorm, Math.abs(moments[j]! - products[j]! - l2 * w))
    qw += w * moments[j]!
    ww += w * w
    absolute += Math.abs(w)
    wHw += w * products[j]!
  }
  const residual = yy + wHw - 2 * qw
  const constant = dualNorm > l1 ? l1 / dualNorm : 1
  let gap = dualNorm > l1 ? 0.5 * (residual + residual * constant * constant) : residual
  gap += l1 * absolute - constant * (yy - qw) + 0.5 * l2 * (1 + constant * constant) * ww
  return gap
}

/** Second moments about the weighted means, divided by the weight: Gram matrix (full, row-major), Xᵀy, yᵀy. */
async function centredGram(
  x: Matrix,
  y: Float64Array,
  weights: Float64Array | undefined,
  breathe: () => Promise<void> | undefined,
) {
  const { rows, cols, data } = x
  const total = weightSum(rows, weights)
  const means = new Float64Array(cols)
  let yMean = 0
  for (let i = 0; i < rows; i++) {
    const share = (weights?.[i] ?? 1) / total
    yMean += share * y[i]!
    for (let j = 0; j < cols; j++) means[j]! += share * data[i * cols + j]!
  }
  const gram = new Float64Array(cols * cols)
  const moments = new Float64Array(cols)
  const row = new Float64Array(cols)
  let yy = 0
  for (let i = 0; i < rows; i++) {
    const share = (weights?.[i] ?? 1) / total
    const centredY = y[i]! - yMean
    yy += share * centredY * centredY
    for (let j = 0; j < cols; j++) row[j] = data[i * cols + j]! - means[j]!
    for (let j = 0; j < cols; j++) {
      const scaled = share * row[j]!
      if (scaled === 0) continue
      moments[j]! += scaled * centredY
      const at = j * cols
      for (let k = j; k < cols; k++) gram[at + k]! += scaled * row[k]!
    }
    if ((i & 255) === 255) {
      const pause = breathe()
      if (pause) await pause
    }
  }
  for (let j = 0; j < cols; j++) {
    // A column that only varies by rounding is constant.
    if (gram[j * cols + j]! <= 1e-24 * means[j]! * means[j]!) gram[j * cols + j] = 0
    for (let k = 0; k < j; k++) gram[j * cols + k] = gram[k * cols + j]!
  }
  return { means, yMean, gram, moments, yy }
}

/** (G + l2·I)⁻¹ m by Cholesky; a tiny ridge, grown as needed, picks a solution when columns are collinear. */
function solveRidge(gram: Float64Array, moments: Float64Array, cols: number, l2: number): Float64Array {
  let trace = 0
  for (let j = 0; j < cols; j++) trace += gram[j * cols + j]!
  for (let jitter = 0; ; jitter = jitter === 0 ? (trace / Math.max(1, cols)) * 1e-10 || 1e-10 : jitter * 10) {
    const factor = cholesky(gram, cols, l2 + jitter)
    if (factor) return solveCholesky(factor, moments, cols)
  }
}

function cholesky(gram: Float64Array, n: number, ridge: number): Float64Array | null {
  const lower = new Float64Array(n * n)
  for (let i = 0; i < n; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = gram[i * n + j]! + (i === j ? ridge : 0)
      for (let k = 0; k < j; k++) sum -= lower[i * n + k]! * lower[j * n + k]!
      if (i === j) {
        if (!(sum > 1e-11 * (gram[i * n + i]! + ridge))) return null
        lower[i * n + i] = Math.sqrt(sum)
      } else lower[i * n + j] = sum / lower[j * n + j]!
    }
  }
  return lower
}

function solveCholesky(lower: Float64Array, right: Float64Array, n: number): Float64Array {
  const solution = Float64Array.from(right)
  for (let i = 0; i < n; i++) {
    let sum = solution[i]!
    for (let k = 0; k < i; k++) sum -= lower[i * n + k]! * solution[k]!
    solution[i] = sum / lower[i * n + i]!
  }
  for (let i = n - 1; i >= 0; i--) {
    let sum = solution[i]!
    for (let k = i + 1; k < n; k++) sum -= lower[k * n + i]! * solution[k]!
    solution[i] = sum / lower[i * n + i]!
  }
  return solution
}
