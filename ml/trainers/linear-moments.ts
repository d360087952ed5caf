import type { Design } from './linear-design.ts'

/** Second moments of the standardized columns under row weights `h`, about their means under `h`. */
export type Moments = {
  /** Σ h. */
  total: number
  /** Means under `h`. */
  means: Float64Array
  /** Σ h (z − mean)(z − mean)ᵀ, full, row-major, cols × cols. */
  gram: Float64Array
}

/** Rows summed up between two yields to the event loop; rows without weight are skipped. */
export const MOMENT_ROWS = 512

/** @param yieldIfDue awaited periodically. */
export async function momentsOf(
  design: Design,
  h: Float64Array,
  yieldIfDue: () => Promise<void> | undefined,
): Promise<Moments> {
  const { rows, cols, shift, factor, stored } = design
  const gram = new Float64Array(cols * cols)
  const means = new Float64Array(cols)
  let total = 0
  for (let from = 0; from < rows; from += MOMENT_ROWS) {
    const to = Math.min(rows, from + MOMENT_ROWS)
    let weight = 0
    for (let i = from; i < to; i++) weight += h[i]!
    if (weight === 0) continue
    total += weight
    if (stored.kind === 'dense') addDense(stored.data, cols, shift, factor, h, from, to, gram, means)
    else addSparse(stored, cols, h, from, to, gram, means)
    const pause = yieldIfDue()
    if (pause) await pause
  }
  for (let j = 0; j < cols; j++) means[j] = total > 0 ? means[j]! / total : 0
  const sparse = stored.kind === 'sparse'
  for (let j = 0; j < cols; j++) {
    for (let k = 0; k <= j; k++) {
      const about = gram[k * cols + j]! - total * means[j]! * means[k]!
      gram[j * cols + k] = about
      gram[k * cols + j] = about
    }
  }
  // Moments of the unshifted cells: same moments, different means.
  if (sparse) for (let j = 0; j < cols; j++) means[j]! -= shift[j]!
  return { total, means, gram }
}

/** Four rows at a time, so that the Gram matrix is read and written a quarter as often. Only its upper triangle. */
function addDense(
  data: Float64Array | Float32Array,
  cols: number,
  shift: Float64Array,
  factor: Float64Array,
  h: Float64Array,
  from: number,
  to: number,
  gram: Float64Array,
  means: Float64Array,
): void {
  const [p, q, r, s] = [0, 1, 2, 3].map(() => new Float64Array(cols)) as [
    Float64Array,
    Float64Array,
    Float64Array,
    Float64Array,
  ]
  const load = (row: Float64Array, i: number) => {
    if (i >= to) row.fill(0)
    else for (let j = 0; j < cols; j++) row[j] = (data[i * cols + j]! - shift[j]!) * factor[j]!
  }
  for (let i = from; i < to; i += 4) {
    load(p, i)
    load(q, i + 1)
    load(r, i + 2)
    load(s, i + 3)
    const hp = h[i]!
    const hq = i + 1 < to ? h[i + 1]! : 0
    const hr = i + 2 < to ? h[i + 2]! : 0
    const hs = i + 3 < to ? h[i + 3]! : 0
    for (let j = 0; j < cols; j++) {
      const a = hp * p[j]!
      const b = hq * q[j]!
      const c = hr * r[j]!
      const d = hs * s[j]!
      means[j]! += a + b + c + d
      const at = j * cols
      for (let k = j; k < cols; k++) gram[at + k]! += a * p[k]! + b * q[k]! + (c * r[k]! + d * s[k]!)
    }
  }
}

function addSparse(
  { starts, columns, values }: { starts: Int32Array; columns: Int32Array; values: Float64Array },
  cols: number,
  h: Float64Array,
  from: number,
  to: number,
  gram: Float64Array,
  means: Float64Array,
): void {
  for (let i = from; i < to; i++) {
    const weight = h[i]!
    if (weight === 0) continue
    const end = starts[i + 1]!
    for (let a = starts[i]!; a < end; a++) {
      const scaled = weight * values[a]!
      const j = columns[a]!
      means[j]! += scaled
      const at = j * cols
      for (let b = a; b < end; b++) gram[at + columns[b]!]! += scaled * values[b]!
    }
  }
}
