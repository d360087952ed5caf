/**
 * Lower factor of a symmetric matrix plus a diagonal, row-major.
 * @returns the factor, or the column that depends on those before it (a pivot vanished relative to its diagonal).
 */
export function cholesky(
  matrix: Float64Array,
  n: number,
  ridge: (j: number) => number,
  tolerance = 1e-11,
): { lower: Float64Array } | { dependent: number } {
  const lower = new Float64Array(n * n)
  for (let i = 0; i < n; i++) {
    const row = i * n
    for (let j = 0; j <= i; j++) {
      const other = j * n
      let sum = matrix[row + j]!
      if (i === j) sum += ridge(i)
      for (let k = 0; k < j; k++) sum -= lower[row + k]! * lower[other + k]!
      if (i !== j) lower[row + j] = sum / lower[other + j]!
      else if (sum > tolerance * (matrix[row + i]! + ridge(i))) lower[row + i] = Math.sqrt(sum)
      else return { dependent: i }
    }
  }
  return { lower }
}

/** Solves L Lᵀ x = b in place. @param at where in `vector` b begins. */
export function solveCholesky(lower: Float64Array, n: number, vector: Float64Array, at = 0): void {
  for (let i = 0; i < n; i++) {
    let sum = vector[at + i]!
    for (let k = 0; k < i; k++) sum -= lower[i * n + k]! * vector[at + k]!
    vector[at + i] = sum / lower[i * n + i]!
  }
  for (let i = n - 1; i >= 0; i--) {
    const solved = vector[at + i]! / lower[i * n + i]!
    vector[at + i] = solved
    for (let k = 0; k < i; k++) vector[at + k]! -= lower[i * n + k]! * solved
  }
}

/** (L Lᵀ)⁻¹, row-major. */
export function invertCholesky(lower: Float64Array, n: number): Float64Array {
  const inverse = new Float64Array(n * n)
  for (let j = 0; j < n; j++) {
    inverse[j * n + j] = 1
    solveCholesky(lower, n, inverse, j * n)
  }
  return inverse
}
