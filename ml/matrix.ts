/** Row-major design matrix. `data.length === rows * cols`; NaN marks a missing cell. */
export type Matrix = {
  names: string[]
  rows: number
  cols: number
  data: Float32Array | Float64Array
  /**
   * By column: 0 is a number; k > 0 is a category whose cells are codes 0 … k − 1, most frequent level first, NaN for a missing or unseen
   * one.
   * Absent when all are numbers.
   */
  levels?: readonly number[]
  /** Set when the rows were taken from a larger matrix: data computed once for that one (bins) is shared by all its parts. */
  origin?: { matrix: Matrix; rows: Int32Array }
}

/** Returns the given rows, in that order (repeats allowed). The cells are copied when `data` is first read. */
export function takeMatrixRows(matrix: Matrix, indices: ArrayLike<number>): Matrix {
  const { names, cols, levels } = matrix
  const rows = indices.length
  const taken = matrix.origin
    ? { matrix: matrix.origin.matrix, rows: Int32Array.from(indices, row => matrix.origin!.rows[row]!) }
    : { matrix, rows: Int32Array.from(indices) }
  let copied: Float32Array | Float64Array | undefined
  const copy = () => {
    const source = taken.matrix.data
    const data = source instanceof Float32Array ? new Float32Array(rows * cols) : new Float64Array(rows * cols)
    for (let i = 0; i < rows; i++) {
      const from = taken.rows[i]! * cols
      data.set(source.subarray(from, from + cols), i * cols)
    }
    return data
  }
  return {
    names,
    rows,
    cols,
    ...(levels ? { levels } : {}),
    origin: taken,
    get data() {
      copied ??= copy()
      return copied
    },
  }
}

/** Returns the number of levels of column `c`; 0 for a number. */
export const levelsOf = (matrix: Pick<Matrix, 'levels'>, c: number): number => matrix.levels?.[c] ?? 0
