import type { VersionColumn } from '../contract.ts'
import { storedAs } from '../contract.ts'
import { quoteIdentifier as id, withDuckDb } from '../duckdb.ts'
import { numberedRows } from '../leaks/read-sample.ts'
import type { WorkReport } from '../report.ts'
import type { BrowseCell, RowFilter } from './contract.ts'
import { columnOf, filterSql } from './filter-sql.ts'

const MAX_CELL_CHARACTERS = 300
const LIMITS = { memoryMb: 512, threads: 1 }

export interface PageRequest {
  path: string
  /** Total rows of the version. */
  rows: number
  schema: readonly VersionColumn[]
  filters: readonly RowFilter[]
  sort?: { column: string; down: boolean }
  offset: number
  pageRows: number
  firstColumn: number
  pageColumns: number
}

export interface Page {
  /** Rows that match the filters. */
  matching: number
  columns: VersionColumn[]
  /** Position of each row in the file, from 0. */
  places: number[]
  cells: BrowseCell[][]
}

const cellSql = (column: VersionColumn): string => {
  const stored = storedAs(column)
  const c = id(column.name)
  if (stored === 'number' || stored === 'integer') return `${c}::DOUBLE`
  return stored === 'boolean' ? c : `left(${c}::VARCHAR, ${MAX_CELL_CHARACTERS})`
}

/** Reads a page of rows, filtered and sorted. Long text is cut; equal rows keep the file's order. */
export async function readPage(request: PageRequest, { signal }: Pick<WorkReport, 'signal'>): Promise<Page> {
  const { path, schema, sort, offset, firstColumn } = request
  const columns = schema.slice(firstColumn, firstColumn + request.pageColumns)
  const condition = filterSql(schema, request.filters)
  const { from: rows, row } = numberedRows(path, schema)
  const order = sort
    ? `${id(columnOf(schema, sort.column).name)} ${sort.down ? 'DESC' : 'ASC'} NULLS LAST, ${row}`
    : row
  const from = `${rows}${condition.sql ? ` WHERE ${condition.sql}` : ''}`
  const { matching, page } = await withDuckDb({ files: [path], limits: LIMITS, signal }, async db => {
    const matching = condition.sql
      ? Number((await db.runAndReadAll(`SELECT count(*)::DOUBLE FROM ${from}`, condition.values)).getRowsJson()[0]![0])
      : request.rows
    if (columns.length === 0 || offset >= matching) return { matching, page: [] }
    // The reader keeps file order; sorting by the row number would read all rows.
    const ordered = sort || condition.sql ? ` ORDER BY ${order}` : ''
    const read = await db.runAndReadAll(
      `SELECT ${row}::DOUBLE, ${columns.map(cellSql).join(', ')} FROM ${from}${ordered} LIMIT ${request.pageRows} OFFSET ${offset}`,
      condition.values,
    )
    return { matching, page: read.getRowsJson() as BrowseCell[][] }
  })
  return { matching, columns, places: page.map(row => row[0] as number), cells: page.map(row => row.slice(1)) }
}
