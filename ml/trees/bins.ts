import { levelsOf, type Matrix } from '../matrix.ts'
import { createRandom } from '../random.ts'
import { findEdges, MAX_BINS } from './edges.ts'
import { type Arena, createArena } from './memory.ts'

/** How the cells of one feature become bins 0 … values − 1; a missing cell becomes bin `values`. */
export type FeatureBins = {
  /** How many bins hold values, at least 1. */
  values: number
  categorical: boolean
  /** The last bin stands for all levels that are too rare for one of their own. */
  rest: boolean
  /** Numbers: upper edges, one fewer than bins: bin b holds cells ≤ edges[b]. Empty for categories. */
  edges: Float64Array
}

/** A table as one byte a cell. */
export type Bins = {
  rows: number
  cols: number
  features: FeatureBins[]
  /** By feature: some cell is missing. */
  missing: boolean[]
  /** rows × cols, row-major. */
  codes: Uint8Array
}

/** Rows that decide on the edges. */
const SAMPLE = 40_000
const CHUNK = 8192

/** Lets other work run now and then during a long computation; throws when it shall end. */
export type Breather = () => Promise<void> | undefined

/**
 * Looks at a sample of the rows and chooses the bins of every feature.
 * @param cells row-major
 */
export function chooseBins(
  cells: Float32Array | Float64Array,
  rows: number,
  cols: number,
  levels: (column: number) => number,
): FeatureBins[] {
  const picked = sampleRows(rows)
  const column = new Float64Array(picked.length)
  return Array.from({ length: cols }, (_, c) => {
    const known = levels(c)
    if (known > 0) {
      return {
        values: Math.min(known, MAX_BINS),
        categorical: true,
        rest: known > MAX_BINS,
        edges: new Float64Array(0),
      }
    }
    let count = 0
    for (const row of picked) {
      const cell = cells[row * cols + c]!
      if (!Number.isNaN(cell)) column[count++] = cell
    }
    const edges = findEdges(column.subarray(0, count).sort())
    return { values: edges.length + 1, categorical: false, rest: false, edges }
  })
}

/** All rows, or one of each of as many equal stretches: no rhythm in the data can fool it. */
function sampleRows(rows: number): Int32Array {
  if (rows <= 2 * SAMPLE) return Int32Array.from({ length: rows }, (_, i) => i)
  const random = createRandom(17)
  return Int32Array.from({ length: SAMPLE }, (_, k) => {
    const begin = Math.floor((k * rows) / SAMPLE)
    const end = Math.floor(((k + 1) * rows) / SAMPLE)
    return begin + random.integer(end - begin)
  })
}

/** Codes rows of cells, chunk by chunk, to bins chosen before. */
export function createCoder(features: readonly FeatureBins[], arena: Arena = createArena()) {
  const cols = features.length
  const cells = arena.allocate(CHUNK * cols * 8)
  const out = arena.allocate(CHUNK * cols)
  const plans = features.map(feature => {
    const steps = feature.categorical ? 0 : Math.max(1, Math.ceil(Math.log2(feature.values)))
    return { feature, steps, edges: steps > 0 ? arena.allocate(8 * 2 ** steps) : 0 }
  })
  for (const { feature, steps, edges } of plans) {
    if (steps === 0) continue
    arena.f64.fill(Number.POSITIVE_INFINITY, edges / 8, edges / 8 + 2 ** steps)
    arena.f64.set(feature.edges, edges / 8)
  }
  const missing = features.map(() => false)
  return {
    chunk: CHUNK,
    /** By feature: a missing cell was met. */
    missing,
    /** Codes `rows` ≤ chunk rows of row-major cells, from cell number `from`, into `codes` at `to`. */
    code(source: Float32Array | Float64Array, from: number, rows: number, codes: Uint8Array, to: number): void {
      arena.f64.set(source.subarray(from, from + rows * cols), cells / 8)
      for (let c = 0; c < cols; c++) {
        const { feature, steps, edges } = plans[c]!
        const lost = feature.categorical
          ? arena.kernels.codeCategories(cells, rows, cols, c, feature.values - 1, feature.values, out, cols)
          : arena.kernels.codeNumbers(cells, rows, cols, c, edges, steps, feature.values, out, cols)
        if (lost > 0) missing[c] = true
      }
      codes.set(arena.u8.subarray(out, out + rows * cols), to)
    },
  }
}

/** Bins of a matrix whose features' bins are chosen. */
export async function codeMatrix(matrix: Matrix, features: readonly FeatureBins[], breathe: Breather): Promise<Bins> {
  const { rows, cols, data } = matrix
  const codes = new Uint8Array(rows * cols)
  const coder = createCoder(features)
  for (let at = 0; at < rows; at += coder.chunk) {
    coder.code(data, at * cols, Math.min(coder.chunk, rows - at), codes, at * cols)
    await breathe()
  }
  return { rows, cols, features: [...features], missing: coder.missing, codes }
}

const known = new WeakMap<Matrix, Bins>()

/** Bins of a matrix, made once: folds and trials on the same data share them. */
async function binsOf(matrix: Matrix, breathe: Breather): Promise<Bins> {
  const made = known.get(matrix)
  if (made) return made
  const features = chooseBins(matrix.data, matrix.rows, matrix.cols, c => levelsOf(matrix, c))
  const bins = await codeMatrix(matrix, features, breathe)
  known.set(matrix, bins)
  return bins
}

/** The bins to train on: rows taken out of a larger matrix share its bins, unless they are a small part of it. */
export async function trainingBins(matrix: Matrix, breathe: Breather): Promise<Bins> {
  const { origin } = matrix
  if (!origin || matrix.rows * 8 < origin.matrix.rows) return await binsOf(matrix, breathe)
  return takeRows(await binsOf(origin.matrix, breathe), origin.rows)
}

/** The bins of other rows by the same edges: shared when they come from the same matrix. */
export async function validationBins(matrix: Matrix, training: Matrix, bins: Bins, breathe: Breather): Promise<Bins> {
  const origin = matrix.origin
  if (origin && training.rows * 8 >= origin.matrix.rows && training.origin?.matrix === origin.matrix) {
    return takeRows(await binsOf(origin.matrix, breathe), origin.rows)
  }
  return await codeMatrix(matrix, bins.features, breathe)
}

function takeRows(bins: Bins, rows: Int32Array): Bins {
  const { cols, codes } = bins
  const taken = new Uint8Array(rows.length * cols)
  for (let i = 0; i < rows.length; i++) {
    const from = rows[i]! * cols
    for (let c = 0; c < cols; c++) taken[i * cols + c] = codes[from + c]!
  }
  return { ...bins, rows: rows.length, codes: taken }
}
