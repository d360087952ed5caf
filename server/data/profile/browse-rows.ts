import { authorise, type Caller } from '#server/access/caller.ts'
import { quoteIdentifier as id, quoteLiteral as text, withDuckDb } from '#server/adapters/duckdb.ts'
import type { Kernel } from '#server/platform/kernel.ts'
import { versionOf } from '../read-datasets.ts'
import { BROWSE_COLUMNS, type BrowseCell, type BrowseInput, type BrowsePage, browseInput } from './contract.ts'
import { columnOf, filterSql, storedOf } from './rules/filter-sql.ts'

const MAX_CELL_CHARACTERS = 300
const LIMITS = { memoryMb: 512, threads: 1 }
/** A page that takes longer is given up: somebody looks at another one by then. */
export const LONGEST_LOOK_MS = 30_000

/** A page of rows, filtered and sorted, at most `BROWSE_COLUMNS` columns of it; long text is cut. Equal rows keep the file's order. */
export async function browseRows(kernel: Kernel, caller: Caller, input: BrowseInput): Promise<BrowsePage> {
  await authorise(kernel, caller, 'data:read')
  const { dataset, offset, rows, firstColumn, filters, sort } = browseInput.parse(input)
  const version = await versionOf(kernel, caller.scope, dataset)
  const columns = version.schema.slice(firstColumn, firstColumn + BROWSE_COLUMNS)
  const condition = filterSql(version.schema, filters)
  const order = sort
    ? `${id(columnOf(version.schema, sort.column).name)} ${sort.down ? 'DESC' : 'ASC'} NULLS LAST, file_row_number`
    : 'file_row_number'
  const path = await kernel.blobs.pathOf(version.digest)
  const from = `read_parquet(${text(path)}, file_row_number = true)${condition.sql ? ` WHERE ${condition.sql}` : ''}`
  const list = columns.map(column => {
    const stored = storedOf(column)
    const c = id(column.name)
    if (stored === 'number' || stored === 'integer') return `${c}::DOUBLE`
    return stored === 'boolean' ? c : `left(${c}::VARCHAR, ${MAX_CELL_CHARACTERS})`
  })
  const signal = AbortSignal.timeout(LONGEST_LOOK_MS)
  const { matching, page } = await withDuckDb({ files: [path], limits: LIMITS, signal }, async db => {
    const matching = condition.sql
      ? Number((await db.runAndReadAll(`SELECT count(*)::DOUBLE FROM ${from}`, condition.values)).getRowsJson()[0]![0])
      : version.rows
    if (columns.length === 0 || offset >= matching) return { matching, page: [] }
    // In file order the reader keeps it by itself; sorting by the row's number would read all rows.
    const ordered = sort || condition.sql ? ` ORDER BY ${order}` : ''
    const read = await db.runAndReadAll(
      `SELECT file_row_number::DOUBLE, ${list.join(', ')} FROM ${from}${ordered} LIMIT ${rows} OFFSET ${offset}`,
      condition.values,
    )
    return { matching, page: read.getRowsJson() as BrowseCell[][] }
  })
  return {
    dataset: version.datasetName,
    version: version.number,
    rows: version.rows,
    columnCount: version.columnCount,
    matching,
    offset,
    firstColumn,
    columns: columns.map(({ name, type, role }) => ({ name, type, role })),
    places: page.map(row => row[0] as number),
    cells: page.map(row => row.slice(1)),
  }
}
