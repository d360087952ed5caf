import type { Objective } from './lbfgs.ts'
import { BLOCK, type Design } from './linear-design.ts'

/** A loss of one score per row. Scores are on the scale of the link: identity, log odds, log of the mean. */
export type Loss = {
  /** Σ shares × loss over the scores of rows `from` …; the scores become shares × derivatives by them. */
  evaluate(scores: Float64Array, y: Float64Array, shares: Float64Array, from: number, count: number): number
  /** Second derivative by the score. */
  curvature(score: number): number
  /** The score of the model without features, when the target's mean is this. */
  start(mean: number): number
}

/** Half the squared error. */
export const squaredLoss: Loss = {
  evaluate(scores, y, shares, from, count) {
    let total = 0
    for (let i = 0; i < count; i++) {
      const error = scores[i]! - y[from + i]!
      const slope = shares[from + i]! * error
      total += 0.5 * slope * error
      scores[i] = slope
    }
    return total
  },
  curvature: () => 1,
  start: mean => mean,
}

export const logisticLoss: Loss = {
  evaluate(scores, y, shares, from, count) {
    let total = 0
    for (let i = 0; i < count; i++) {
      const score = scores[i]!
      const share = shares[from + i]!
      const label = y[from + i]!
      // log(1 + eˢ) − y·s with one exponential, and none that overflows.
      const e = Math.exp(-Math.abs(score))
      total += share * (Math.max(score, 0) + Math.log1p(e) - label * score)
      scores[i] = share * ((score >= 0 ? 1 : e) / (1 + e) - label)
    }
    return total
  },
  curvature: score => {
    const e = Math.exp(-Math.abs(score))
    return e / ((1 + e) * (1 + e))
  },
  start: mean => Math.log(Math.max(mean, 1e-9) / Math.max(1 - mean, 1e-9)),
}

/** Negative log-likelihood of a count with mean eˢ, without the part that does not depend on s. */
export const poissonLoss: Loss = {
  evaluate(scores, y, shares, from, count) {
    let total = 0
    for (let i = 0; i < count; i++) {
      const mean = Math.exp(scores[i]!)
      total += shares[from + i]! * (mean - y[from + i]! * scores[i]!)
      scores[i] = shares[from + i]! * (mean - y[from + i]!)
    }
    return total
  },
  curvature: score => Math.exp(score),
  start: mean => Math.log(Math.max(mean, 1e-9)),
}

/**
 * Weighted mean loss + ½ Σ l2ⱼθⱼ² on a point [θ, intercept], θ for standardized columns.
 * @param offsets added to the rows' scores.
 */
export function objectiveOf(
  design: Design,
  loss: Loss,
  y: Float64Array,
  l2: Float64Array,
  offsets?: Float64Array,
): Objective {
  const { rows, cols, shift, factor, shares } = design
  const weights = new Float64Array(cols)
  const sums = new Float64Array(cols)
  const scores = new Float64Array(BLOCK)
  return (point, gradient) => {
    let constant = point[cols]!
    for (let j = 0; j < cols; j++) {
      weights[j] = point[j]! * factor[j]!
      constant -= weights[j]! * shift[j]!
    }
    sums.fill(0)
    let [total, slopes] = [0, 0]
    for (let from = 0; from < rows; from += BLOCK) {
      const count = Math.min(BLOCK, rows - from)
      design.multiply(weights, constant, from, count, scores)
      if (offsets) for (let i = 0; i < count; i++) scores[i]! += offsets[from + i]!
      total += loss.evaluate(scores, y, shares, from, count)
      for (let i = 0; i < count; i++) slopes += scores[i]!
      design.addTransposed(scores, from, count, sums)
    }
    for (let j = 0; j < cols; j++) {
      total += 0.5 * l2[j]! * point[j]! * point[j]!
      gradient[j] = (sums[j]! - shift[j]! * slopes) * factor[j]! + l2[j]! * point[j]!
    }
    gradient[cols] = slopes
    return total
  }
}

/** Weighted mean cross-entropy + ½ Σ l2ⱼθⱼ²; the point is one [θ, intercept] per class. */
export function multinomialObjective(design: Design, y: Float64Array, classCount: number, l2: Float64Array): Objective {
  const { rows, cols, shift, factor, shares } = design
  const width = cols + 1
  const weights = Array.from({ length: classCount }, () => new Float64Array(cols))
  const sums = weights.map(() => new Float64Array(cols))
  const scores = weights.map(() => new Float64Array(BLOCK))
  const constants = new Float64Array(classCount)
  const slopes = new Float64Array(classCount)
  return (point, gradient) => {
    for (let k = 0; k < classCount; k++) {
      sums[k]!.fill(0)
      constants[k] = point[k * width + cols]!
      for (let j = 0; j < cols; j++) {
        weights[k]![j] = point[k * width + j]! * factor[j]!
        constants[k]! -= weights[k]![j]! * shift[j]!
      }
    }
    slopes.fill(0)
    let total = 0
    for (let from = 0; from < rows; from += BLOCK) {
      const count = Math.min(BLOCK, rows - from)
      for (let k = 0; k < classCount; k++) design.multiply(weights[k]!, constants[k]!, from, count, scores[k]!)
      for (let i = 0; i < count; i++) total += shares[from + i]! * softmaxSlopes(scores, i, y[from + i]!)
      for (let k = 0; k < classCount; k++) {
        const errors = scores[k]!
        for (let i = 0; i < count; i++) {
          errors[i]! *= shares[from + i]!
          slopes[k]! += errors[i]!
        }
        design.addTransposed(errors, from, count, sums[k]!)
      }
    }
    for (let k = 0; k < classCount; k++) {
      const at = k * width
      for (let j = 0; j < cols; j++) {
        total += 0.5 * l2[j]! * point[at + j]! * point[at + j]!
        gradient[at + j] = (sums[k]![j]! - shift[j]! * slopes[k]!) * factor[j]! + l2[j]! * point[at + j]!
      }
      gradient[at + cols] = slopes[k]!
    }
    return total
  }
}

/** Cross-entropy of row i; its scores become the derivatives by them. */
function softmaxSlopes(scores: readonly Float64Array[], i: number, label: number): number {
  let highest = Number.NEGATIVE_INFINITY
  for (const column of scores) if (column[i]! > highest) highest = column[i]!
  const labelScore = scores[label]![i]!
  let sum = 0
  for (const column of scores) {
    const e = Math.exp(column[i]! - highest)
    column[i] = e
    sum += e
  }
  for (const column of scores) column[i]! /= sum
  scores[label]![i]! -= 1
  return highest + Math.log(sum) - labelScore
}
