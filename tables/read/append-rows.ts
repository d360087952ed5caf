import { nameList, type VersionColumn } from '../contract.ts'
import { type DuckDBConnection, quoteIdentifier as id, quoteLiteral as text } from '../duckdb.ts'
import type { CellKind, IngestNote } from './contract.ts'

const kindOf = (type: string): CellKind =>
  /INT|DOUBLE|FLOAT|DECIMAL/.test(type)
    ? 'number'
    : /^(DATE|TIMESTAMP)/.test(type)
      ? 'datetime'
      : type === 'BOOLEAN'
        ? 'boolean'
        : 'text'

/**
 * Creates the view `joined`: the rows of the previous version, then those of `data`, with columns matched by name. Where types differ, the
 * column becomes text so that no cell is lost. Returns a note for each difference.
 */
export async function appendRows(
  db: DuckDBConnection,
  before: { path: string; schema: VersionColumn[]; label: string },
): Promise<{ table: string; notes: IngestNote[] }> {
  await db.run(`CREATE VIEW before AS SELECT * FROM read_parquet(${text(before.path)})`)
  const columnsOf = async (table: string) =>
    new Map((await db.runAndReadAll(`DESCRIBE ${table}`)).getRowsJson().map(r => [String(r[0]), String(r[1])]))
  const [old, next] = [await columnsOf('before'), await columnsOf('data')]
  const isEmpty = async (table: string, name: string) =>
    ((await db.runAndReadAll(`SELECT count(${id(name)})::DOUBLE FROM ${table}`)).getRowsJson()[0]![0] as number) === 0
  const lacking = [...old.keys()].filter(n => !next.has(n))
  const fresh = [...next.keys()].filter(n => !old.has(n))
  const notes: IngestNote[] = []
  if (lacking.length > 0) notes.push({ code: 'append-columns-absent', facts: { columns: nameList(lacking) } })
  if (fresh.length > 0)
    notes.push({ code: 'append-columns-new', facts: { columns: nameList(fresh), version: before.label } })
  const [olds, nexts] = [new Map<string, string>(), new Map<string, string>()]
  for (const [name, was] of old) {
    const is = next.get(name)
    if (is === undefined || is === was || (kindOf(is) === kindOf(was) && kindOf(is) !== 'datetime')) continue
    if (await isEmpty('data', name)) nexts.set(name, was)
    else if (await isEmpty('before', name)) olds.set(name, is)
    else if (kindOf(is) === 'datetime' && kindOf(was) === 'datetime') {
      const zoned = [is, was].some(t => t.includes('ZONE'))
      for (const side of [olds, nexts]) side.set(name, zoned ? 'TIMESTAMP WITH TIME ZONE' : 'TIMESTAMP')
      if (zoned && !(is.includes('ZONE') && was.includes('ZONE')))
        notes.push({ code: 'append-mixed-offsets', facts: { column: name } })
    } else {
      for (const side of [olds, nexts]) side.set(name, 'VARCHAR')
      notes.push({
        code: 'append-became-text',
        facts: { column: name, before: kindOf(was), after: kindOf(is), version: before.label },
      })
    }
  }
  const select = (columns: Map<string, string>, casts: Map<string, string>, table: string) =>
    `SELECT ${[...columns.keys()].map(n => (casts.has(n) ? `${id(n)}::${casts.get(n)} AS ${id(n)}` : id(n))).join(', ')} FROM ${table}`
  await db.run(`CREATE VIEW joined AS ${select(old, olds, 'before')} UNION ALL BY NAME ${select(next, nexts, 'data')}`)
  return { table: 'joined', notes }
}
