import { type DuckDBConnection, quoteIdentifier as id } from '#server/kernel/duckdb.ts'
import type { StoredType } from '../contract.ts'
import type { CommonColumn } from './rules/compare-schemas.ts'

/** One version's rows with their number, see `numberedRows`. */
export interface Side {
  from: string
  row: string
}

/** One kind for both sides: whole numbers of any width, dates beside instants. */
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

/**
 * Matches the rows of both sides in one pass of a hash aggregate, which may spill. A row is the hash of its key and the hash of its other
 * cells, 64 bits each. Leaves the table `differing`, one line per key that is not the same on both sides.
 * @returns `repeated` instead of counts when the key does not name rows one by one.
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
  const rows = (side: Side, isAfter: boolean) =>
    `SELECT ${hashOf(keyed)} AS k, ${hashOf(rest)} AS c, ${isAfter} AS late, ${side.row} AS nr FROM ${side.from}`
  await db.run(
    `CREATE OR REPLACE TEMP TABLE differing AS
     SELECT count_if(NOT late) AS old, count_if(late) AS new,
       min(nr) FILTER (WHERE NOT late) AS old_row, min(nr) FILTER (WHERE late) AS new_row
     FROM (${rows(before, false)} UNION ALL ${rows(after, true)}) GROUP BY k
     HAVING old <> 1 OR new <> 1 OR min(c) <> max(c)`,
  )
  const [answer] = (
    await db.runAndReadAll(
      `SELECT count_if(old = 0)::DOUBLE AS added, count_if(new = 0)::DOUBLE AS removed, count_if(old = 1 AND new = 1)::DOUBLE AS changed,
         count_if(old > 1)::DOUBLE AS old_repeated, count_if(new > 1)::DOUBLE AS new_repeated FROM differing`,
    )
  ).getRowObjectsJson() as Record<string, number>[]
  const { added, removed, changed, old_repeated, new_repeated } = answer!
  return {
    added: added!,
    removed: removed!,
    changed: changed!,
    repeated: { before: old_repeated!, after: new_repeated! },
  }
}

/** Matches whole rows as often as they come; the same pass. A changed row is one removed and one added. */
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

const COLUMNS_AT_ONCE = 100

/** How many cells of each column differ in changed rows. */
export async function countChangedCells(
  db: DuckDBConnection,
  before: Side,
  after: Side,
  columns: readonly CommonColumn[],
): Promise<Map<string, number>> {
  const counts = new Map<string, number>()
  for (let i = 0; i < columns.length; i += COLUMNS_AT_ONCE) {
    const block = columns.slice(i, i + COLUMNS_AT_ONCE)
    const list = block.map(
      (c, k) => `count_if(${comparable(c, 'a.')} IS DISTINCT FROM ${comparable(c, 'b.')})::DOUBLE AS c${k}`,
    )
    const [answer] = (
      await db.runAndReadAll(
        `SELECT ${list.join(', ')} FROM differing d JOIN ${before.from} a ON a.${before.row} = d.old_row JOIN ${after.from} b ON b.${after.row} = d.new_row
         WHERE d.old = 1 AND d.new = 1`,
      )
    ).getRowObjectsJson() as Record<string, number>[]
    for (const [k, c] of block.entries()) counts.set(c.name, answer![`c${k}`]!)
  }
  return counts
}
