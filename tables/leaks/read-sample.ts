import type { VersionColumn } from '../contract.ts'
import { type DuckDBConnection, quoteIdentifier as id, quoteLiteral as text } from '../duckdb.ts'
import { type FrameCell, frameSelect } from '../read/read-frame.ts'
import { unusedName } from '../unused-name.ts'

const COLUMNS_AT_ONCE = 50
/** The beginning of a long text is enough to distinguish cells. */
const TEXT_CHARACTERS = 60

const OWN_ROW_NUMBER = 'file_row_number'

/** Selects a Parquet file's rows with their row number, under a name that no column has. */
export function numberedRows(path: string, schema: readonly VersionColumn[]): { from: string; row: string } {
  const row = id(unusedName('row number', schema))
  // DuckDB's own row number refuses a file that has a column of that name.
  const [count, file] =
    unusedName(OWN_ROW_NUMBER, schema) === OWN_ROW_NUMBER
      ? [OWN_ROW_NUMBER, `read_parquet(${text(path)}, file_row_number = true)`]
      : ['row_number() OVER () - 1', `read_parquet(${text(path)})`]
  return { from: `(SELECT *, (${count})::BIGINT AS ${row} FROM ${file})`, row }
}

/** Reads a seeded sample by column, all in the same row order. `rows`: approximate size. */
export async function readSample(
  db: DuckDBConnection,
  input: { path: string; schema: readonly VersionColumn[]; columns: readonly VersionColumn[] },
  choice: { of: number; rows: number; seed: number; where?: string },
): Promise<FrameCell[][]> {
  const { from, row } = numberedRows(input.path, input.schema)
  const parts = Math.max(1, choice.of / choice.rows)
  // Sampling by hash instead of LIMIT, so that no part of the file is preferred.
  const chosen = parts === 1 ? [] : [`hash(${row} + ${choice.seed}) % 1000000 < ${Math.ceil(1_000_000 / parts)}`]
  const where = [...chosen, ...(choice.where ? [choice.where] : [])]
  const cells: FrameCell[][] = []
  for (let i = 0; i < input.columns.length; i += COLUMNS_AT_ONCE) {
    const block = input.columns.slice(i, i + COLUMNS_AT_ONCE)
    const list = block.map(c =>
      c.type === 'text' ? `left(${id(c.name)}::VARCHAR, ${TEXT_CHARACTERS})` : frameSelect([c]),
    )
    const sql = `SELECT ${list.join(', ')} FROM ${from}${where.length > 0 ? ` WHERE ${where.join(' AND ')}` : ''}`
    cells.push(...(await readCells(db, sql, block.length)))
  }
  return cells
}

/** Reads all rows of a `frameSelect` statement by column; values that are not numbers become missing. */
export async function readCells(db: DuckDBConnection, sql: string, columns: number): Promise<FrameCell[][]> {
  const cells: FrameCell[][] = Array.from({ length: columns }, () => [])
  const result = await db.stream(sql)
  for (let chunk = await result.fetchChunk(); chunk && chunk.rowCount > 0; chunk = await result.fetchChunk())
    for (const [k, part] of (chunk.getColumns() as FrameCell[][]).entries())
      for (const cell of part) cells[k]!.push(Number.isNaN(cell) ? null : cell)
  return cells
}
