import type { Matrix } from '../matrix.ts'
import { weightSum } from './statistics.ts'

/**
 * A standardized design matrix for linear solvers: columns have weighted mean 0 and deviation 1, so that steps and tolerances do not depend
 * on
 * units. The cells are not rewritten: `multiply` and `addTransposed` work on the stored cells, dense rows or, when most cells are zero
 * (one-hot), only the others.
 */
export type Design = {
  rows: number
  cols: number
  /** By column in the unit of the data; `inverse` is 1 / deviation, and 0 for a constant column, which is thereby ignored. */
  means: Float64Array
  inverse: Float64Array
  /** Each row's share of the weight; they sum to 1. */
  shares: Float64Array
  /** A standardized cell is (stored − shift) × factor. */
  shift: Float64Array
  factor: Float64Array
  /** out[i] = Σ_j stored[from + i, j] · weights[j] + constant, for `count` rows. */
  multiply(weights: Float64Array, constant: number, from: number, count: number, out: Float64Array): void
  /** into[j] += Σ_i factors[i] · stored[from + i, j], for `count` rows. */
  addTransposed(factors: Float64Array, from: number, count: number, into: Float64Array): void
  stored: DenseCells | SparseCells
}

export type DenseCells = { kind: 'dense'; data: Float64Array | Float32Array }
/** Row i has `values[starts[i] … starts[i + 1]]` in `columns`, ascending. */
export type SparseCells = { kind: 'sparse'; starts: Int32Array; columns: Int32Array; values: Float64Array }

/** Rows per block: their scores fit the first-level cache. */
export const BLOCK = 256

/** Means of the finite cells, used for missing and infinite ones. */
export function finiteMeans(x: Matrix, weights?: Float64Array): Float64Array {
  const { rows, cols, data } = x
  const means = new Float64Array(cols)
  const totals = new Float64Array(cols)
  const complete = weightSum(rows, weights) || 1
  for (let i = 0; i < rows; i++) {
    const share = (weights ? weights[i]! : 1) / complete
    const at = i * cols
    for (let j = 0; j < cols; j++) {
      const cell = data[at + j]!
      // False for NaN and both infinities.
      if (!(Math.abs(cell) <= Number.MAX_VALUE)) continue
      means[j]! += share * cell
      totals[j]! += share
    }
  }
  for (let j = 0; j < cols; j++) means[j] = totals[j]! > 0 ? means[j]! / totals[j]! : 0
  return means
}

/** Returns the cells with `fill` for missing or infinite ones; the matrix's own when there are none. */
export function fillMissing(x: Matrix, fill: Float64Array): Float64Array | Float32Array {
  const { data, cols } = x
  let k = 0
  while (k < data.length && Math.abs(data[k]!) <= Number.MAX_VALUE) k++
  if (k === data.length) return data
  const filled = data.slice()
  for (; k < filled.length; k++) if (!(Math.abs(filled[k]!) <= Number.MAX_VALUE)) filled[k] = fill[k % cols]!
  return filled
}

/** @param data rows × cols, all finite. @param means weighted means of the columns of `data`. */
export function createDesign(
  data: Float64Array | Float32Array,
  rows: number,
  cols: number,
  weights?: Float64Array,
): Design {
  const total = weightSum(rows, weights) || 1
  const shares = new Float64Array(rows)
  for (let i = 0; i < rows; i++) shares[i] = (weights ? weights[i]! : 1) / total
  const means = new Float64Array(cols)
  const zeros = new Int32Array(cols)
  for (let i = 0; i < rows; i++) {
    const share = shares[i]!
    const at = i * cols
    for (let j = 0; j < cols; j++) {
      const cell = data[at + j]!
      if (cell === 0) zeros[j]!++
      else means[j]! += share * cell
    }
  }
  const inverse = inverseDeviations(data, shares, cols, means)
  const design = { rows, cols, means, inverse, shares }
  let kept = 0
  for (const zero of zeros) kept += zero > rows / 2 ? rows - zero : rows
  if (kept > 0.4 * rows * cols) return { ...design, ...denseCells(data, cols, means, inverse) }
  return { ...design, ...sparseCells(data, rows, cols, means, inverse, zeros, kept) }
}

/** In two steps, relative to the largest distance from the mean, to avoid overflow and underflow. */
function inverseDeviations(
  data: Float64Array | Float32Array,
  shares: Float64Array,
  cols: number,
  means: Float64Array,
): Float64Array {
  const largest = new Float64Array(cols)
  for (let i = 0; i < shares.length; i++) {
    if (shares[i] === 0) continue
    const at = i * cols
    for (let j = 0; j < cols; j++) {
      const distance = Math.abs(data[at + j]! - means[j]!)
      if (distance > largest[j]!) largest[j] = distance
    }
  }
  const scale = largest.map(distance => (distance > 0 ? 1 / distance : 0))
  const squares = new Float64Array(cols)
  for (let i = 0; i < shares.length; i++) {
    const share = shares[i]!
    const at = i * cols
    for (let j = 0; j < cols; j++) {
      const distance = (data[at + j]! - means[j]!) * scale[j]!
      squares[j]! += share * distance * distance
    }
  }
  return squares.map((square, j) => {
    const deviation = Math.sqrt(square) * largest[j]!
    // A column that varies only by rounding is constant.
    return deviation > 1e-12 * Math.abs(means[j]!) && deviation > 1e-300 && Number.isFinite(deviation)
      ? 1 / deviation
      : 0
  })
}

type Cells = Pick<Design, 'shift' | 'factor' | 'multiply' | 'addTransposed' | 'stored'>

function denseCells(
  data: Float64Array | Float32Array,
  cols: number,
  means: Float64Array,
  inverse: Float64Array,
): Cells {
  const even = cols - (cols % 4)
  return {
    shift: means,
    factor: inverse,
    stored: { kind: 'dense', data },
    multiply(weights, constant, from, count, out) {
      for (let i = 0; i < count; i++) {
        const at = (from + i) * cols
        // Four partial sums avoid a dependency between additions.
        let a = constant
        let b = 0
        let c = 0
        let d = 0
        let j = 0
        for (; j < even; j += 4) {
          a += weights[j]! * data[at + j]!
          b += weights[j + 1]! * data[at + j + 1]!
          c += weights[j + 2]! * data[at + j + 2]!
          d += weights[j + 3]! * data[at + j + 3]!
        }
        for (; j < cols; j++) a += weights[j]! * data[at + j]!
        out[i] = a + b + (c + d)
      }
    },
    addTransposed(factors, from, count, into) {
      let i = 0
      for (; i + 3 < count; i += 4) {
        const p = factors[i]!
        const q = factors[i + 1]!
        const r = factors[i + 2]!
        const s = factors[i + 3]!
        const at = (from + i) * cols
        const second = at + cols
        const third = second + cols
        const fourth = third + cols
        for (let j = 0; j < cols; j++) {
          into[j]! += p * data[at + j]! + q * data[second + j]! + (r * data[third + j]! + s * data[fourth + j]!)
        }
      }
      for (; i < count; i++) {
        const factor = factors[i]!
        const at = (from + i) * cols
        for (let j = 0; j < cols; j++) into[j]! += factor * data[at + j]!
      }
    },
  }
}

/** Sparse columns are only scaled, so that zeros stay zeros; the others are centered first, for precision. */
function sparseCells(
  data: Float64Array | Float32Array,
  rows: number,
  cols: number,
  means: Float64Array,
  inverse: Float64Array,
  zeros: Int32Array,
  kept: number,
): Cells {
  const starts = new Int32Array(rows + 1)
  const columns = new Int32Array(kept)
  const values = new Float64Array(kept)
  const isSparse = Uint8Array.from(zeros, zero => (zero > rows / 2 ? 1 : 0))
  let at = 0
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < cols; j++) {
      const cell = data[i * cols + j]!
      if (isSparse[j] && cell === 0) continue
      columns[at] = j
      values[at++] = (isSparse[j] ? cell : cell - means[j]!) * inverse[j]!
    }
    starts[i + 1] = at
  }
  return {
    shift: means.map((mean, j) => (isSparse[j] ? mean * inverse[j]! : 0)),
    factor: inverse.map(each => (each > 0 ? 1 : 0)),
    stored: { kind: 'sparse', starts, columns, values },
    multiply(weights, constant, from, count, out) {
      for (let i = 0; i < count; i++) {
        let sum = constant
        const end = starts[from + i + 1]!
        for (let k = starts[from + i]!; k < end; k++) sum += weights[columns[k]!]! * values[k]!
        out[i] = sum
      }
    },
    addTransposed(factors, from, count, into) {
      for (let i = 0; i < count; i++) {
        const factor = factors[i]!
        const end = starts[from + i + 1]!
        for (let k = starts[from + i]!; k < end; k++) into[columns[k]!]! += factor * values[k]!
      }
    },
  }
}

/** Coefficients and intercept in the unit of the data. @param at where in `point` the [weights, intercept] begin. */
export function toDataUnits(design: Design, point: Float64Array, at = 0) {
  const { cols, means, inverse } = design
  const coefficients = new Float64Array(cols)
  let intercept = point[at + cols]!
  for (let j = 0; j < cols; j++) {
    const coefficient = point[at + j]! * inverse[j]!
    coefficients[j] = coefficient
    intercept -= coefficient * means[j]!
  }
  return { coefficients, intercept }
}
