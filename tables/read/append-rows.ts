import type { VersionColumn } from '../contract.ts'
import { type DuckDBConnection, quoteIdentifier as id, quoteLiteral as text } from '../duckdb.ts'

const family = (type: string) =>
  /INT|DOUBLE|FLOAT|DECIMAL/.test(type)
    ? 'numbers'
    : /^(DATE|TIMESTAMP)/.test(type)
      ? 'dates'
      : type === 'BOOLEAN'
        ? 'true and false'
        : 'words'

const list = (names: string[]) =>
  `${names
    .slice(0, 8)
    .map(n => `“${n}”`)
    .join(', ')}${names.length > 8 ? ' …' : ''}`

/**
 * The view `joined`: the rows of the version before, then those of `data`; columns matched by name. Where both hold different things the
 * column becomes words, so that no cell is lost; each difference is told in a sentence.
 */
export async function appendRows(
  db: DuckDBConnection,
  before: { path: string; schema: VersionColumn[]; label: string },
): Promise<{ table: string; differences: string[] }> {
  await db.run(`CREATE VIEW before AS SELECT * FROM read_parquet(${text(before.path)})`)
  const columnsOf = async (table: string) =>
    new Map((await db.runAndReadAll(`DESCRIBE ${table}`)).getRowsJson().map(r => [String(r[0]), String(r[1])]))
  const [old, next] = [await columnsOf('before'), await columnsOf('data')]
  const isEmpty = async (table: string, name: string) =>
    ((await db.runAndReadAll(`SELECT count(${id(name)})::DOUBLE FROM ${table}`)).getRowsJson()[0]![0] as number) === 0
  const lacking = [...old.keys()].filter(n => !next.has(n))
  const fresh = [...next.keys()].filter(n => !old.has(n))
  const differences = [
    ...(lacking.length > 0
      ? [
          `The new rows have no ${lacking.length === 1 ? 'column' : 'columns'} ${list(lacking)}; their cells are missing.`,
        ]
      : []),
    ...(fresh.length > 0
      ? [
          `${list(fresh)} ${fresh.length === 1 ? 'is' : 'are'} new; in the rows of ${before.label} the cells are missing.`,
        ]
      : []),
  ]
  const [olds, nexts] = [new Map<string, string>(), new Map<string, string>()]
  for (const [name, was] of old) {
    const is = next.get(name)
    if (is === undefined || is === was || (family(is) === family(was) && family(is) !== 'dates')) continue
    if (await isEmpty('data', name)) nexts.set(name, was)
    else if (await isEmpty('before', name)) olds.set(name, is)
    else if (family(is) === 'dates' && family(was) === 'dates') {
      const zoned = [is, was].some(t => t.includes('ZONE'))
      for (const side of [olds, nexts]) side.set(name, zoned ? 'TIMESTAMP WITH TIME ZONE' : 'TIMESTAMP')
      if (zoned && !(is.includes('ZONE') && was.includes('ZONE')))
        differences.push(`“${name}” has times with and without an offset; those without are read as UTC.`)
    } else {
      for (const side of [olds, nexts]) side.set(name, 'VARCHAR')
      differences.push(
        `“${name}” was ${family(was)} in ${before.label} and is ${family(is)} in the new rows: all of it is words now.`,
      )
    }
  }
  const select = (columns: Map<string, string>, casts: Map<string, string>, table: string) =>
    `SELECT ${[...columns.keys()].map(n => (casts.has(n) ? `${id(n)}::${casts.get(n)} AS ${id(n)}` : id(n))).join(', ')} FROM ${table}`
  await db.run(`CREATE VIEW joined AS ${select(old, olds, 'before')} UNION ALL BY NAME ${select(next, nexts, 'data')}`)
  return { table: 'joined', differences }
}
