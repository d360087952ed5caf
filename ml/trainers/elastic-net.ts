import { EngineError } from '../errors.ts'
import { cholesky, solveCholesky } from './cholesky.ts'

/**
 * Minimizes over θ: ½ θᵀGθ − qᵀθ + Σ l1ⱼ|θⱼ| + ½ Σ l2ⱼθⱼ²; every penalized least-squares problem after summing over its rows.
 * Columns with Gⱼⱼ = 0 keep θⱼ = 0.
 */
export type Quadratic = {
  cols: number
  /** cols × cols, symmetric, row-major. */
  gram: Float64Array
  moments: Float64Array
  l1: Float64Array
  l2: Float64Array
}

/** Without L1: by Cholesky; a tiny ridge, grown as needed, picks a solution when columns are collinear. */
export function solveRidge({ cols, gram, moments, l2 }: Quadratic): Float64Array {
  let trace = 0
  for (let j = 0; j < cols; j++) trace += gram[j * cols + j]!
  const least = (trace / Math.max(1, cols)) * 1e-10 || 1e-10
  for (let jitter = 0; ; jitter = jitter === 0 ? least : jitter * 10) {
    // A constant column has a zero moment: any positive pivot gives it 0.
    const ridge = (j: number) => (gram[j * cols + j] === 0 ? 1 : l2[j]! + jitter)
    const result = cholesky(gram, cols, ridge)
    if ('dependent' in result) {
      if (jitter < 1e6 * least) continue
      throw new EngineError(
        'diverged',
        'The linear model has no solution: some features are too large or too small to reckon with.',
        'Scale the features, or drop extreme ones.',
      )
    }
    const solution = moments.slice()
    solveCholesky(result.lower, cols, solution)
    return solution
  }
}

/**
 * Cyclic coordinate descent with covariance updates and an active set (Friedman, Hastie, Tibshirani 2010): sweeps cover the active columns
 * until they converge, then all columns, until `isDone` after a full sweep.
 * @param start changed in place into the solution.
 * @param yieldIfDue awaited once per full sweep.
 * @returns the number of sweeps.
 */
export async function descend(
  problem: Quadratic,
  start: Float64Array,
  options: {
    maxSweeps: number
    tolerance: number
    isDone?: (solution: Float64Array, products: Float64Array) => boolean
  },
  yieldIfDue: () => Promise<void> | undefined,
): Promise<number> {
  const { cols, gram, moments, l1, l2 } = problem
  const solution = start
  const products = new Float64Array(cols) // G·θ
  for (let j = 0; j < cols; j++) {
    if (solution[j] === 0) continue
    for (let k = 0; k < cols; k++) products[k]! += gram[j * cols + k]! * solution[j]!
  }
  const all = Int32Array.from({ length: cols }, (_, j) => j).filter(j => gram[j * cols + j]! > 0)
  /** Largest change relative to the largest weight, both in the unit of the target; 0 when nothing moved. */
  const sweep = (columns: Int32Array): number => {
    let largest = 0
    let largestChange = 0
    for (const j of columns) {
      const scale = gram[j * cols + j]!
      const old = solution[j]!
      const rho = moments[j]! - products[j]! + scale * old
      const shrunk = Math.abs(rho) - l1[j]!
      const updated = shrunk > 0 ? (rho > 0 ? shrunk : -shrunk) / (scale + l2[j]!) : 0
      const change = updated - old
      if (change !== 0) {
        solution[j] = updated
        const at = j * cols
        for (let k = 0; k < cols; k++) products[k]! += gram[at + k]! * change
      }
      const size = Math.sqrt(scale)
      largest = Math.max(largest, Math.abs(updated) * size)
      largestChange = Math.max(largestChange, Math.abs(change) * size)
    }
    return largestChange === 0 ? 0 : largestChange / Math.max(largest, largestChange)
  }
  let sweeps = 0
  while (sweeps < options.maxSweeps) {
    sweeps++
    const moved = sweep(all)
    if (moved === 0) break
    const rests = moved <= options.tolerance
    if (rests && (!options.isDone || options.isDone(solution, products))) break
    const active = all.filter(j => solution[j] !== 0)
    while (!rests && sweeps < options.maxSweeps) {
      sweeps++
      if (sweep(active) <= options.tolerance) break
      if (sweeps % 64 === 0) {
        const pause = yieldIfDue()
        if (pause) await pause
      }
    }
    const pause = yieldIfDue()
    if (pause) await pause
  }
  return sweeps
}

/**
 * Upper bound of the distance to the optimum: scikit-learn's dual gap, in units of the mean squared error.
 * @param inverse by column: 1 / deviation; the penalty applies to θ × inverse. @param yy mean square of the centered target.
 */
export function dualityGap(
  { moments, gram, cols }: Quadratic,
  solution: Float64Array,
  products: Float64Array,
  inverse: Float64Array,
  yy: number,
  penalty: { l1: number; l2: number },
): number {
  let [dualNorm, qw, ww, absolute, wHw] = [0, 0, 0, 0, 0]
  for (let j = 0; j < cols; j++) {
    if (gram[j * cols + j] === 0) continue
    const w = solution[j]! * inverse[j]!
    dualNorm = Math.max(dualNorm, Math.abs((moments[j]! - products[j]!) / inverse[j]! - penalty.l2 * w))
    qw += solution[j]! * moments[j]!
    ww += w * w
    absolute += Math.abs(w)
    wHw += solution[j]! * products[j]!
  }
  const residual = yy + wHw - 2 * qw
  const constant = dualNorm > penalty.l1 ? penalty.l1 / dualNorm : 1
  let gap = dualNorm > penalty.l1 ? 0.5 * (residual + residual * constant * constant) : residual
  gap += penalty.l1 * absolute - constant * (yy - qw) + 0.5 * penalty.l2 * (1 + constant * constant) * ww
  return gap
}
