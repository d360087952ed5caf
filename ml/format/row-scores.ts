import type { Scored } from '../metrics/types.ts'
import type { Task, Tensor } from '../trainers/types.ts'
import { readSafetensors, writeSafetensors } from './safetensors.ts'

/** The most rows kept, and the fewest with many classes. */
const MOST_ROWS = 5000
const FEWEST_ROWS = 1000
const MOST_VALUES = 40_000

/** What a model predicted for rows of one table, kept so that two models can be compared on the rows that they share. */
export type RowScores = {
  task: Task
  /** By code; empty for regression. */
  classes: string[]
  /** Rows that were measured, also those that are not kept. */
  measured: number
  /** Kept rows of the table, ascending. */
  rows: Int32Array
  truth: Float64Array
  /** Kept rows × classes (one value for regression). */
  predicted: Float64Array
  /** By kept row, 1: the model was trained on an equal row. Absent: on none of them. */
  seen?: Uint8Array
  /** A bit per row of the table, 1: the model was trained on it. Only of the table that the model was trained on. */
  trained?: Uint8Array
}

const widthOf = (task: Task, classes: readonly string[]) => (task === 'regression' ? 1 : classes.length)

/**
 * Returns the positions of the rows to keep, ascending. Which rows are kept depends on their numbers only, so that two models measured on
 * the same rows keep the same ones.
 */
export function chooseKeptRows(rows: ArrayLike<number>, width: number): Int32Array {
  const most = Math.max(FEWEST_ROWS, Math.min(MOST_ROWS, Math.floor(MOST_VALUES / width)))
  const all = Int32Array.from({ length: rows.length }, (_, i) => i)
  if (rows.length <= most) return all
  const keys = Float64Array.from(all, i => hashRow(rows[i]!))
  return all
    .sort((a, b) => keys[a]! - keys[b]! || rows[a]! - rows[b]!)
    .slice(0, most)
    .sort()
}

/** Finalizer of MurmurHash3: spreads the row numbers evenly. */
function hashRow(row: number): number {
  let h = row >>> 0
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b)
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35)
  return (h ^ (h >>> 16)) >>> 0
}

/** Keeps rows of what was measured. @param rows numbers of the table's rows, one per row of `scored`. */
export function keepScores(
  scored: Scored,
  classes: readonly string[],
  rows: ArrayLike<number>,
  more: { seen?: Uint8Array; trained?: Uint8Array } = {},
): RowScores {
  const width = widthOf(scored.task, classes)
  const kept = chooseKeptRows(rows, width)
  const predicted = new Float64Array(kept.length * width)
  for (const [k, i] of kept.entries())
    for (let c = 0; c < width; c++) predicted[k * width + c] = scored.predicted[i * width + c]!
  return {
    task: scored.task,
    classes: [...classes],
    measured: rows.length,
    rows: Int32Array.from(kept, i => rows[i]!),
    truth: Float64Array.from(kept, i => scored.truth[i]!),
    predicted,
    ...(more.seen ? { seen: Uint8Array.from(kept, i => more.seen![i]!) } : {}),
    ...(more.trained ? { trained: more.trained } : {}),
  }
}

/** Returns a bit per row of a table of `count` rows. */
export function markRows(rows: ArrayLike<number>, count: number): Uint8Array {
  const bits = new Uint8Array(Math.ceil(count / 8))
  for (let i = 0; i < rows.length; i++) bits[rows[i]! >> 3]! |= 1 << (rows[i]! & 7)
  return bits
}

export const isMarked = (bits: Uint8Array, row: number): boolean => ((bits[row >> 3] ?? 0) & (1 << (row & 7))) !== 0

type Head = Pick<RowScores, 'task' | 'classes' | 'measured'> & { v: 1 }

const vector = (dtype: Tensor['dtype'], data: Tensor['data']): Tensor => ({ dtype, shape: [data.length], data })

/** Packs the scores as one safetensors file; `head` holds JSON. */
export function writeRowScores({
  task,
  classes,
  measured,
  rows,
  truth,
  predicted,
  seen,
  trained,
}: RowScores): Uint8Array {
  const head: Head = { v: 1, task, classes, measured }
  return writeSafetensors({
    head: vector('U8', new TextEncoder().encode(JSON.stringify(head))),
    rows: vector('I32', rows),
    truth: vector('F64', truth),
    predicted: vector('F64', predicted),
    ...(seen ? { seen: vector('U8', seen) } : {}),
    ...(trained ? { trained: vector('U8', trained) } : {}),
  })
}

/** @throws BundleError when the file is damaged. */
export function readRowScores(bytes: Uint8Array): RowScores {
  const { head, rows, truth, predicted, seen, trained } = readSafetensors(bytes)
  const { task, classes, measured } = JSON.parse(new TextDecoder().decode(head!.data as Uint8Array)) as Head
  return {
    task,
    classes,
    measured,
    rows: rows!.data as Int32Array,
    truth: truth!.data as Float64Array,
    predicted: predicted!.data as Float64Array,
    ...(seen ? { seen: seen.data as Uint8Array } : {}),
    ...(trained ? { trained: trained.data as Uint8Array } : {}),
  }
}
