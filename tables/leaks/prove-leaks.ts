import type { VersionColumn } from '../contract.ts'
import { type DuckDBConnection, quoteIdentifier as id, quoteLiteral as text } from '../duckdb.ts'
import type { Relation } from './relate-cells.ts'

/** Rows that must differ from the most common target before a deterministic column counts as a leak. */
const UNCOMMON_ROWS = 10

export const isNumeric = (c: Pick<VersionColumn, 'type'>) => c.type === 'number' || c.type === 'integer'

/** Verifies candidates from a sample on all rows and returns those that hold. */
export async function proveRelations(
  db: DuckDBConnection,
  path: string,
  target: VersionColumn,
  suspects: readonly { column: VersionColumn; relation: Relation }[],
): Promise<{ column: VersionColumn; relation: Relation }[]> {
  if (suspects.length === 0) return []
  const t = id(target.name)
  const file = `read_parquet(${text(path)})`
  const ask = async <T>(sql: string) => (await db.runAndReadAll(sql)).getRowObjectsJson() as Record<string, T>[]
  const proven: { column: VersionColumn; relation: Relation }[] = []
  const quick = suspects.filter(s => s.relation !== 'monotone')
  if (quick.length > 0) {
    const [answer] = await ask<boolean>(
      `SELECT ${quick.map((s, i) => `${claim(s.column, target, s.relation)} AS c${i}`).join(', ')} FROM ${file}`,
    )
    proven.push(...quick.filter((_, i) => answer![`c${i}`] === true))
  }
  for (const suspect of suspects.filter(s => s.relation === 'monotone')) {
    const c = id(suspect.column.name)
    const [answer] = await ask<number>(
      `WITH steps AS (SELECT count(DISTINCT ${t}) AS different, min(${t}::DOUBLE) AS low, lead(min(${t}::DOUBLE)) OVER (ORDER BY ${c}) AS next FROM ${file} WHERE ${c} IS NOT NULL AND ${t} IS NOT NULL GROUP BY ${c})
       SELECT max(different)::DOUBLE AS different, count_if(next > low)::DOUBLE AS up, count_if(next < low)::DOUBLE AS down, count_if(next = low)::DOUBLE AS flat FROM steps`,
    )
    const { different, up, down, flat } = answer!
    if (different === 1 && flat === 0 && (up === 0) !== (down === 0)) proven.push(suspect)
  }
  if (!proven.some(p => p.relation === 'other-words')) return proven
  const [uncommon] = await ask<number>(
    `SELECT (sum(n) - max(n))::DOUBLE AS n FROM (SELECT count(*) AS n FROM ${file} WHERE ${t} IS NOT NULL GROUP BY ${t})`,
  )
  return (uncommon?.n ?? 0) >= UNCOMMON_ROWS ? proven : proven.filter(p => p.relation !== 'other-words')
}

function claim(column: VersionColumn, target: VersionColumn, relation: Relation): string {
  const [c, t] = [id(column.name), id(target.name)]
  if (relation === 'copy')
    return isNumeric(column) && isNumeric(target)
      ? `bool_and(${c} IS NOT DISTINCT FROM ${t})`
      : `bool_and(${c}::VARCHAR IS NOT DISTINCT FROM ${t}::VARCHAR)`
  if (relation === 'other-words')
    return `count(DISTINCT row(${c}, ${t})) FILTER (WHERE ${t} IS NOT NULL) = count(DISTINCT row(${c})) FILTER (WHERE ${t} IS NOT NULL)`
  return `coalesce(abs(corr(${c}::DOUBLE, ${t}::DOUBLE)) > 1 - 1e-12 AND count(${c}) >= ${UNCOMMON_ROWS}, false)`
}

/** Describes the mapping of a column with few values: `no always with 0, yes always with 1`. */
export async function exampleOf(
  db: DuckDBConnection,
  path: string,
  column: VersionColumn,
  target: VersionColumn,
): Promise<string | undefined> {
  const [c, t] = [id(column.name), id(target.name)]
  const rows = (
    await db.runAndReadAll(
      `SELECT left(${c}::VARCHAR, 40) AS c, left(any_value(${t})::VARCHAR, 40) AS t FROM read_parquet(${text(path)}) WHERE ${c} IS NOT NULL AND ${t} IS NOT NULL GROUP BY ${c} ORDER BY count(*) DESC, 1 LIMIT 3`,
    )
  ).getRowObjectsJson() as { c: string; t: string }[]
  if (rows.length === 0) return
  const said = rows.slice(0, 2).map(r => `${r.c} always with ${r.t}`)
  return said.join(', ') + (rows.length > 2 ? ' …' : '')
}

/** Returns pairs that add up to the target in every row where all three are present. */
export async function proveSums(
  db: DuckDBConnection,
  path: string,
  target: string,
  pairs: readonly [string, string][],
): Promise<{ pair: [string, string]; rows: number }[]> {
  if (pairs.length === 0) return []
  const t = `${id(target)}::DOUBLE`
  const list = pairs.map(([a, b], i) => {
    const gap = `${id(a)}::DOUBLE + ${id(b)}::DOUBLE - ${t}`
    return `bool_and(abs(${gap}) <= 1e-9 * greatest(1, abs(${t}))) AS p${i}, count(${gap})::DOUBLE AS n${i}`
  })
  const [answer] = (
    await db.runAndReadAll(`SELECT ${list.join(', ')} FROM read_parquet(${text(path)})`)
  ).getRowObjectsJson() as Record<string, boolean | number>[]
  return pairs.flatMap((pair, i) => (answer![`p${i}`] === true ? [{ pair, rows: answer![`n${i}`] as number }] : []))
}
