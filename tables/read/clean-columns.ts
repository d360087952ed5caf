import { type DuckDBConnection, quoteIdentifier as id } from '../duckdb.ts'
import type { IngestNote } from './contract.ts'
import { count, countPresentSql, countTextKindsSql, isText, readText } from './read-text.ts'

const COLUMNS_AT_ONCE = 100
const WIDE = 200
const MAX_PART_CELLS = 20_000_000
/** Rows checked first: what they disprove need not be checked on the rest. */
const FIRST_ROWS = 10_000

interface Column {
  column_name: string
  column_type: string
}

/** Maps every file type to BIGINT, DOUBLE, BOOLEAN, DATE, TIMESTAMP, TIMESTAMP WITH TIME ZONE or VARCHAR. */
function plain(column: string, type: string): string {
  const c = id(column)
  if (/[[(]|^(STRUCT|MAP|UNION)/.test(type) && !/^(DECIMAL|ENUM)/.test(type)) return `to_json(${c})::VARCHAR`
  if (/^(UTINYINT|USMALLINT|UINTEGER|TINYINT|SMALLINT|INTEGER)$/.test(type)) return `${c}::BIGINT`
  if (/^(BIGINT|BOOLEAN|DATE|TIMESTAMP|TIMESTAMP WITH TIME ZONE|VARCHAR)$/.test(type)) return c
  if (/^(UBIGINT|HUGEINT|UHUGEINT|FLOAT|DECIMAL)/.test(type)) return `${c}::DOUBLE`
  if (/^(DOUBLE)$/.test(type)) return c
  if (/^TIMESTAMP_/.test(type)) return `${c}::TIMESTAMP`
  return `${c}::VARCHAR`
}

export interface Cleaned {
  /** Notes about what was changed. */
  notes: IngestNote[]
  /** false: `data` equals `source` in every column. */
  changed: boolean
}

/**
 * Creates the view `data` over `source`: columns renamed to `names`, few plain types, missing-value markers as null, and text columns that
 * hold numbers, dates or booleans converted. Columns in `codes` always stay text.
 */
export async function cleanColumns(
  db: DuckDBConnection,
  source: { textual: boolean; names?: string[]; codes?: ReadonlySet<string>; rows: number },
): Promise<Cleaned> {
  const query = async <T>(sql: string) => (await db.runAndReadAll(sql)).getRowObjectsJson() as T[]
  const columns = await query<Column>('DESCRIBE source')
  const { names, codes } = source
  const named = (i: number) => (names?.length === columns.length ? names[i]! : columns[i]!.column_name)
  const expressions = columns.map(c => plain(c.column_name, c.column_type))
  const notes: IngestNote[] = []
  const at = (want: (c: Column, expression: string) => boolean) =>
    columns.flatMap((c, i) => (want(c, expressions[i]!) ? [i] : []))
  const wide = columns.length > WIDE && source.rows * COLUMNS_AT_ONCE <= MAX_PART_CELLS
  /** Opening a file of thousands of columns costs more than copying a hundred of them. */
  const inBlocks = async (list: number[], work: (block: number[], table: string) => Promise<void>) => {
    for (let i = 0; i < list.length; i += COLUMNS_AT_ONCE) {
      const block = list.slice(i, i + COLUMNS_AT_ONCE)
      if (wide)
        await db.run(
          `CREATE OR REPLACE TEMP TABLE part AS SELECT ${block.map(k => id(columns[k]!.column_name)).join(', ')} FROM source`,
        )
      await work(block, wide ? 'part' : 'source')
    }
  }

  for (const i of at((_, e) => e.startsWith('to_json')))
    notes.push({ code: 'nested-as-json', facts: { column: named(i) } })

  await inBlocks(
    at(c => c.column_type === 'DOUBLE' || c.column_type === 'FLOAT'),
    async (block, table) => {
      const sql = block.map((i, k) => {
        const c = id(columns[i]!.column_name)
        return `count(*) FILTER (WHERE NOT isfinite(${c}))::DOUBLE AS n${k}`
      })
      const [row] = await query<Record<string, unknown>>(`SELECT ${sql.join(', ')} FROM ${table}`)
      for (const [k, i] of block.entries()) {
        const n = count(row, `n${k}`)
        if (n === 0) continue
        const c = id(columns[i]!.column_name)
        expressions[i] = `CASE WHEN isfinite(${c}) THEN ${c}::DOUBLE END`
        notes.push({ code: 'not-finite', facts: { column: named(i), cells: n } })
      }
    },
  )

  if (source.textual)
    await inBlocks(
      at(c => c.column_type === 'VARCHAR'),
      async (block, table) => {
        const first = await query<Record<string, unknown>>(
          `SELECT ${block.map((i, k) => countTextKindsSql(id(columns[i]!.column_name), k)).join(', ')} FROM (SELECT * FROM ${table} LIMIT ${FIRST_ROWS})`,
        )
        const open = block.filter((_, k) => !isText(first[0], k))
        const sql = block.map((i, k) =>
          open.includes(i)
            ? countTextKindsSql(id(columns[i]!.column_name), k)
            : countPresentSql(id(columns[i]!.column_name), k),
        )
        const [row] = await query<Record<string, unknown>>(`SELECT ${sql.join(', ')} FROM ${table}`)
        for (const [k, i] of block.entries()) {
          const isCode = codes?.has(named(i)) ?? false
          const read = await readText(query, {
            c: id(columns[i]!.column_name),
            name: named(i),
            table,
            counts: row,
            k,
            onlyWords: isCode || !open.includes(i),
          })
          if (read.expression) expressions[i] = read.expression
          notes.push(...read.notes)
          if (isCode) notes.push({ code: 'leading-zeros-kept', facts: { column: named(i) } })
        }
      },
    )
  if (wide) await db.run('DROP TABLE IF EXISTS part')
  await db.run(
    `CREATE VIEW data AS SELECT ${expressions.map((e, i) => `${e} AS ${id(named(i))}`).join(', ')} FROM source`,
  )
  const changed = columns.some((c, i) => expressions[i] !== id(c.column_name) || named(i) !== c.column_name)
  return { notes, changed }
}
