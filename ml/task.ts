import { EngineError } from './errors.ts'
import { cellOf, type FrameColumn } from './frame/frame.ts'
import { createClassReader } from './metrics/read-class.ts'
import type { SchemaColumn } from './schema.ts'
import type { Task } from './trainers/types.ts'

/** Maximum number of classes. */
export const MAX_CLASSES = 200

/**
 * Detects the task of a target: two values → binary; text, or integers with at most 10 values → classes; otherwise
 * regression. Only a suggestion: numbers such as star ratings may be either.
 */
export function detectTask(column: Pick<SchemaColumn, 'name' | 'type'>, values: FrameColumn): Task {
  const distinct = new Set<string | number | boolean>()
  for (let row = 0; row < rowsOf(values) && distinct.size <= MAX_CLASSES; row++) {
    const cell = cellOf(values, row)
    if (cell !== null) distinct.add(cell)
  }
  if (distinct.size === 2) return 'binary'
  const numeric = column.type === 'number' || column.type === 'integer'
  if (!numeric && column.type !== 'datetime') return distinct.size < 2 ? 'binary' : 'multiclass'
  const whole = column.type === 'integer' && [...distinct].every(value => Number.isInteger(value))
  return whole && distinct.size <= 10 && rowsOf(values) >= 10 * distinct.size ? 'multiclass' : 'regression'
}

export type Target = {
  /** Values or class codes of the usable rows. */
  y: Float64Array
  /** Rows of the frame with a target, ascending. */
  rows: Int32Array
  /** By code; empty for regression. */
  classes: string[]
}

/**
 * Encodes the target as numbers. Rows without a target are left out.
 * Classes are sorted: numbers by value, false before true, text by code unit; of two classes `positive` comes last, as class 1.
 * @throws EngineError `target-…` when there is nothing to learn.
 */
export function encodeTarget(values: FrameColumn, task: Task, positive?: string): Target {
  const name = values.name
  const rows: number[] = []
  const cells: (number | string | boolean)[] = []
  for (let row = 0; row < rowsOf(values); row++) {
    const cell = cellOf(values, row)
    if (cell === null) continue
    rows.push(row)
    cells.push(cell)
  }
  if (rows.length < 2) {
    throw new EngineError(
      'target-missing',
      `The target “${name}” has ${rows.length === 0 ? 'no values' : 'only one value'}.`,
      'Choose another target, or rows where it is known.',
    )
  }
  if (task === 'regression') return encodeNumbers(values, cells, rows)
  const distinct = new Set(cells)
  if (distinct.size < 2) {
    throw new EngineError(
      'target-constant',
      `The target “${name}” is always ${JSON.stringify(cells[0])}: there is nothing to predict.`,
      'Choose another target, or rows in which it varies.',
    )
  }
  if (task === 'binary' && distinct.size > 2) {
    throw new EngineError(
      'target-classes',
      `The target “${name}” has ${distinct.size} values; a yes/no model needs two.`,
      'Train with several classes instead.',
    )
  }
  if (distinct.size > MAX_CLASSES) {
    const numeric = typeof cells[0] === 'number'
    throw new EngineError(
      'target-classes',
      `The target “${name}” has ${distinct.size} different values; at most ${MAX_CLASSES} classes can be learned.`,
      numeric ? 'Predict it as a number (regression).' : 'Group the values, or choose another target.',
    )
  }
  const ordered = [...distinct].sort((a, b) => {
    if (typeof a === 'number' && typeof b === 'number') return a - b
    return String(a) < String(b) ? -1 : 1
  })
  if (task === 'binary' && positive !== undefined) placeLast(ordered, positive, name)
  const codes = new Map(ordered.map((value, code) => [value, code]))
  return {
    y: Float64Array.from(cells, cell => codes.get(cell)!),
    rows: Int32Array.from(rows),
    classes: ordered.map(String),
  }
}

/** Moves the class of this name to the end. @throws EngineError `positive` when there is no such class. */
function placeLast(ordered: (number | string | boolean)[], positive: string, target: string): void {
  const code = createClassReader(ordered.map(String))(positive)
  if (code === undefined)
    throw new EngineError(
      'positive',
      `The target “${target}” has no class “${positive}”.`,
      `Its classes are ${ordered.map(value => `“${value}”`).join(' and ')}.`,
    )
  ordered.push(...ordered.splice(code, 1))
}

function encodeNumbers(values: FrameColumn, cells: (number | string | boolean)[], rows: number[]): Target {
  if (values.type !== 'number' && values.type !== 'boolean') {
    throw new EngineError(
      'target-type',
      `The target “${values.name}” holds ${values.type === 'datetime' ? 'dates' : 'text'}, which no regression can predict.`,
      'Train a classification, or choose a target of numbers.',
    )
  }
  const y = Float64Array.from(cells, Number)
  if (!y.every(Number.isFinite)) {
    throw new EngineError('target-infinite', `The target “${values.name}” has infinite values.`, 'Remove those rows.')
  }
  if (y.every(value => value === y[0])) {
    throw new EngineError(
      'target-constant',
      `The target “${values.name}” is always ${y[0]}: there is nothing to predict.`,
      'Choose another target, or rows in which it varies.',
    )
  }
  return { y, rows: Int32Array.from(rows), classes: [] }
}

export function rowsOf(column: FrameColumn): number {
  return column.type === 'category' ? column.codes.length : column.values.length
}
