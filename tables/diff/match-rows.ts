import type { StoredType } from '../contract.ts'
import { type DuckDBConnection, quoteIdentifier as id } from '../duckdb.ts'
import type { CommonColumn } from './compare-schemas.ts'

/** One version's rows with their row number, see `numberedRows`. */
export interface Side {
  from: string
  row: string
}

/** A common type for both sides: integers of any width, dates and datetimes. */
const SQL_TYPE: Record<StoredType, string> = {
  integer: 'HUGEINT',
  number: 'DOUBLE',
  boolean: 'BOOLEAN',
  datetime: 'TIMESTAMP',
  words: 'VARCHAR',
}

export const comparable = ({ name, as }: CommonColumn, side = ''): string => `${side}${id(name)}::${SQL_TYPE[as]}`

export interface Counts {
  added: number
  removed: number
  changed: number
}

const hashOf = (columns: readonly CommonColumn[]) =>
  columns.length === 0 ? '0::UBIGINT' : `hash(${columns.map(c => comparable(c)).join(', ')})`

/** Up to this many columns the join compares cells one by one; above, it compares one 64-bit hash per row to keep rows small. */
const CELLS_IN_JOIN = 100

/**
 * Matches the rows of both sides with one hash join, which may spill. Creates the table `differing`, one row per difference between the
 * sides; for narrow tables with a flag per column whose cell differs.
 * @returns counts, or only `repeated` (number of repeated key values) if the key is not unique.
 */
export async function matchByKey(
  db: DuckDBConnection,
  before: Side,
  after: Side,
  common: readonly CommonColumn[],
  key: readonly string[],
): Promise<Counts & { repeated: { before: number; after: number } }> {
  const keyed = common.filter(c => key.includes(c.name))
  const rest = common.filter(c => !key.includes(c.name))
  const repeated = { before: await countRepeated(db, before, keyed), after: await countRepeated(db, after, keyed) }
  if (repeated.before + repeated.after > 0) return { added: 0, removed: 0, changed: 0, repeated }
  const byCell = rest.length <= CELLS_IN_JOIN
  const cells = byCell ? rest.map(c => comparable(c)) : [hashOf(rest)]
  const rows = (side: Side) =>
    `(SELECT ${side.row} AS nr, ${[...keyed.map((c, k) => `${comparable(c)} AS k${k}`), ...cells.map((cell, k) => `${cell} AS c${k}`)].join(', ')} FROM ${side.from})`
  const marks = cells.map((_, k) => `a.c${k} IS DISTINCT FROM b.c${k}`)
  await db.run(
    `CREATE OR REPLACE TEMP TABLE differing AS
     SELECT ${['(a.nr IS NOT NULL)::INTEGER AS old', '(b.nr IS NOT NULL)::INTEGER AS new', 'a.nr AS old_row', 'b.nr AS new_row', ...(byCell ? marks.map((mark, k) => `${mark} AS m${k}`) : [])].join(', ')}
     FROM ${rows(before)} a FULL JOIN ${rows(after)} b ON ${keyed.map((_, k) => `a.k${k} IS NOT DISTINCT FROM b.k${k}`).join(' AND ')}
     WHERE ${['a.nr IS NULL', 'b.nr IS NULL', ...marks].join(' OR ')}`,
  )
  const [answer] = (
    await db.runAndReadAll(
      `SELECT count(*) FILTER (WHERE old = 0)::DOUBLE AS added, count(*) FILTER (WHERE new = 0)::DOUBLE AS removed, count(*) FILTER (WHERE old = 1 AND new = 1)::DOUBLE AS changed FROM differing`,
    )
  ).getRowObjectsJson() as Record<keyof Counts, number>[]
  return { ...answer!, repeated }
}

async function countRepeated(db: DuckDBConnection, side: Side, keyed: readonly CommonColumn[]): Promise<number> {
  const [answer] = (
    await db.runAndReadAll(
      `SELECT count(*) FILTER (WHERE n > 1)::DOUBLE AS n FROM (SELECT count(*) AS n FROM ${side.from} GROUP BY ${keyed.map(c => comparable(c)).join(', ')})`,
    )
  ).getRowObjectsJson() as { n: number }[]
  return answer!.n
}

/** Matches whole rows with multiplicity in one pass. A changed row counts as one removed and one added. */
export async function matchWhole(
  db: DuckDBConnection,
  before: Side,
  after: Side,
  common: readonly CommonColumn[],
): Promise<Counts> {
  const rows = (side: Side, isAfter: boolean) =>
    `SELECT ${hashOf(common)} AS k, ${isAfter} AS late, ${side.row} AS nr FROM ${side.from}`
  await db.run(
    `CREATE OR REPLACE TEMP TABLE differing AS
     SELECT count_if(NOT late) AS old, count_if(late) AS new,
       min(nr) FILTER (WHERE NOT late) AS old_row, min(nr) FILTER (WHERE late) AS new_row
     FROM (${rows(before, false)} UNION ALL ${rows(after, true)}) GROUP BY k
     HAVING old <> new`,
  )
  const [answer] = (
    await db.runAndReadAll(
      `SELECT coalesce(sum(greatest(new - old, 0)), 0)::DOUBLE AS added, coalesce(sum(greatest(old - new, 0)), 0)::DOUBLE AS removed FROM differing`,
    )
  ).getRowObjectsJson() as Record<string, number>[]
  return { added: answer!.added!, removed: answer!.removed!, changed: 0 }
}

/** Counts the differing cells per column in changed rows. Call after `matchByKey`, with the non-key columns. */
export async function countChangedCells(
  db: DuckDBConnection,
  before: Side,
  after: Side,
  rest: readonly CommonColumn[],
): Promise<Map<string, number>> {
  const counts = new Map<string, number>()
  const byCell = rest.length <= CELLS_IN_JOIN
  for (let i = 0; i < rest.length; i += CELLS_IN_JOIN) {
    const block = rest.slice(i, i + CELLS_IN_JOIN)
    const differs = (c: CommonColumn, k: number) =>
      byCell ? `m${k}` : `${comparable(c, 'a.')} IS DISTINCT FROM ${comparable(c, 'b.')}`
    const joined = byCell
      ? 'differing d'
      : `differing d JOIN ${before.from} a ON a.${before.row} = d.old_row JOIN ${after.from} b ON b.${after.row} = d.new_row`
    const [answer] = (
      await db.runAndReadAll(
        `SELECT ${block.map((c, k) => `count_if(${differs(c, k)})::DOUBLE AS n${k}`).join(', ')} FROM ${joined} WHERE d.old = 1 AND d.new = 1`,
      )
    ).getRowObjectsJson() as Record<string, number>[]
    for (const [k, c] of block.entries()) counts.set(c.name, answer![`n${k}`]!)
  }
  return counts
}
