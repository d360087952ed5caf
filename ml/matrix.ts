/** Row-major design matrix. `data.length === rows * cols`; NaN marks a missing cell. */
export type Matrix = {
  names: string[]
  rows: number
  cols: number
  data: Float32Array | Float64Array
}

/** Copies the named rows, in that order. */
export function takeMatrixRows(matrix: Matrix, indices: ArrayLike<number>): Matrix {
  const { cols } = matrix
  const rows = indices.length
  const data = matrix.data instanceof Float32Array ? new Float32Array(rows * cols) : new Float64Array(rows * cols)
  for (let i = 0; i < rows; i++) {
    const from = indices[i]! * cols
    data.set(matrix.data.subarray(from, from + cols), i * cols)
  }
  return { names: matrix.names, rows, cols, data }
}
