import type { VersionColumn } from '../contract.ts'
import { quoteIdentifier as id, quoteLiteral as text } from '../duckdb.ts'

/** Numbers as doubles, datetimes as milliseconds since 1970 (wall clocks read as UTC), booleans, everything else as text; null: missing. */
export type FrameCell = number | string | boolean | null

/** Returns the statement that reads columns of a version's Parquet file as `FrameCell`s, for a process that has only the file. */
export const frameQuery = (path: string, schema: readonly VersionColumn[]): string =>
  `SELECT ${frameSelect(schema)} FROM read_parquet(${text(path)})`

/**
 * Returns the statement that reads columns for a model, in the given order: texts where the model reads words, missing where the version
 * lacks the column.
 */
export const modelQuery = (path: string, columns: readonly { column?: VersionColumn; isText: boolean }[]): string => {
  const list = columns.map(({ column, isText }) =>
    column ? expression(isText ? { ...column, type: 'text' } : column) : 'NULL::VARCHAR',
  )
  return `SELECT ${list.join(', ')} FROM read_parquet(${text(path)})`
}

/** Returns the SELECT list that reads columns as `FrameCell`s. */
export const frameSelect = (schema: readonly VersionColumn[]): string => schema.map(expression).join(', ')

function expression(column: VersionColumn): string {
  const c = id(column.name)
  if (column.type === 'number' || column.type === 'integer') return `TRY_CAST(${c} AS DOUBLE)`
  // epoch_ms of an instant needs no calendar; for a wall clock it reads UTC.
  if (column.type === 'datetime') return `epoch_ms(TRY_CAST(${c} AS TIMESTAMP))::DOUBLE`
  if (column.type === 'boolean' && (column.stored ?? 'boolean') === 'boolean') return c
  return `${c}::VARCHAR`
}
