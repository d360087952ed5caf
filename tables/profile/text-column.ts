import { type DuckDBConnection, quoteIdentifier as id, quoteLiteral as text } from '../duckdb.ts'
import type { ColumnStatistics } from './contract.ts'

const TOP = 10
/**
 * Maximum number of distinct values grouped exactly; above it, a sketch finds candidates for the most frequent ones, which are then
 * counted.
 */
const MAX_GROUPS = 200_000

/** Counts distinct and most frequent values of a text column. `about`: the estimated number of distinct values. */
export async function countTexts(
  db: DuckDBConnection,
  table: string,
  name: string,
  about: number,
  exactRows: boolean,
): Promise<Pick<ColumnStatistics, 'distinct' | 'distinctExact' | 'top'>> {
  const c = id(name)
  if (exactRows || about <= MAX_GROUPS) {
    const rows = (
      await db.runAndReadAll(
        `WITH g AS (SELECT ${c} AS v, count(*)::DOUBLE AS n FROM ${table} WHERE ${c} IS NOT NULL GROUP BY 1)
         SELECT v::VARCHAR AS value, n AS count, count(*) OVER ()::DOUBLE AS groups FROM g ORDER BY n DESC, v LIMIT ${TOP}`,
      )
    ).getRowObjectsJson() as { value: string; count: number; groups: number }[]
    return {
      distinct: rows[0]?.groups ?? 0,
      distinctExact: true,
      top: rows.map(({ value, count }) => ({ value, count })),
    }
  }
  const [found] = (
    await db.runAndReadAll(`SELECT approx_top_k(${c}::VARCHAR, ${TOP}) AS likely FROM ${table}`)
  ).getRowObjectsJson() as { likely: string[] | null }[]
  const likely = found?.likely ?? []
  const top =
    likely.length === 0
      ? []
      : ((
          await db.runAndReadAll(
            `SELECT ${c}::VARCHAR AS value, count(*)::DOUBLE AS count FROM ${table} WHERE ${c}::VARCHAR IN (${likely.map(text)}) GROUP BY 1 ORDER BY 2 DESC, 1`,
          )
        ).getRowObjectsJson() as { value: string; count: number }[])
  return { distinct: about, distinctExact: false, top: top.filter(t => t.count > 1) }
}
