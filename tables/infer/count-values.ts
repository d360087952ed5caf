import { type DuckDBConnection, quoteIdentifier as id } from '../duckdb.ts'

/** Up to this many rows, counting distinct values column by column costs more than sorting all cells by column and hash at once. */
export const FEW_ROWS = 2_000

/** Selects all cells of some columns as rows of the column's place, its hash and its text. The names are those of the cells only. */
const cellsOf = (table: string, columns: readonly string[], places: readonly number[]): string =>
  `(SELECT unnest([${places.join(', ')}]) AS place, unnest([${columns.map(c => `hash(${id(c)})`).join(', ')}]) AS hashed, unnest([${columns.map(c => `${id(c)}::VARCHAR`).join(', ')}]) AS written FROM ${table})`

/** Counts the distinct values of each column of a table with few rows, all in one query. */
export async function countDistinct(
  db: DuckDBConnection,
  table: string,
  columns: readonly string[],
): Promise<number[]> {
  const counts = columns.map(() => 0)
  const cells = cellsOf(table, columns, [...columns.keys()])
  const read = await db.runAndReadAll(
    `SELECT place, count(*)::DOUBLE FROM (SELECT place FROM ${cells} WHERE written IS NOT NULL GROUP BY place, hashed) GROUP BY place`,
  )
  for (const [place, count] of read.getRowsJson() as [number, number][]) counts[place] = count
  return counts
}

/** Returns the values of some columns as text, the most frequent first. */
export async function listLevels(db: DuckDBConnection, table: string, columns: readonly string[]): Promise<string[][]> {
  const levels: string[][] = columns.map(() => [])
  if (columns.length === 0) return levels
  const read = await db.runAndReadAll(
    `SELECT place, written FROM ${cellsOf(table, columns, [...columns.keys()])} WHERE written IS NOT NULL GROUP BY place, written ORDER BY place, count(*) DESC, written`,
  )
  for (const [place, text] of read.getRowsJson() as [number, string][]) levels[place]!.push(text)
  return levels
}
