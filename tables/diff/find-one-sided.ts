import { type DuckDBConnection, quoteIdentifier as id } from '../duckdb.ts'
import type { CommonColumn } from './compare-schemas.ts'
import type { OneSidedValues } from './contract.ts'
import { comparable, type Side } from './match-rows.ts'

const MAX_NAMED = 5
const MAX_LENGTH = 120

/** Finds the values of a category that only one of two tables has; reads all rows of the column, because a sample misses rare values. */
export async function findOneSided(
  db: DuckDBConnection,
  before: Side,
  after: Side,
  column: CommonColumn,
): Promise<{ added: OneSidedValues; removed: OneSidedValues }> {
  const counted = (side: Side) =>
    `SELECT ${comparable(column)}::VARCHAR AS value, count(*)::DOUBLE AS n FROM ${side.from} WHERE ${id(column.name)} IS NOT NULL GROUP BY 1`
  const rows = (
    await db.runAndReadAll(
      `SELECT value, b.n IS NULL AS added, sum(1) OVER side AS total, sum(coalesce(a.n, b.n)) OVER side AS cells, coalesce(a.n, b.n) AS n
       FROM (${counted(before)}) b FULL JOIN (${counted(after)}) a USING (value)
       WHERE a.n IS NULL OR b.n IS NULL
       WINDOW side AS (PARTITION BY b.n IS NULL)
       QUALIFY row_number() OVER (PARTITION BY b.n IS NULL ORDER BY coalesce(a.n, b.n) DESC, value) <= ${MAX_NAMED}
       ORDER BY n DESC, value`,
    )
  ).getRowObjectsJson() as { value: string; added: boolean; total: string | number; cells: number }[]
  const list = (added: boolean): OneSidedValues => {
    const found = rows.filter(r => r.added === added)
    return {
      names: found.map(r => r.value.slice(0, MAX_LENGTH)),
      total: Number(found[0]?.total ?? 0),
      rows: Number(found[0]?.cells ?? 0),
    }
  }
  return { added: list(true), removed: list(false) }
}
