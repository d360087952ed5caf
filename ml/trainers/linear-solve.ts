import { cholesky, solveCholesky } from './cholesky.ts'
import { descend, dualityGap, solveRidge } from './elastic-net.ts'
import { minimize, type Precondition } from './lbfgs.ts'
import { BLOCK, type Design } from './linear-design.ts'
import { type Loss, multinomialObjective, objectiveOf, squaredLoss } from './linear-loss.ts'
import { MOMENT_ROWS, momentsOf } from './linear-moments.ts'
import { cyclicNewton, proximalNewton } from './linear-newton.ts'
import type { Solution, SolverOptions } from './linear-options.ts'

/** Above this many columns the Gram matrix costs more than it saves. */
const GRAM_COLUMNS = 1500
const NEWTON_COLUMNS = 500

/** Columns of tiny numbers need huge coefficients, whose penalty would overflow. */
const MOST = 1e30
const penaltyByColumn = (design: Design, { l1, l2 }: SolverOptions) => ({
  l1: design.inverse.map(inverse => Math.min(MOST, l1 * inverse)),
  l2: design.inverse.map(inverse => Math.min(MOST, l2 * inverse * inverse)),
})

/** Least squares: Cholesky without L1, else coordinate descent; both on the Gram matrix. */
export async function solveLeastSquares(design: Design, y: Float64Array, options: SolverOptions): Promise<Solution> {
  const { cols, rows, shares, shift, factor } = design
  if (cols > GRAM_COLUMNS) return solveGeneral(design, squaredLoss, y, options)
  let mean = 0
  for (let i = 0; i < rows; i++) mean += shares[i]! * y[i]!
  const { gram } = await momentsOf(design, shares, options.yieldIfDue)
  const moments = new Float64Array(cols)
  const residuals = new Float64Array(BLOCK)
  let [yy, left] = [0, 0]
  for (let from = 0; from < rows; from += BLOCK) {
    const count = Math.min(BLOCK, rows - from)
    for (let i = 0; i < count; i++) {
      const centered = y[from + i]! - mean
      residuals[i] = shares[from + i]! * centered
      left += residuals[i]!
      yy += residuals[i]! * centered
    }
    design.addTransposed(residuals, from, count, moments)
  }
  for (let j = 0; j < cols; j++) moments[j] = (moments[j]! - shift[j]! * left) * factor[j]!
  const problem = { cols, gram, moments, ...penaltyByColumn(design, options) }
  const point = new Float64Array(cols + 1)
  point[cols] = mean
  if (options.l1 === 0) {
    point.set(solveRidge(problem))
    return { point, iterations: 1 }
  }
  const iterations = await descend(
    problem,
    point.subarray(0, cols),
    {
      maxSweeps: options.maxIterations,
      tolerance: options.tolerance,
      isDone: (solution, products) =>
        dualityGap(problem, solution, products, design.inverse, yy, options) <= options.tolerance * yy,
    },
    options.yieldIfDue,
  )
  return { point, iterations }
}

/**
 * Any loss of one score: L-BFGS preconditioned with the Hessian at the start; with L1 by proximal Newton steps, or OWL-QN when the columns
 * are many.
 */
export async function solveGeneral(
  design: Design,
  loss: Loss,
  y: Float64Array,
  options: SolverOptions,
): Promise<Solution> {
  const { cols, rows, shares } = design
  let mean = 0
  for (let i = 0; i < rows; i++) mean += shares[i]! * y[i]!
  const start = new Float64Array(cols + 1)
  start[cols] = loss.start(mean)
  const penalty = penaltyByColumn(design, options)
  const objective = objectiveOf(design, loss, y, penalty.l2)
  if (options.l1 > 0 && cols <= NEWTON_COLUMNS) {
    return proximalNewton(design, loss, y, start, penalty, options)
  }
  const curvature = Math.max(loss.curvature(start[cols]!), 1e-9)
  const precondition =
    options.l1 === 0 ? await createPrecondition(design, [curvature], penalty.l2, options.yieldIfDue) : undefined
  const l1 = new Float64Array(cols + 1)
  l1.set(penalty.l1)
  return minimize(objective, start, l1, { ...options, precondition }, (iteration, value) => {
    options.report(iteration, value)
    return options.yieldIfDue()
  })
}

export async function solveMultinomial(
  design: Design,
  y: Float64Array,
  classCount: number,
  options: SolverOptions,
): Promise<Solution> {
  const { cols, rows, shares } = design
  const width = cols + 1
  const frequency = new Float64Array(classCount)
  for (let i = 0; i < rows; i++) frequency[y[i]!]! += shares[i]!
  const penalty = penaltyByColumn(design, options)
  const start = new Float64Array(classCount * width)
  const l1 = new Float64Array(classCount * width)
  for (let k = 0; k < classCount; k++) {
    start[k * width + cols] = Math.log(Math.max(frequency[k]!, 1e-9))
    l1.set(penalty.l1, k * width)
  }
  if (options.l1 > 0 && cols <= NEWTON_COLUMNS) return cyclicNewton(design, y, classCount, start, penalty, options)
  const curvatures = Array.from(frequency, share => Math.max(share * (1 - share), 1e-6))
  const precondition =
    options.l1 === 0 ? await createPrecondition(design, curvatures, penalty.l2, options.yieldIfDue) : undefined
  const objective = multinomialObjective(design, y, classCount, penalty.l2)
  return minimize(objective, start, l1, { ...options, precondition }, (iteration, value) => {
    options.report(iteration, value)
    return options.yieldIfDue()
  })
}

/**
 * Divides by the Hessian of the model without features, curvature × Gram + ridge, one block per output. A sample of the rows is enough,
 * since
 * it only has to be approximate.
 */
async function createPrecondition(
  design: Design,
  curvatures: readonly number[],
  l2: Float64Array,
  yieldIfDue: () => Promise<void> | undefined,
): Promise<Precondition | undefined> {
  const { cols, rows } = design
  if (cols > NEWTON_COLUMNS || cols === 0) return undefined
  const sampled = Math.max(20_000, 20 * cols)
  const every = Math.max(1, Math.floor(rows / sampled))
  const h = every === 1 ? design.shares : new Float64Array(rows)
  for (let from = 0; every > 1 && from < rows; from += every * MOMENT_ROWS) {
    h.set(design.shares.subarray(from, from + MOMENT_ROWS), from)
  }
  const { gram, total } = await momentsOf(design, h, yieldIfDue)
  if (!(total > 0)) return undefined
  const width = cols + 1
  const factors: Float64Array[] = []
  for (const curvature of curvatures) {
    const scaled = gram.map(each => (each * curvature) / total)
    // Ridge for collinear columns; L-BFGS learns the remaining curvature.
    const result = cholesky(scaled, cols, j => l2[j]! + 1e-8 * curvature + (scaled[j * width]! === 0 ? 1 : 0), 1e-14)
    if ('dependent' in result) return undefined
    factors.push(result.lower)
  }
  return vector => {
    for (const [k, lower] of factors.entries()) {
      solveCholesky(lower, cols, vector, k * width)
      vector[k * width + cols]! /= curvatures[k]!
    }
  }
}
