import { EngineError } from '../errors.ts'
import { type Frame, type FrameColumn, takeColumnRows } from '../frame/frame.ts'
import type { RecipeStep } from '../recipe/types.ts'
import type { Schema } from '../schema.ts'
import { encodeTarget, rowsOf } from '../task.ts'
import type { Task } from '../trainers/types.ts'
import type { FoldFacts } from './folds.ts'
import { type LearningData, pickRows } from './learning-data.ts'

/** A frame prepared for training. */
export type Table = {
  data: LearningData
  /** By code; empty for regression. */
  classes: string[]
  facts: FoldFacts
  timeColumn?: string
  groupColumn?: string
}

/** @throws EngineError `…-column` when the frame has no column of this name. */
export function requireColumn(frame: Frame, name: string, what: string): FrameColumn {
  const column = frame.columns.get(name)
  if (column) return column
  throw new EngineError(`${what}-column`, `The data has no column “${name}” for the ${what}.`, 'Choose another column.')
}

/**
 * Reads target, weights and fold keys of the rows whose target is known.
 * @param only rows of the frame to use; all when absent.
 * @param positive the positive one of two classes; default: the last of the sorted ones.
 * @throws EngineError when nothing can be learned from the target or the weights are invalid.
 */
export function openTable(
  frame: Frame,
  schema: Schema,
  target: string,
  task: Task,
  steps: readonly RecipeStep[] = [],
  only?: Int32Array,
  positive?: string,
): Table {
  const column = requireColumn(frame, target, 'target')
  const encoded = encodeTarget(only ? takeColumnRows(column, only) : column, task, positive)
  const rows = only ? Int32Array.from(encoded.rows, at => only[at]!) : encoded.rows
  const weights = weightColumn(schema, frame)
  const columns = schema.columns.filter(each => each.name !== target)
  const named = (role: string) => columns.find(each => each.role === role)?.name
  const [timeColumn, groupColumn] = [named('time'), named('group')]
  const facts: FoldFacts = { rows: rows.length }
  if (task !== 'regression') facts.classes = encoded.y
  if (timeColumn) facts.times = timesOf(frame, timeColumn, rows)
  if (groupColumn) facts.groups = groupsOf(frame, groupColumn, rows)
  return {
    data: {
      frame,
      columns,
      steps,
      task,
      classCount: encoded.classes.length,
      rows,
      y: encoded.y,
      ...(weights ? { weights: Float64Array.from(rows, row => weights[row]!) } : {}),
    },
    classes: encoded.classes,
    facts,
    ...(timeColumn ? { timeColumn } : {}),
    ...(groupColumn ? { groupColumn } : {}),
  }
}

/** Returns the table of some of its rows. @param positions into `data.rows`. */
export function pickTable(table: Table, positions: Int32Array): Table {
  const { facts } = table
  const data = pickRows(table.data, positions)
  return {
    ...table,
    data,
    facts: {
      rows: positions.length,
      ...(facts.classes ? { classes: data.y } : {}),
      ...(facts.groups ? { groups: Int32Array.from(positions, at => facts.groups![at]!) } : {}),
      ...(facts.times ? { times: Float64Array.from(positions, at => facts.times![at]!) } : {}),
    },
  }
}

export function timesOf(frame: Frame, name: string, rows: Int32Array): Float64Array {
  const column = takeColumnRows(requireColumn(frame, name, 'split'), rows)
  if (column.type === 'category' || column.type === 'text') {
    throw new EngineError('split-column', `“${column.name}” holds text, not times.`, 'Make it a date and time column.')
  }
  return column.values
}

export function groupsOf(frame: Frame, name: string, rows: Int32Array): Int32Array {
  const column = takeColumnRows(requireColumn(frame, name, 'split'), rows)
  if (column.type === 'category') return column.codes
  const known = new Map<unknown, number>()
  return Int32Array.from({ length: rowsOf(column) }, (_, row) => {
    const value = column.values[row]
    const code = known.get(value) ?? known.size
    known.set(value, code)
    return code
  })
}

function weightColumn(schema: Schema, frame: Frame): Float64Array | null {
  const name = schema.columns.find(column => column.role === 'weight')?.name
  if (!name) return null
  const column = requireColumn(frame, name, 'weight')
  const usable = column.type === 'number' && column.values.every(value => value >= 0 && Number.isFinite(value))
  if (usable && column.values.some(value => value > 0)) return column.values
  throw new EngineError(
    'weight',
    `The weight column “${name}” has missing, negative or only zero weights.`,
    'Correct the weights, or give the column another role.',
  )
}
