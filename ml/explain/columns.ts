import { EngineError } from '../errors.ts'
import type { Frame, FrameColumn } from '../frame/frame.ts'

/** Predicts a frame: returns rows × width, row-major (`Pipeline.predictFrame`). */
export type PredictFrame = (frame: Frame) => Float64Array

export type Cell = number | string | null

/** @throws EngineError `column` when the frame does not have it. */
export function columnOf(frame: Frame, name: string): FrameColumn {
  const column = frame.columns.get(name)
  if (column) return column
  throw new EngineError('column', `The rows have no column “${name}”.`, 'Choose one of the columns the model reads.')
}

export function withColumns(frame: Frame, replaced: Iterable<FrameColumn>): Frame {
  const columns = new Map(frame.columns)
  for (const column of replaced) columns.set(column.name, column)
  return { rows: frame.rows, columns }
}

/** Returns the stored cell: a number (1, 0 for booleans, milliseconds for datetimes), text, or null when missing. */
export function rawCell(column: FrameColumn, row: number): Cell {
  if (column.type === 'category') {
    const code = column.codes[row]!
    return code < 0 ? null : column.dictionary[code]!
  }
  if (column.type === 'text') return column.values[row] ?? null
  const value = column.values[row]!
  return Number.isNaN(value) ? null : value
}

/** Returns a column of the same type with cells given by row. */
export function columnFrom(column: FrameColumn, rows: number, cell: (row: number) => Cell): FrameColumn {
  if (column.type === 'category') {
    const dictionary = [...column.dictionary]
    const known = new Map(dictionary.map((level, code) => [level, code]))
    const codes = new Int32Array(rows)
    for (let i = 0; i < rows; i++) {
      const value = cell(i)
      if (value === null) {
        codes[i] = -1
        continue
      }
      const level = String(value)
      let code = known.get(level)
      if (code === undefined) {
        code = dictionary.length
        dictionary.push(level)
        known.set(level, code)
      }
      codes[i] = code
    }
    return { ...column, codes, dictionary }
  }
  if (column.type === 'text') {
    return { ...column, values: Array.from({ length: rows }, (_, i) => (cell(i) === null ? null : String(cell(i)))) }
  }
  const values = new Float64Array(rows)
  for (let i = 0; i < rows; i++) {
    const value = cell(i)
    values[i] = typeof value === 'number' ? value : Number.NaN
  }
  return { ...column, values }
}
