/** Numbers; NaN is missing. */
export type NumberColumn = { name: string; type: 'number'; values: Float64Array }
/** 1, 0; NaN is missing. */
export type BooleanColumn = { name: string; type: 'boolean'; values: Float64Array }
/** Milliseconds since 1970-01-01 of the wall clock, read as UTC; NaN is missing. */
export type DatetimeColumn = { name: string; type: 'datetime'; values: Float64Array }
/** Codes into `dictionary` (order of first appearance); −1 is missing. */
export type CategoryColumn = { name: string; type: 'category'; codes: Int32Array; dictionary: string[] }
export type TextColumn = { name: string; type: 'text'; values: (string | null)[] }
export type FrameColumn = NumberColumn | BooleanColumn | DatetimeColumn | CategoryColumn | TextColumn
export type FrameColumnType = FrameColumn['type']

/** A columnar table; every column has `rows` cells. */
export type Frame = { rows: number; columns: ReadonlyMap<string, FrameColumn> }

/** Copies the given rows (repeats allowed), in that order. Category columns keep their dictionary. */
export function takeRows(frame: Frame, indices: ArrayLike<number>): Frame {
  const columns = new Map<string, FrameColumn>()
  for (const [name, column] of frame.columns) columns.set(name, takeColumnRows(column, indices))
  return { rows: indices.length, columns }
}

export function takeColumnRows(column: FrameColumn, indices: ArrayLike<number>): FrameColumn {
  const rows = indices.length
  if (column.type === 'category') {
    const codes = new Int32Array(rows)
    for (let i = 0; i < rows; i++) codes[i] = column.codes[indices[i]!]!
    return { ...column, codes }
  }
  if (column.type === 'text') {
    const values: (string | null)[] = new Array(rows)
    for (let i = 0; i < rows; i++) values[i] = column.values[indices[i]!] ?? null
    return { ...column, values }
  }
  const values = new Float64Array(rows)
  for (let i = 0; i < rows; i++) values[i] = column.values[indices[i]!]!
  return { ...column, values }
}

/** Returns one cell as a JSON value: number, string, boolean, ISO text for a datetime, null when missing. */
export function cellOf(column: FrameColumn, row: number): number | string | boolean | null {
  if (column.type === 'category') {
    const code = column.codes[row]!
    return code < 0 ? null : column.dictionary[code]!
  }
  if (column.type === 'text') return column.values[row] ?? null
  const value = column.values[row]!
  if (Number.isNaN(value)) return null
  if (column.type === 'boolean') return value === 1
  if (column.type === 'datetime') return new Date(value).toISOString()
  return value
}

/** Counts missing cells. */
export function countMissing(column: FrameColumn): number {
  let missing = 0
  if (column.type === 'category') {
    for (const code of column.codes) if (code < 0) missing++
  } else if (column.type === 'text') {
    for (const value of column.values) if (value === null) missing++
  } else {
    for (const value of column.values) if (Number.isNaN(value)) missing++
  }
  return missing
}
