import { type DuckDBConnection, quoteIdentifier as id } from '../duckdb.ts'
import { countDistinct, FEW_ROWS, listLevels } from './count-values.ts'
import type { ColumnFacts } from './infer-column.ts'

/** Above this many rows, distinct counts are estimated first and counted exactly only where a type depends on them. */
const ESTIMATE_ROWS = 100_000
const COUNTED_AGAIN = 1000
const COLUMNS_AT_ONCE = 100
/** Opening a file of thousands of columns costs as much as copying hundreds of them. */
const WIDE_AT_ONCE = 400
const MAX_LEVELS = 200
const WIDE = 200
const MAX_PART_CELLS = 20_000_000

interface DescribedColumn {
  column_name: string
  column_type: string
}

const isNumber = (t: string) => /INT|DOUBLE|FLOAT|DECIMAL/.test(t)
const isInteger = (t: string) => /INT/.test(t)

/**
 * Counts what the type rules need, one hundred columns per scan. `whole`: what a FROM clause names, best the file itself: the columns of a
 * view are all bound again by each query.
 */
export async function columnFacts(
  db: DuckDBConnection,
  whole: string,
  rows: number,
  signal?: AbortSignal,
): Promise<ColumnFacts[]> {
  const columns = (await db.runAndReadAll(`DESCRIBE FROM ${whole}`)).getRowObjectsJson() as unknown as DescribedColumn[]
  const estimated = rows > ESTIMATE_ROWS
  const few = rows <= FEW_ROWS
  const distinctOf = (c: string, k: number) =>
    few ? '' : ` ${estimated ? `approx_count_distinct(${c})` : `count(DISTINCT ${c})`}::DOUBLE AS d${k},`
  const facts: ColumnFacts[] = []
  const wide = columns.length > WIDE && rows * WIDE_AT_ONCE <= MAX_PART_CELLS
  const atOnce = wide ? WIDE_AT_ONCE : COLUMNS_AT_ONCE
  for (let i = 0; i < columns.length; i += atOnce) {
    signal?.throwIfAborted()
    const part = columns.slice(i, i + atOnce)
    const table = wide ? 'part' : whole
    // Planning a query over thousands of columns costs more than copying a hundred of them.
    if (wide)
      await db.run(
        `CREATE OR REPLACE TEMP TABLE part AS SELECT ${part.map(c => id(c.column_name)).join(', ')} FROM ${whole}`,
      )
    const sql = part.map(({ column_name: name, column_type: type }, k) => {
      const c = id(name)
      const range = isNumber(type)
        ? `min(${c})::DOUBLE AS lo${k}, max(${c})::DOUBLE AS hi${k}`
        : `NULL AS lo${k}, NULL AS hi${k}`
      const length = type === 'VARCHAR' ? `avg(length(${c}))` : 'NULL'
      return `count(${c})::DOUBLE AS n${k},${distinctOf(c, k)} ${range}, ${length} AS len${k}`
    })
    const [row] = (await db.runAndReadAll(`SELECT ${sql.join(', ')} FROM ${table}`)).getRowObjectsJson() as Record<
      string,
      number | null
    >[]
    const names = part.map(c => c.column_name)
    if (few) for (const [k, d] of (await countDistinct(db, table, names)).entries()) row![`d${k}`] = d
    if (estimated) {
      // The exact count decides for text that may be unique, integers that may number the rows, and columns with few values.
      const doubtful = part.flatMap(({ column_type: type }, k) => {
        const [n, d] = [row![`n${k}`] ?? 0, row![`d${k}`] ?? 0]
        const counts = isInteger(type) && (row![`hi${k}`] ?? 0) - (row![`lo${k}`] ?? 0) === rows - 1
        return d <= COUNTED_AGAIN || counts || (type === 'VARCHAR' && d > n * 0.8) ? [k] : []
      })
      if (doubtful.length > 0) {
        const exact = doubtful.map(k => `count(DISTINCT ${id(part[k]!.column_name)})::DOUBLE AS d${k}`)
        const [counted] = (
          await db.runAndReadAll(`SELECT ${exact.join(', ')} FROM ${table}`)
        ).getRowObjectsJson() as Record<string, number>[]
        Object.assign(row!, counted)
      }
    }
    const differentOf = (k: number) => Math.min(row![`d${k}`] ?? 0, row![`n${k}`] ?? 0)
    const hasLevels = ({ column_type: type }: DescribedColumn, k: number) =>
      differentOf(k) <= MAX_LEVELS && (type === 'VARCHAR' || type === 'BOOLEAN' || differentOf(k) <= 2)
    const levels = await levelsOf(
      db,
      table,
      part.flatMap((c, k) => (hasLevels(c, k) ? [c.column_name] : [])),
      few,
    )
    for (const [k, { column_name: name, column_type: sqlType }] of part.entries()) {
      const count = row![`n${k}`] ?? 0
      // An estimate may exceed the number of values.
      const different = differentOf(k)
      const min = row![`lo${k}`] ?? null
      const max = row![`hi${k}`] ?? null
      facts.push({
        name,
        sqlType,
        rows,
        missing: rows - count,
        distinct: different,
        min,
        max,
        meanLength: row![`len${k}`] ?? null,
        levels: levels.get(name) ?? [],
        counting: isInteger(sqlType) && min !== null && max !== null && max - min === rows - 1 && different === rows,
      })
    }
  }
  return facts
}

/** Returns the most frequent values of each column as text. */
async function levelsOf(
  db: DuckDBConnection,
  table: string,
  names: readonly string[],
  few: boolean,
): Promise<Map<string, string[]>> {
  if (few) {
    const lists = await listLevels(db, table, names)
    return new Map(names.map((name, i) => [name, lists[i]!.slice(0, MAX_LEVELS)]))
  }
  const levels = new Map<string, string[]>()
  for (const name of names) {
    const read = await db.runAndReadAll(
      `SELECT ${id(name)}::VARCHAR FROM ${table} WHERE ${id(name)} IS NOT NULL GROUP BY 1 ORDER BY count(*) DESC, 1 LIMIT ${MAX_LEVELS}`,
    )
    levels.set(
      name,
      read.getRowsJson().map(row => String(row[0])),
    )
  }
  return levels
}
