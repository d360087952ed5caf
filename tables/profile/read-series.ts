import type { VersionColumn } from '../contract.ts'
import { type DuckDBConnection, quoteIdentifier as id, streamDoubles } from '../duckdb.ts'
import { type GroupSeries, type NumberSeries, numberSeries } from './association.ts'
import { isNumeric } from './profile-columns.ts'

/** Groups after these have too few rows each to be informative. */
const MAX_LEVELS = 500

export type Series =
  | { name: string; kind: 'number'; numbers: NumberSeries }
  | { name: string; kind: 'group'; groups: GroupSeries }

export const seriesKind = (c: VersionColumn): 'number' | 'group' | undefined =>
  c.type === 'datetime' || isNumeric(c)
    ? c.type === 'id' || c.type === 'constant'
      ? undefined
      : 'number'
    : c.type === 'category' || c.type === 'boolean'
      ? 'group'
      : undefined

/** Text is read as 53 bits of its hash, to avoid allocating a string per cell. */
const expression = (c: VersionColumn) => {
  const name = id(c.name)
  const value =
    seriesKind(c) === 'group'
      ? `(hash(${name}) >> 11)`
      : c.type === 'datetime'
        ? `epoch_ms(TRY_CAST(${name} AS TIMESTAMP))`
        : name
  return `CASE WHEN ${name} IS NULL THEN 'nan'::DOUBLE ELSE coalesce(${value}::DOUBLE, 'nan'::DOUBLE) END`
}

/** Reads columns of the rows that match `where`, in file order. Constant columns and columns with too many levels are left out. */
export async function readSeries(
  db: DuckDBConnection,
  from: string,
  columns: readonly VersionColumn[],
): Promise<{ rows: number; series: Series[] }> {
  if (columns.length === 0) return { rows: 0, series: [] }
  const parts: Float64Array[][] = columns.map(() => [])
  let rows = 0
  await streamDoubles(db, `SELECT ${columns.map(expression).join(', ')} FROM ${from}`, (values, n) => {
    rows += n
    for (const [i, part] of parts.entries()) part.push(values[i]!.slice(0, n))
  })
  const series = columns.flatMap((column, i): Series[] => {
    const all = new Float64Array(rows)
    let at = 0
    for (const part of parts[i]!) {
      all.set(part, at)
      at += part.length
    }
    parts[i] = []
    if (seriesKind(column) === 'number') return [{ name: column.name, kind: 'number', numbers: numberSeries(all) }]
    const groups = codesOf(all)
    return groups ? [{ name: column.name, kind: 'group', groups }] : []
  })
  return { rows, series }
}

function codesOf(values: Float64Array): GroupSeries | undefined {
  const known = new Map<number, number>()
  const codes = new Int32Array(values.length)
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!
    if (Number.isNaN(value)) {
      codes[i] = -1
      continue
    }
    let code = known.get(value)
    if (code === undefined) {
      code = known.size
      if (code >= MAX_LEVELS) return undefined
      known.set(value, code)
    }
    codes[i] = code
  }
  return known.size < 2 ? undefined : { codes, levels: known.size }
}
