import { levelsOf, type Matrix } from '../matrix.ts'
import type { LabeledData } from './types.ts'

/** Column indices of numbers, and of categories with the width of their embedding. */
export type Inputs = {
  numbers: number[]
  categories: { column: number; levels: number; width: number }[]
  /** Numbers first, then the concatenated embeddings. */
  width: number
}

/** Width of an embedding by levels: fastai's rule of thumb, at most 50. */
export const embeddingWidth = (levels: number): number => Math.min(50, Math.ceil(1.6 * levels ** 0.56))

export function inputsOf(matrix: Pick<Matrix, 'cols' | 'levels'>): Inputs {
  const numbers: number[] = []
  const categories: Inputs['categories'] = []
  let width = 0
  for (let column = 0; column < matrix.cols; column++) {
    const levels = levelsOf(matrix, column)
    if (levels === 0) numbers.push(column)
    else categories.push({ column, levels, width: embeddingWidth(levels) })
  }
  for (const category of categories) width += category.width
  return { numbers, categories, width: numbers.length + width }
}

/** Rows ready for the network. */
export type Batch = {
  rows: number
  /** rows × numbers. */
  numbers: Float32Array
  /** rows × categories: codes, and `levels` for a missing or unknown one. */
  codes: Int32Array
  y: Float32Array
  weights?: Float32Array
}

/** @param fill by column, for missing cells and those beyond float32. @param scale that standardizes the target. */
export function toBatch(
  { x, y, weights }: LabeledData,
  inputs: Inputs,
  fill: Float64Array,
  scale: { mean: number; deviation: number },
): Batch {
  // A row without weight does not affect the loss but would count in batch statistics.
  const kept: number[] | null = weights?.includes(0) ? [] : null
  if (kept) for (let i = 0; i < x.rows; i++) if (weights![i]! > 0) kept.push(i)
  const rows = kept ? kept.length : x.rows
  const { numbers, categories } = inputs
  const { data, cols } = x
  const batch: Batch = {
    rows,
    numbers: new Float32Array(rows * numbers.length),
    codes: new Int32Array(rows * categories.length),
    y: new Float32Array(rows),
    ...(weights ? { weights: new Float32Array(rows) } : {}),
  }
  for (let i = 0; i < rows; i++) {
    const row = kept ? kept[i]! : i
    batch.y[i] = (y[row]! - scale.mean) / scale.deviation
    if (batch.weights) batch.weights[i] = weights![row]!
    for (let k = 0; k < numbers.length; k++) {
      const at = i * numbers.length + k
      batch.numbers[at] = data[row * cols + numbers[k]!]!
      if (!Number.isFinite(batch.numbers[at])) batch.numbers[at] = fill[numbers[k]!]!
    }
    for (let k = 0; k < categories.length; k++) {
      const { column, levels } = categories[k]!
      const code = data[row * cols + column]!
      batch.codes[i * categories.length + k] = code >= 0 && code < levels ? code : levels
    }
  }
  return batch
}

/** Returns all rows in the given order, copied once per epoch, so that each batch is a view. */
export function reorder(batch: Batch, order: Int32Array, into: Batch): void {
  const width = batch.numbers.length / Math.max(1, batch.rows)
  const kinds = batch.codes.length / Math.max(1, batch.rows)
  for (let i = 0; i < order.length; i++) {
    const row = order[i]!
    for (let k = 0; k < width; k++) into.numbers[i * width + k] = batch.numbers[row * width + k]!
    for (let k = 0; k < kinds; k++) into.codes[i * kinds + k] = batch.codes[row * kinds + k]!
    into.y[i] = batch.y[row]!
    if (into.weights) into.weights[i] = batch.weights![row]!
  }
}

/** Rows `from` … `to` − 1, as views. */
export function slice(batch: Batch, from: number, to: number): Batch {
  const width = batch.numbers.length / Math.max(1, batch.rows)
  const kinds = batch.codes.length / Math.max(1, batch.rows)
  return {
    rows: to - from,
    numbers: batch.numbers.subarray(from * width, to * width),
    codes: batch.codes.subarray(from * kinds, to * kinds),
    y: batch.y.subarray(from, to),
    ...(batch.weights ? { weights: batch.weights.subarray(from, to) } : {}),
  }
}

export const copyOf = (batch: Batch): Batch => ({
  rows: batch.rows,
  numbers: batch.numbers.slice(),
  codes: batch.codes.slice(),
  y: batch.y.slice(),
  ...(batch.weights ? { weights: batch.weights.slice() } : {}),
})
