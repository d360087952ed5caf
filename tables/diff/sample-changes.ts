import { storedAs, type VersionColumn } from '../contract.ts'
import { type DuckDBConnection, quoteIdentifier as id } from '../duckdb.ts'
import type { CommonColumn } from './compare-schemas.ts'
import type { DiffCell, DiffSample } from './contract.ts'
import type { Side } from './match-rows.ts'

const ROWS_OF_EACH = 20
const MAX_CHARACTERS = 200

/** Returns the first rows of each kind of change with the positions of the cells that differ. */
export async function sampleChanges(
  db: DuckDBConnection,
  sides: {
    before: { side: Side; schema: readonly VersionColumn[] }
    after: { side: Side; schema: readonly VersionColumn[] }
  },
  columns: readonly string[],
  common: readonly CommonColumn[],
): Promise<DiffSample[]> {
  const pick = async (where: string, order: string) =>
    (
      await db.runAndReadAll(
        `SELECT old_row::DOUBLE AS old_row, new_row::DOUBLE AS new_row FROM differing WHERE ${where} ORDER BY ${order} LIMIT ${ROWS_OF_EACH}`,
      )
    ).getRowObjectsJson() as { old_row: number | null; new_row: number | null }[]
  const changed = await pick('old = 1 AND new = 1', 'new_row')
  const added = await pick('new > old', 'new_row')
  const removed = await pick('old > new', 'old_row')
  const numbers = (rows: (number | null)[]) => rows.filter(row => row !== null)
  const old = await rowsOf(db, sides.before, columns, numbers([...changed, ...removed].map(r => r.old_row)))
  const now = await rowsOf(db, sides.after, columns, numbers([...changed, ...added].map(r => r.new_row)))
  const both = new Set(common.map(c => c.name))
  return [
    ...changed.map(({ old_row, new_row }): DiffSample => {
      const [before, after] = [old.get(old_row!) ?? [], now.get(new_row!) ?? []]
      const cells = columns.flatMap((name, k) => (both.has(name) && before[k] !== after[k] ? [k] : []))
      return { change: 'changed', before, after, cells }
    }),
    ...added.map((r): DiffSample => ({ change: 'added', before: null, after: now.get(r.new_row!) ?? [], cells: [] })),
    ...removed.map(
      (r): DiffSample => ({ change: 'removed', before: old.get(r.old_row!) ?? [], after: null, cells: [] }),
    ),
  ]
}

async function rowsOf(
  db: DuckDBConnection,
  { side, schema }: { side: Side; schema: readonly VersionColumn[] },
  columns: readonly string[],
  rows: readonly number[],
): Promise<Map<number, DiffCell[]>> {
  if (rows.length === 0) return new Map()
  const known = new Map(schema.map(c => [c.name, c]))
  const list = columns.map(name => {
    const column = known.get(name)
    if (!column) return 'NULL'
    const stored = storedAs(column)
    if (stored === 'number' || stored === 'integer') return `${id(name)}::DOUBLE`
    return stored === 'boolean' ? id(name) : `left(${id(name)}::VARCHAR, ${MAX_CHARACTERS})`
  })
  const found = (
    await db.runAndReadAll(
      `SELECT ${[`${side.row}::DOUBLE`, ...list].join(', ')} FROM ${side.from} WHERE ${side.row} IN (${rows.join(', ')})`,
    )
  ).getRowsJson() as [number, ...DiffCell[]][]
  return new Map(found.map(([row, ...cells]) => [row, cells]))
}
