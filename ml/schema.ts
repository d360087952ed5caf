import type { ColumnFormat } from './cells/column-format.ts'
import { EXPECTED } from './cells/expected.ts'
import { type ColumnSpec, createFrameBuilder } from './frame/builder.ts'
import { parseDatetime } from './frame/cell.ts'
import type { Frame, FrameColumnType } from './frame/frame.ts'

export type ColumnType = 'number' | 'integer' | 'category' | 'boolean' | 'datetime' | 'text' | 'id' | 'constant'
export type ColumnRole = 'feature' | 'target' | 'time' | 'id' | 'group' | 'weight' | 'ignore'
/** Category: the levels seen. Boolean: [false word, true word]. Number, integer, datetime (ms): the range seen. */
export type ColumnDomain = string[] | { min: number; max: number }

export type SchemaColumn = {
  name: string
  type: ColumnType
  role: ColumnRole
  nullable: boolean
  domain?: ColumnDomain
  /** How cells are written; absent: the defaults of `compileCellReader`. */
  format?: ColumnFormat
}

/** The columns of a table. A model's signature is the schema of the columns it needs. */
export type Schema = { columns: SchemaColumn[] }

export type CellError = {
  /** Index in the request, from 0. */
  row: number
  /** Empty when the row itself is not an object. */
  column: string
  expected: string
  got: string
}

export type Validation = { errors: CellError[]; frame: Frame }

/** Returns how a column of this semantic type is stored in a frame. */
export function frameTypeOf(type: ColumnType): FrameColumnType {
  if (type === 'number' || type === 'integer') return 'number'
  if (type === 'boolean' || type === 'datetime') return type
  return type === 'text' || type === 'id' ? 'text' : 'category'
}

/** Returns builder specs for a schema (all columns, or those for which keep returns true). */
export function frameSpecs(schema: Schema, keep: (column: SchemaColumn) => boolean = () => true): ColumnSpec[] {
  return schema.columns.filter(keep).map(column => ({
    name: column.name,
    type: frameTypeOf(column.type),
    ...(column.type === 'boolean' && Array.isArray(column.domain) ? { words: column.domain } : {}),
  }))
}

/** Describes the cell that `compileCheck` expects: text in the column's format does not fit. */
export function describeExpected(column: SchemaColumn): string {
  return column.nullable ? `${EXPECTED[column.type]} or null` : EXPECTED[column.type]
}

/** Describes the given cell; long text is truncated. */
export function describeGot(value: unknown): string {
  if (value === undefined) return 'nothing'
  if (value === null) return 'null'
  if (typeof value === 'string') {
    return `the text “${value.length > 40 ? `${value.slice(0, 40)}…` : value}”`
  }
  if (Array.isArray(value)) return 'a list'
  if (typeof value === 'object') return 'an object'
  return String(value)
}

/** Returns an example row that fits a signature: minimum values and first levels. */
export function exampleRow(signature: Schema): Record<string, unknown> {
  return Object.fromEntries(
    signature.columns.map(({ name, type, domain }) => {
      if (type === 'number' || type === 'integer') return [name, domain && !Array.isArray(domain) ? domain.min : 0]
      if (type === 'boolean') return [name, false]
      if (type === 'datetime') return [name, '2026-01-01T00:00']
      return [name, Array.isArray(domain) ? (domain[0] ?? '') : '']
    }),
  )
}

/** Returns whether the cell fits the column's type. Missing cells are checked by `nullable`, not here. */
export type CellCheck = (value: unknown) => boolean

/** Compiles one check per column. Unseen categories fit; numbers written as text do not. */
export function compileCheck(column: SchemaColumn): CellCheck {
  switch (column.type) {
    case 'number':
      return value => typeof value === 'number' && Number.isFinite(value)
    case 'integer':
      return value => Number.isSafeInteger(value)
    case 'boolean': {
      const words = Array.isArray(column.domain) ? column.domain : []
      return value =>
        typeof value === 'boolean' || value === 0 || value === 1 || (typeof value === 'string' && words.includes(value))
    }
    case 'datetime':
      return value =>
        (typeof value === 'string' && !Number.isNaN(parseDatetime(value))) ||
        (typeof value === 'number' && Number.isFinite(value))
    case 'text':
      return value => typeof value === 'string'
    default:
      return value =>
        typeof value === 'string' || typeof value === 'boolean' || (typeof value === 'number' && Number.isFinite(value))
  }
}

/** Same as `validateRows`, with compiled checks: use it when a signature serves many requests. */
export function compileValidator(signature: Schema): (rows: readonly unknown[]) => Validation {
  const specs = frameSpecs(signature)
  const columns = signature.columns.map(column => ({ column, name: column.name, fits: compileCheck(column) }))
  return rows => {
    const errors: CellError[] = []
    const accepted: object[] = []
    for (let row = 0; row < rows.length; row++) {
      const item = rows[row]
      if (item === null || typeof item !== 'object' || Array.isArray(item)) {
        errors.push({ row, column: '', expected: 'an object with one property per column', got: describeGot(item) })
        continue
      }
      for (const { column, name, fits } of columns) {
        const value = Object.hasOwn(item, name) ? (item as Record<string, unknown>)[name] : undefined
        const missing = value === undefined || value === null
        if (missing ? column.nullable : fits(value)) continue
        errors.push({ row, column: name, expected: describeExpected(column), got: describeGot(value) })
      }
      accepted.push(item)
    }
    const builder = createFrameBuilder(specs)
    if (errors.length === 0) builder.appendRows(accepted)
    return { errors, frame: builder.build() }
  }
}

const validators = new WeakMap<Schema, (rows: readonly unknown[]) => Validation>()

/**
 * Validates JSON rows against a signature and returns them as a frame (without rows if there are errors).
 * Missing cells of nullable columns, unseen categories and extra properties are accepted. Only own properties count.
 */
export function validateRows(signature: Schema, rows: readonly unknown[]): Validation {
  let validate = validators.get(signature)
  if (!validate) {
    validate = compileValidator(signature)
    validators.set(signature, validate)
  }
  return validate(rows)
}
