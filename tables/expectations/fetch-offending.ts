import { type DuckDBConnection, quoteIdentifier as id, quoteLiteral as text } from '../duckdb.ts'
import { unusedName } from '../unused-name.ts'
import type { PhysicalColumn } from './compile-check.ts'
import { type CheckResult, MAX_OFFENDING } from './contract.ts'

const CELL_CHARACTERS = 200

export const rowsOf = async <T>(db: DuckDBConnection, sql: string) =>
  (await db.runAndReadAll(sql)).getRowObjectsJson() as T[]

export const describeColumns = async (db: DuckDBConnection, view: string): Promise<PhysicalColumn[]> =>
  (await rowsOf<{ column_name: string; column_type: string }>(db, `DESCRIBE ${id(view)}`)).map(c => ({
    name: c.column_name,
    sqlType: c.column_type,
  }))

/** Fetches up to twenty offending rows of each failed check with their row numbers in one statement. */
export async function fetchOffending(
  db: DuckDBConnection,
  path: string,
  columns: readonly PhysicalColumn[],
  checks: readonly { offends: string; shown: readonly string[] }[],
): Promise<CheckResult['offending'][]> {
  const answer: CheckResult['offending'][] = checks.map(() => [])
  if (checks.length === 0) return answer
  const counter = unusedName('file_row_number', columns)
  const own = counter === 'file_row_number'
  const file = text(path)
  await db.run(
    own
      ? `CREATE OR REPLACE VIEW numbered AS SELECT * FROM read_parquet(${file}, file_row_number = true)`
      : `CREATE OR REPLACE VIEW numbered AS SELECT *, row_number() OVER () - 1 AS ${id(counter)} FROM read_parquet(${file})`,
  )
  const parts = checks.map(({ offends, shown }, k) => {
    const cells = shown.map(name => `left(${id(name)}::VARCHAR, ${CELL_CHARACTERS})`).join(', ')
    return `(SELECT ${k} AS k, ${id(counter)}::DOUBLE + 1 AS r, [${cells}] AS cells FROM numbered WHERE ${offends} LIMIT ${MAX_OFFENDING})`
  })
  type Row = { k: number; r: number; cells: (string | null)[] }
  for (const { k, r, cells } of await rowsOf<Row>(db, `${parts.join(' UNION ALL ')} ORDER BY 1, 2`))
    answer[k]!.push({ row: r, cells: checks[k]!.shown.map((column, i) => ({ column, value: cells[i] ?? null })) })
  return answer
}
