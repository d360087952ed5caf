import { descend } from './elastic-net.ts'
import { BLOCK, type Design } from './linear-design.ts'
import { type Loss, logisticLoss, objectiveOf } from './linear-loss.ts'
import { momentsOf } from './linear-moments.ts'
import type { Solution, SolverOptions } from './linear-options.ts'

/**
 * Proximal Newton steps (Lee, Sun, Saunders 2014; as glmnet): quadratic approximation of the loss at the current point, its elastic net by
 * coordinate descent, then a line search.
 * @param offsets added to the rows' scores.
 */
export async function proximalNewton(
  design: Design,
  loss: Loss,
  y: Float64Array,
  start: Float64Array,
  penalty: { l1: Float64Array; l2: Float64Array },
  options: SolverOptions,
  offsets?: Float64Array,
): Promise<Solution & { value: number }> {
  const { cols, rows, shares, shift, factor } = design
  const objective = objectiveOf(design, loss, y, penalty.l2, offsets)
  const total = (at: Float64Array, gradient: Float64Array) => {
    let value = objective(at, gradient)
    for (let j = 0; j < cols; j++) value += penalty.l1[j]! * Math.abs(at[j]!)
    return value
  }
  let point = start
  let gradient = new Float64Array(cols + 1)
  let value = total(point, gradient)
  const h = new Float64Array(rows)
  const weights = new Float64Array(cols)
  let iterations = 0
  while (iterations < options.maxIterations && violation(point, gradient, penalty.l1, cols) > options.tolerance) {
    iterations++
    let constant = point[cols]!
    for (let j = 0; j < cols; j++) {
      weights[j] = point[j]! * factor[j]!
      constant -= weights[j]! * shift[j]!
    }
    for (let from = 0; from < rows; from += BLOCK) {
      const count = Math.min(BLOCK, rows - from)
      const scores = h.subarray(from, from + count)
      design.multiply(weights, constant, from, count, scores)
      for (let i = 0; i < count; i++) {
        const score = scores[i]! + (offsets ? offsets[from + i]! : 0)
        scores[i] = shares[from + i]! * Math.max(loss.curvature(score), 1e-10)
      }
    }
    const { gram, means, total: weight } = await momentsOf(design, h, options.yieldIfDue)
    // Eliminates the intercept: what remains is an elastic net in the weights alone.
    const moments = new Float64Array(cols)
    for (let j = 0; j < cols; j++) {
      let product = 0
      for (let k = 0; k < cols; k++) product += gram[j * cols + k]! * point[k]!
      const smooth = gradient[j]! - penalty.l2[j]! * point[j]!
      moments[j] = product - smooth + means[j]! * gradient[cols]!
    }
    const target = point.slice()
    const quadratic = { cols, gram, moments, l1: penalty.l1, l2: penalty.l2 }
    const inner = { maxSweeps: options.maxIterations, tolerance: Math.min(1e-4, options.tolerance) }
    await descend(quadratic, target.subarray(0, cols), inner, options.yieldIfDue)
    let shiftOfMeans = 0
    for (let j = 0; j < cols; j++) shiftOfMeans += means[j]! * (target[j]! - point[j]!)
    target[cols] = point[cols]! - gradient[cols]! / weight - shiftOfMeans
    let next = target
    let nextGradient = new Float64Array(cols + 1)
    let nextValue = total(next, nextGradient)
    for (let size = 0.5; !(nextValue <= value) && size > 1e-10; size /= 2) {
      next = Float64Array.from(point, (from, j) => from + size * (target[j]! - from))
      nextGradient = new Float64Array(cols + 1)
      nextValue = total(next, nextGradient)
    }
    if (!(nextValue <= value)) break
    const gained = value - nextValue
    point = next
    gradient = nextGradient
    value = nextValue
    options.report(iterations, value)
    const pause = options.yieldIfDue()
    if (pause) await pause
    if (gained <= 1e-16 * Math.abs(value)) break
  }
  return { point, iterations, value }
}

/** Largest entry of the (pseudo-)gradient. */
function violation(point: Float64Array, gradient: Float64Array, l1: Float64Array, cols: number): number {
  let largest = Math.abs(gradient[cols]!)
  for (let j = 0; j < cols; j++) {
    const slope = gradient[j]!
    const off =
      point[j] === 0 ? Math.max(0, Math.abs(slope) - l1[j]!) : Math.abs(slope + (point[j]! > 0 ? l1[j]! : -l1[j]!))
    largest = Math.max(largest, off)
  }
  return largest
}

/**
 * Several classes with L1: one class at a time, with the others fixed. For one class the softmax is a logistic regression whose offset is
 * the
 * log of the other classes' summed exponentials.
 * @param start one [θ, intercept] per class.
 */
export async function cyclicNewton(
  design: Design,
  y: Float64Array,
  classCount: number,
  start: Float64Array,
  penalty: { l1: Float64Array; l2: Float64Array },
  options: SolverOptions,
): Promise<Solution> {
  const { rows, cols, shift, factor } = design
  const width = cols + 1
  const point = start.slice()
  const scores = Array.from({ length: classCount }, () => new Float64Array(rows))
  const refresh = (k: number) => {
    const weights = factor.map((each, j) => each * point[k * width + j]!)
    let constant = point[k * width + cols]!
    for (let j = 0; j < cols; j++) constant -= weights[j]! * shift[j]!
    design.multiply(weights, constant, 0, rows, scores[k]!)
  }
  for (let k = 0; k < classCount; k++) refresh(k)
  const labels = Array.from({ length: classCount }, (_, k) => y.map(label => (label === k ? 1 : 0)))
  const offsets = new Float64Array(rows)
  const values = new Float64Array(classCount).fill(Number.POSITIVE_INFINITY)
  let iterations = 0
  while (iterations < options.maxIterations) {
    iterations++
    let isDone = true
    for (let k = 0; k < classCount; k++) {
      othersOf(scores, k, offsets)
      const block = point.slice(k * width, (k + 1) * width)
      const once = { ...options, maxIterations: 1, report: () => {} }
      const result = await proximalNewton(design, logisticLoss, labels[k]!, block, penalty, once, offsets)
      // Either its gradient was small enough, or rounding dominates further progress.
      if (result.iterations > 0 && values[k]! - result.value > 1e-15 * Math.abs(result.value)) isDone = false
      values[k] = result.value
      point.set(result.point, k * width)
      refresh(k)
    }
    options.report(iterations, values[0])
    if (isDone) break
  }
  return { point, iterations }
}

/** offsets[i] = −log Σ_{j ≠ k} exp(scores[j][i]) */
function othersOf(scores: readonly Float64Array[], k: number, offsets: Float64Array): void {
  for (let i = 0; i < offsets.length; i++) {
    let highest = Number.NEGATIVE_INFINITY
    for (let j = 0; j < scores.length; j++) if (j !== k && scores[j]![i]! > highest) highest = scores[j]![i]!
    let sum = 0
    for (let j = 0; j < scores.length; j++) if (j !== k) sum += Math.exp(scores[j]![i]! - highest)
    offsets[i] = -highest - Math.log(sum)
  }
}
