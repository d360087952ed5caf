import { type DuckDBConnection, quoteIdentifier as id, quoteLiteral as text } from '../duckdb.ts'
import type { ColumnStatistics } from './contract.ts'

const TOP = 10
/**
 * Maximum number of distinct values grouped exactly; above it, a sketch finds candidates for the most frequent ones, which are then
 * counted.
 */
const MAX_GROUPS = 200_000

type Counted = Pick<ColumnStatistics, 'distinct' | 'distinctExact' | 'top'>

/** Counts distinct and most frequent values of several text columns in one query, which costs less than a query for each. */
export async function countTextsTogether(
  db: DuckDBConnection,
  table: string,
  names: readonly string[],
): Promise<Map<string, Counted>> {
  const counted = new Map<string, Counted>(names.map(name => [name, { distinct: 0, distinctExact: true, top: [] }]))
  if (names.length === 0) return counted
  const read = await db.runAndReadAll(
    `WITH cells AS (SELECT unnest([${names.map((_, i) => i).join(', ')}]) AS place, unnest([${names.map(n => `${id(n)}::VARCHAR`).join(', ')}]) AS value FROM ${table}),
     counts AS (SELECT place, value, count(*)::DOUBLE AS cells FROM cells WHERE value IS NOT NULL GROUP BY place, value)
     SELECT place, value, cells, count(*) OVER (PARTITION BY place)::DOUBLE FROM counts
     QUALIFY row_number() OVER (PARTITION BY place ORDER BY cells DESC, value) <= ${TOP} ORDER BY place, cells DESC, value`,
  )
  for (const [place, value, count, distinct] of read.getRowsJson() as [number, string, number, number][]) {
    const of = counted.get(names[place]!)!
    of.distinct = distinct
    of.top.push({ value, count })
  }
  return counted
}

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
