import { normalTail, studentTails } from '../statistics/distributions.ts'
import { cholesky, invertCholesky } from './cholesky.ts'
import { BLOCK, type Design, toDataUnits } from './linear-design.ts'
import type { Loss } from './linear-loss.ts'
import { momentsOf } from './linear-moments.ts'

export type Coefficient = {
  name: string
  estimate: number
  standardError: number
  /** Estimate / standard error: t for least squares, else z. */
  statistic: number
  /** Two-sided p-value of a zero coefficient. */
  p: number
}

/** Above this the table is too long to read, and the inverse costs more than the fit. */
const MAX_COLUMNS = 300

/**
 * Standard errors of an unpenalized fit from its inverse Hessian, like R's glm and statsmodels. Weights count as in weighted least squares:
 * a row of weight 2 counts as two rows, but least squares take the degrees of freedom from the number of rows.
 * @returns coefficients of the intercept and the varying columns, or the reason why there are none.
 */
export async function standardErrors(
  design: Design,
  loss: Loss,
  leastSquares: boolean,
  y: Float64Array,
  point: Float64Array,
  totalWeight: number,
  names: readonly string[],
  yieldIfDue: () => Promise<void> | undefined,
): Promise<{ coefficients: Coefficient[] } | { reason: string }> {
  const { cols, rows, shares, shift, factor, inverse, means } = design
  const used = Array.from({ length: cols }, (_, j) => j).filter(j => inverse[j]! > 0)
  const nameOf = (j: number) => names[j] ?? `x${j}`
  if (used.length > MAX_COLUMNS) {
    return { reason: `Standard errors are given for up to ${MAX_COLUMNS} features; there are ${used.length}.` }
  }
  let counted = 0
  for (let i = 0; i < rows; i++) if (shares[i]! > 0) counted++
  const freedom = counted - used.length - 1
  if (freedom <= 0) {
    return { reason: `${counted} rows are too few for standard errors of ${used.length + 1} coefficients.` }
  }
  const weights = point.slice(0, cols).map((each, j) => each * factor[j]!)
  let constant = point[cols]!
  for (let j = 0; j < cols; j++) constant -= weights[j]! * shift[j]!
  const h = new Float64Array(rows)
  const errors = new Float64Array(BLOCK)
  let squares = 0
  for (let from = 0; from < rows; from += BLOCK) {
    const count = Math.min(BLOCK, rows - from)
    const scores = h.subarray(from, from + count)
    design.multiply(weights, constant, from, count, scores)
    errors.set(scores)
    loss.evaluate(errors, y, shares, from, count)
    for (let i = 0; i < count; i++) {
      const share = shares[from + i]!
      if (share > 0) squares += (totalWeight * errors[i]! * errors[i]!) / share
      scores[i] = share * totalWeight * loss.curvature(scores[i]!)
    }
  }
  const { gram, means: centers, total } = await momentsOf(design, h, yieldIfDue)
  const n = used.length
  const block = new Float64Array(n * n)
  for (let a = 0; a < n; a++) for (let b = 0; b < n; b++) block[a * n + b] = gram[used[a]! * cols + used[b]!]!
  const result = cholesky(block, n, () => 0, 1e-9)
  if (!leastSquares && squares < 1e-6 * totalWeight) {
    return { reason: 'The features predict every row without error: no finite coefficients are best. Use a penalty.' }
  }
  if ('dependent' in result) {
    return {
      reason: `“${nameOf(used[result.dependent]!)}” is a sum of other features: their coefficients are not identifiable. Drop it, or use a penalty.`,
    }
  }
  const scale = leastSquares ? squares / freedom : 1
  const covariance = invertCholesky(result.lower, n)
  const data = toDataUnits(design, point)
  const coefficient = (name: string, estimate: number, variance: number): Coefficient => {
    const standardError = Math.sqrt(variance * scale)
    const statistic = estimate / standardError
    const p = leastSquares ? studentTails(statistic, freedom) : 2 * normalTail(Math.abs(statistic))
    return { name, estimate, standardError, statistic, p: Number.isFinite(p) ? p : 0 }
  }
  // Distance, in the unit of the data, at which the intercept is independent of the other coefficients.
  const distance = used.map(j => centers[j]! + means[j]! * inverse[j]!)
  let interceptVariance = 1 / total
  for (let a = 0; a < n; a++) {
    for (let b = 0; b < n; b++) interceptVariance += distance[a]! * covariance[a * n + b]! * distance[b]!
  }
  return {
    coefficients: [
      coefficient('(intercept)', data.intercept, interceptVariance),
      ...used.map((j, a) =>
        coefficient(nameOf(j), data.coefficients[j]!, covariance[a * n + a]! * inverse[j]! * inverse[j]!),
      ),
    ].filter(each => Number.isFinite(each.statistic)),
  }
}
