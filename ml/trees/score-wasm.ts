import { PREDICT_WASM } from './kernels/predict-wasm.ts'
import type { PackedTrees } from './pack.ts'
import type { Scorer } from './scorer.ts'

const PAGE = 65536
const TREE_WORDS = 3
/** Above this trees are walked by plain loops: an address of the kernel has 32 bits, and pages cost time to fill. */
const MAX_BYTES = 2 ** 30

type Kernel = {
  scoreRows(
    trees: number,
    treeCount: number,
    rows: number,
    rowBytes: number,
    count: number,
    values: number,
    leafWidth: number,
    scores: number,
    width: number,
  ): void
  scoreRow(
    trees: number,
    treeCount: number,
    category: boolean,
    row: number,
    values: number,
    leafWidth: number,
    scores: number,
    width: number,
  ): void
}

let compiled: WebAssembly.Module | null | undefined

/** Compiled once; null where WebAssembly is not allowed (a page's content security policy may forbid it). */
function kernelModule(): WebAssembly.Module | null {
  if (compiled === undefined) {
    try {
      compiled = new WebAssembly.Module(Uint8Array.from(atob(PREDICT_WASM), each => each.charCodeAt(0)))
    } catch {
      compiled = null
    }
  }
  return compiled
}

/** Many walks at a time (kernels/predict.as). Null where that is impossible. @param width scores per row. */
export function wasmScorer(packed: PackedTrees, width: number): Scorer | null {
  const module = kernelModule()
  const { roots, depths, categorical, cols, leafWidth } = packed
  const count = roots.length
  if (!module || count === 0) return null
  const rowBytes = (cols + 1) * 8
  // Rows of a block stay in the second level cache while every tree passes by; at least 8, as the kernel wants.
  const block = Math.min(512, Math.max(8, Math.floor(131072 / rowBytes) & -8))
  const padded = (count + 7) & -8

  // nodes | values | table of trees | rows | scores
  const values = packed.numbers.byteLength
  const trees = values + packed.values.byteLength
  const rows = (trees + padded * TREE_WORDS * 4 + 63) & -64
  const scores = rows + block * rowBytes
  const bytes = scores + block * width * 8
  if (bytes > MAX_BYTES) return null
  let memory: WebAssembly.Memory
  try {
    memory = new WebAssembly.Memory({ initial: Math.ceil(bytes / PAGE) })
  } catch {
    return null
  }
  const { scoreRow, scoreRows } = new WebAssembly.Instance(module, { env: { memory } }).exports as Kernel
  const numbers = new Float64Array(memory.buffer)
  numbers.set(packed.numbers)
  numbers.set(packed.values, values >> 3)
  const table = new Int32Array(memory.buffer, trees, padded * TREE_WORDS)
  for (let t = 0; t < padded; t++) {
    const from = Math.min(t, count - 1)
    table.set([roots[from]!, depths[from]!, categorical[from]!], t * TREE_WORDS)
  }
  const category = categorical.includes(1)
  const rowAt = rows >> 3
  const scoreAt = scores >> 3
  const stride = cols + 1
  for (let i = 0; i < block; i++) numbers[rowAt + i * stride + cols] = Number.NEGATIVE_INFINITY

  return {
    block,
    addRow(x, offset, out) {
      for (let c = 0; c < cols; c++) numbers[rowAt + c] = x[offset + c]!
      for (let k = 0; k < width; k++) numbers[scoreAt + k] = out[k]!
      scoreRow(trees, count, category, rows, values, leafWidth, scores, width)
      for (let k = 0; k < width; k++) out[k] = numbers[scoreAt + k]!
    },
    addRows(x, first, some, out) {
      for (let i = 0; i < some; i++) {
        const from = (first + i) * cols
        const to = rowAt + i * stride
        for (let c = 0; c < cols; c++) numbers[to + c] = x[from + c]!
      }
      const size = some * width
      for (let k = 0; k < size; k++) numbers[scoreAt + k] = out[k]!
      // Rows after the last, up to a multiple of 8, are walked too; their results are unused.
      scoreRows(trees, count, rows, rowBytes, (some + 7) & -8, values, leafWidth, scores, width)
      for (let k = 0; k < size; k++) out[k] = numbers[scoreAt + k]!
    },
  }
}
