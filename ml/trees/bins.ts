import { levelsOf, type Matrix } from '../matrix.ts'
import { createRandom } from '../random.ts'
import { findEdges, MAX_BINS } from './edges.ts'
import { PLAN } from './layout.ts'
import { type Arena, createArena } from './memory.ts'
import { createThreadPool, TASK, type ThreadPool } from './thread-pool.ts'

/** Maps the cells of one feature to bins 0 … values − 1; a missing cell becomes bin `values`. */
export type FeatureBins = {
  /** How many bins hold values, at least 1. */
  values: number
  categorical: boolean
  /** The last bin stands for all levels that are too rare for their own. */
  rest: boolean
  /** Numbers: upper edges, one fewer than bins: bin b holds cells ≤ edges[b]. Empty for categories. */
  edges: Float64Array
}

/** A binned table with one byte per cell. */
export type Bins = {
  rows: number
  cols: number
  features: FeatureBins[]
  /** By feature: some cell is missing. */
  missing: boolean[]
  /** rows × cols, row-major. */
  codes: Uint8Array
}

/** Memory and thread pool for binning. */
export type TreeContext = { arena: Arena; pool: ThreadPool }

/** Rows sampled to choose the edges. */
const SAMPLE = 40_000
/** Bytes of cells that all threads encode between two yields to the event loop. */
const BATCH = 2 ** 22
/** Radix of the sort, in bytes. */
const COUNTERS = 4 * 2 ** 11

/** Yields to the event loop during a long computation; throws when aborted. */
export type Yielder = () => Promise<void> | undefined

function alone(): TreeContext {
  const arena = createArena()
  return { arena, pool: createThreadPool(arena, 1) }
}

/**
 * Chooses the bins of every feature from a sample of the rows.
 * @param cells row-major
 */
export function chooseBins(
  cells: Float32Array | Float64Array,
  rows: number,
  cols: number,
  levels: (column: number) => number,
  { arena, pool }: TreeContext = alone(),
): FeatureBins[] {
  const picked = sampleRows(rows)
  const features = Array.from({ length: cols }, (_, c): FeatureBins => {
    const known = levels(c)
    const values = Math.min(known, MAX_BINS)
    return { values, categorical: known > 0, rest: known > MAX_BINS, edges: new Float64Array(0) }
  })
  const numbers = features.flatMap((feature, c) => (feature.categorical ? [] : [c]))
  const size = picked.length * 8
  const rooms = Array.from({ length: Math.min(numbers.length, 2 * pool.threads) }, () => ({
    column: arena.allocate(size),
    spare: arena.allocate(size + COUNTERS),
  }))
  const { f64 } = arena
  for (let first = 0; first < numbers.length; first += rooms.length) {
    const group = numbers.slice(first, first + rooms.length)
    const counts = group.map((c, k) => {
      const start = rooms[k]!.column / 8
      let at = start
      for (let i = 0; i < picked.length; i++) {
        const cell = cells[picked[i]! * cols + c]!
        if (!Number.isNaN(cell)) f64[at++] = cell
      }
      return at - start
    })
    group.forEach((_, k) => {
      pool.add(TASK.sort, [rooms[k]!.column, counts[k]!, rooms[k]!.spare])
    })
    pool.run()
    group.forEach((c, k) => {
      const start = rooms[k]!.column / 8
      const edges = findEdges(f64.subarray(start, start + counts[k]!))
      features[c] = { values: edges.length + 1, categorical: false, rest: false, edges }
    })
  }
  return features
}

/** All rows, or one of each of as many equal stretches, so that periodic data is sampled fairly. */
function sampleRows(rows: number): Int32Array {
  const all = rows <= 2 * SAMPLE
  const random = createRandom(17)
  const picked = new Int32Array(all ? rows : SAMPLE)
  for (let k = 0; k < picked.length; k++) {
    const begin = Math.floor((k * rows) / SAMPLE)
    const end = Math.floor(((k + 1) * rows) / SAMPLE)
    picked[k] = all ? k : begin + random.integer(end - begin)
  }
  return picked
}

/** Bins a matrix whose features' bins are chosen. */
export async function codeMatrix(
  matrix: Matrix,
  features: readonly FeatureBins[],
  yieldIfDue: Yielder,
  { arena, pool }: TreeContext = alone(),
): Promise<Bins> {
  const { rows, cols, data } = matrix
  const codes = new Uint8Array(rows * cols)
  const plans = placePlans(arena, features)
  const width = data.BYTES_PER_ELEMENT
  const batch = Math.max(1, Math.min(rows, Math.floor(BATCH / (cols * width))))
  const cells = arena.allocate(batch * cols * width)
  const out = arena.allocate(batch * cols)
  const view = data instanceof Float32Array ? arena.f32 : arena.f64
  const part = Math.ceil(batch / (4 * pool.threads))
  for (let at = 0; at < rows; at += batch) {
    const count = Math.min(batch, rows - at)
    view.set(data.subarray(at * cols, (at + count) * cols), cells / width)
    for (let from = 0; from < count; from += part) {
      const size = Math.min(part, count - from)
      pool.add(TASK.code, [plans, cells + from * cols * width, width === 8 ? 1 : 0, size, cols, out + from * cols])
    }
    pool.run()
    codes.set(arena.u8.subarray(out, out + count * cols), at * cols)
    await yieldIfDue()
  }
  const missing = features.map((_, c) => arena.u32[(plans + c * PLAN.bytes + PLAN.lost) / 4] === 1)
  return { rows, cols, features: [...features], missing, codes }
}

/** How the kernels encode each column; numbers by a search in a table of 2^steps edges. */
function placePlans(arena: Arena, features: readonly FeatureBins[]): number {
  const plans = arena.allocate(PLAN.bytes * features.length)
  features.forEach((feature, c) => {
    const plan = plans + c * PLAN.bytes
    if (!feature.categorical) {
      const steps = Math.max(1, Math.ceil(Math.log2(feature.values)))
      const edges = arena.allocate(8 * 2 ** steps)
      arena.f64.fill(Number.POSITIVE_INFINITY, edges / 8, edges / 8 + 2 ** steps)
      arena.f64.set(feature.edges, edges / 8)
      arena.u32[(plan + PLAN.edges) / 4] = edges
      arena.u32[(plan + PLAN.steps) / 4] = steps
    }
    arena.u32[(plan + PLAN.missing) / 4] = feature.values
  })
  return plans
}

const known = new WeakMap<Matrix, Bins>()

/** Returns the bins of a matrix, computed once: folds and trials on the same data share them. */
async function binsOf(matrix: Matrix, yieldIfDue: Yielder, workshop?: TreeContext): Promise<Bins> {
  const made = known.get(matrix)
  if (made) return made
  const place = workshop ?? alone()
  const features = chooseBins(matrix.data, matrix.rows, matrix.cols, c => levelsOf(matrix, c), place)
  const bins = await codeMatrix(matrix, features, yieldIfDue, place)
  known.set(matrix, bins)
  return bins
}

/** Returns the bins to train on: rows taken from a larger matrix share its bins, unless they are a small part of it. */
export async function trainingBins(matrix: Matrix, yieldIfDue: Yielder, workshop?: TreeContext): Promise<Bins> {
  const { origin } = matrix
  if (!origin || matrix.rows * 8 < origin.matrix.rows) return await binsOf(matrix, yieldIfDue, workshop)
  return takeRows(await binsOf(origin.matrix, yieldIfDue, workshop), origin.rows)
}

/** Bins other rows by the same edges: shared when they come from the same matrix. */
export async function validationBins(
  matrix: Matrix,
  training: Matrix,
  bins: Bins,
  yieldIfDue: Yielder,
  workshop: TreeContext,
): Promise<Bins> {
  const origin = matrix.origin
  if (origin && training.rows * 8 >= origin.matrix.rows && training.origin?.matrix === origin.matrix) {
    return takeRows(await binsOf(origin.matrix, yieldIfDue, workshop), origin.rows)
  }
  return await codeMatrix(matrix, bins.features, yieldIfDue, workshop)
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
