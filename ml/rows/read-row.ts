import { trimCell } from '../cells/column-format.ts'
import { describeReadable } from '../cells/describe-cell.ts'
import { type CellReader, compileCellReader, UNREADABLE } from '../cells/read-cell.ts'
import { parseDatetime } from '../frame/cell.ts'
import { describeGot, type Schema, type SchemaColumn } from '../schema.ts'
import { ENOUGH_COLUMNS } from './describe-error.ts'
import { type CellValue, type ReportBuilder, shorten } from './report.ts'
import { timeText } from './time-text.ts'

/** What a model knows of a column besides its schema. */
export type ColumnKnowledge = {
  /** Levels of a category that are not unseen; empty: not known. */
  levels: readonly string[]
  /** What a missing cell becomes; null: the model handles it itself. */
  fallback: CellValue
}

export type RowReader = {
  /** True: nothing in the row must be converted or reported. @param allowed a column that the model need not know. */
  isClean(row: unknown, allowed?: string | null): row is object
  /**
   * Converts the cells of a row and reports what is unlike training. Missing cells are null; other properties stay. Null: the row cannot be
   * understood.
   */
  read(row: unknown, index: number, report: ReportBuilder, allowed?: string | null): object | null
  /**
   * Returns the reader of one column of a table, whose cells may be undefined: the table lacks the column.
   * @param isTime numbers are milliseconds since 1970, whatever the format of text is.
   */
  column(index: number, isTime: boolean): TableColumnReader
}

export type TableColumnReader = (
  cells: ArrayLike<unknown> | undefined,
  rows: number,
  report: ReportBuilder,
) => ArrayLike<unknown>

type ColumnReader = {
  column: SchemaColumn
  name: string
  isClean(value: unknown): boolean
  read: CellReader
  /** Of a category; undefined: not known. */
  levels?: ReadonlySet<string>
  fallback: CellValue
}

/** Compiles the reader of request rows under the lenient policy. */
export function compileRowReader(signature: Schema, knowledgeOf: (column: SchemaColumn) => ColumnKnowledge): RowReader {
  const columns = signature.columns.map(column => compileColumn(column, knowledgeOf(column)))
  const names = new Set(columns.map(({ name }) => name))
  const cellOf = (row: object, name: string): unknown =>
    Object.hasOwn(row, name) ? (row as Record<string, unknown>)[name] : undefined
  return {
    isClean(row, allowed): row is object {
      if (row === null || typeof row !== 'object' || Array.isArray(row)) return false
      for (let c = 0; c < columns.length; c++) {
        const column = columns[c]!
        if (!column.isClean(cellOf(row, column.name))) return false
      }
      // Every column is there: more properties are extra ones.
      let count = 0
      for (const name in row) if (name !== allowed || names.has(name)) count++
      return count === columns.length
    },
    read(row, index, report, allowed) {
      if (row === null || typeof row !== 'object' || Array.isArray(row)) {
        const expected = 'an object with one property per column'
        report.fail({ row: index, column: '', expected, got: describeGot(row) })
        return null
      }
      for (const name of Object.keys(row))
        if (!names.has(name) && name !== allowed) report.warnExtra(index, name, (row as Record<string, unknown>)[name])
      const absent = columns.filter(({ name }) => cellOf(row, name) === undefined)
      if (absent.length * 2 > columns.length) {
        report.fail({ row: index, column: '', ...describeAbsent(absent, columns.length) })
        return null
      }
      const cells: [string, unknown][] = []
      for (const column of columns) {
        const value = cellOf(row, column.name)
        if (column.isClean(value)) continue
        cells.push([column.name, readCell(column, value, index, report)])
      }
      if (report.hasFailed(index)) return null
      return cells.length === 0 ? row : Object.fromEntries([...Object.entries(row), ...cells])
    },
    column: (index, isTime) => readTableColumn(columns[index]!, isTime),
  }
}

const readTableColumn =
  (column: ColumnReader, isTime: boolean): TableColumnReader =>
  (cells, rows, report) => {
    let read: unknown[] | undefined
    for (let row = 0; row < rows; row++) {
      const value = cells?.[row]
      if (isTime ? typeof value === 'number' && Number.isFinite(value) : column.isClean(value)) continue
      // Copied only when a cell differs from the stored one.
      read ??= cells ? Array.from(cells) : new Array(rows).fill(null)
      read[row] = readCell(column, value, row, report)
    }
    return read ?? cells ?? []
  }

const NAMED = 5

function describeAbsent(absent: readonly ColumnReader[], all: number): { expected: string; got: string } {
  const listed = absent.slice(0, NAMED).map(({ name }) => name)
  const more = absent.length > NAMED ? ` and ${absent.length - NAMED} more` : ''
  return {
    expected: ENOUGH_COLUMNS,
    got: `${all - absent.length} of the model's ${all} columns (absent: ${listed.join(', ')}${more})`,
  }
}

/** Reads a cell that is not clean; reports it, and fails the row if it cannot be understood. */
function readCell(
  { column, read, levels, fallback }: ColumnReader,
  value: unknown,
  row: number,
  report: ReportBuilder,
): CellValue {
  const { name, type } = column
  const cell = read(value)
  if (cell === UNREADABLE) {
    report.fail({
      row,
      column: name,
      expected: describeReadable({ ...column, nullable: true }),
      got: describeGot(value),
    })
    return null
  }
  if (cell === null) {
    const code = value === undefined ? 'absent_column' : 'missing'
    report.warn({ row, column: name, code, got: shorten(value), used: fallback })
    return null
  }
  if (type === 'boolean' && typeof cell !== 'boolean') {
    report.warn({ row, column: name, code: 'unseen', got: shorten(value), used: fallback })
    return null
  }
  if (type === 'integer' && typeof cell === 'number' && cell % 1 !== 0)
    report.warn({ row, column: name, code: 'fraction', got: shorten(value), used: cell })
  if (levels && !levels.has(String(cell)))
    report.warn({ row, column: name, code: 'unseen', got: shorten(value), used: '(unseen)' })
  if (type !== 'datetime' || typeof cell !== 'number') return cell
  return Math.abs(cell) <= LAST_DAY_MS ? timeText(cell, column.format) : cell
}

const LAST_DAY_MS = 8.64e15

function compileColumn(column: SchemaColumn, { levels, fallback }: ColumnKnowledge): ColumnReader {
  const isCategory = column.type === 'category' || column.type === 'constant' || column.type === 'id'
  const own = isCategory && Array.isArray(column.domain) ? column.domain : []
  const known = isCategory ? [...new Set([...own, ...levels])] : []
  const format = holdsJson(column, known) ? { ...column.format, json: true as const } : column.format
  const read = compileCellReader({
    ...column,
    ...(known.length > 0 ? { domain: known } : {}),
    ...(format ? { format } : {}),
  })
  const set = known.length > 0 ? new Set(known) : undefined
  return {
    column,
    name: column.name,
    isClean: compileCleanCheck(column, set),
    read,
    ...(set ? { levels: set } : {}),
    fallback,
  }
}

/** Models of before formats were stored learned lists and objects as JSON text: text columns may hold it, categories show it. */
const holdsJson = ({ type, format }: SchemaColumn, levels: readonly string[]): boolean =>
  format === undefined && (type === 'text' || levels.some(level => /^[[{]/.test(level)))

/** Compiles the test for a cell that needs no conversion and no warning. */
function compileCleanCheck(column: SchemaColumn, levels: ReadonlySet<string> | undefined): (value: unknown) => boolean {
  switch (column.type) {
    case 'number':
      return value => typeof value === 'number' && Number.isFinite(value)
    case 'integer':
      return value => Number.isInteger(value)
    case 'boolean': {
      const words = Array.isArray(column.domain) ? column.domain : []
      return value =>
        typeof value === 'boolean' || value === 0 || value === 1 || (typeof value === 'string' && words.includes(value))
    }
    case 'datetime': {
      const { patterns, epoch } = column.format?.datetime ?? {}
      if (patterns?.length || epoch) return () => false
      return value =>
        (typeof value === 'string' && !Number.isNaN(parseDatetime(value))) ||
        (typeof value === 'number' && Number.isFinite(value))
    }
    default: {
      if (levels) return value => typeof value === 'string' && levels.has(value)
      const missing = new Set(column.format?.missing ?? [])
      return value => typeof value === 'string' && value !== '' && trimCell(value) === value && !missing.has(value)
    }
  }
}
