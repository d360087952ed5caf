import type { Bins, TreeContext } from './bins.ts'
import { CATEGORY, META, MISSING, REST } from './layout.ts'
import { TASK } from './thread-pool.ts'

/** A table of bins in the memory of the kernels. */
export type Table = {
  rows: number
  cols: number
  bins: Bins
  /** Addresses: codes (rows × cols bytes), feature descriptions for the kernels, and the offset of each feature's bins in a histogram. */
  codes: number
  meta: number
  /** The codes column by column, for partitions; 0 for tables too large to store twice. */
  columns: number
  offsets: number
  /** Bytes of a histogram of all features. */
  histBytes: number
}

/** Maximum cells of a table whose bins are stored in both orders. */
const KEPT_TWICE = 200_000_000
/** Rows per task. */
const PART = 32_768

/** @param monotone by feature: 1: predictions never fall as it grows, −1: never rise, 0: no promise */
export function placeTable({ arena, pool }: TreeContext, bins: Bins, monotone?: ArrayLike<number>): Table {
  const { rows, cols, features } = bins
  const codes = arena.allocate(rows * cols + 8)
  const meta = arena.allocate(cols * META.bytes)
  const offsets = arena.allocate(cols * 4)
  const columns = rows * cols <= KEPT_TWICE ? arena.allocate(rows * cols) : 0
  arena.u8.set(bins.codes, codes)
  for (let begin = 0; columns && begin < rows; begin += PART) {
    pool.add(TASK.transpose, [codes, rows, cols, columns, begin, Math.min(rows, begin + PART)])
  }
  pool.run()
  let bytes = 0
  features.forEach((feature, c) => {
    const at = meta / 4 + c * (META.bytes / 4)
    const missing = bins.missing[c]!
    arena.u32[at] = feature.values
    arena.u32[at + META.flags / 4] =
      (feature.categorical ? CATEGORY : 0) | (missing ? MISSING : 0) | (feature.rest ? REST : 0)
    arena.i32[at + META.monotone / 4] = feature.categorical ? 0 : (monotone?.[c] ?? 0)
    arena.u32[offsets / 4 + c] = bytes
    bytes += 8 * (feature.values + (missing ? 1 : 0))
  })
  return { rows, cols, bins, codes, columns, meta, offsets, histBytes: Math.ceil(bytes / 16) * 16 }
}
