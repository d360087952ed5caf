import { type DuckDBConnection, quoteIdentifier as id, quoteLiteral as text } from '#server/kernel/duckdb.ts'
import type { SourceFormat } from './read-source.ts'

/** Share of cells that must be numbers for a column with a few stray words to be read as numbers. */
const NUMERIC_SHARE = 0.99
const MAX_STRAYS = 1000
const COLUMNS_AT_ONCE = 100
/** Words that mean "no value" in files of text; others that might are kept and warned about. */
const MISSING_TOKENS = ['', '?', 'NA', 'N/A', 'n/a', '<NA>', '#N/A', 'NaN', 'nan', 'NULL', 'null']

interface Column {
  column_name: string
  column_type: string
}

/** Every type that files bring, as one of BIGINT, DOUBLE, BOOLEAN, DATE, TIMESTAMP, TIMESTAMP WITH TIME ZONE, VARCHAR. */
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

const words = (list: { w: string }[]) => list.map(s => `“${s.w}”`).join(', ')

/**
 * Makes the view `data` over the table `source`: `names` in place of DuckDB's, few plain types, missing words as missing, columns of
 * text that hold numbers, dates or true/false as such. Returns sentences that say what was changed.
 */
export async function cleanColumns(
  db: DuckDBConnection,
  format: SourceFormat,
  names: string[] | undefined,
): Promise<string[]> {
  const query = async <T>(sql: string) => (await db.runAndReadAll(sql)).getRowObjectsJson() as T[]
  const columns = await query<Column>('DESCRIBE source')
  const named = (i: number) => (names?.length === columns.length ? names[i]! : columns[i]!.column_name)
  const expressions = columns.map(c => plain(c.column_name, c.column_type))
  const warnings: string[] = []
  const tokens = `(${MISSING_TOKENS.map(text).join(', ')})`
  const at = (want: (c: Column, expression: string) => boolean) =>
    columns.flatMap((c, i) => (want(c, expressions[i]!) ? [i] : []))
  const inBlocks = async (list: number[], work: (block: number[]) => Promise<void>) => {
    for (let i = 0; i < list.length; i += COLUMNS_AT_ONCE) await work(list.slice(i, i + COLUMNS_AT_ONCE))
  }
  const count = (row: Record<string, unknown> | undefined, key: string) => Number(row?.[key] ?? 0)

  for (const i of at((_, e) => e.startsWith('to_json')))
    warnings.push(`${named(i)}: nested values are kept as JSON text.`)

  await inBlocks(
    at(c => c.column_type === 'DOUBLE' || c.column_type === 'FLOAT'),
    async block => {
      const sql = block.map((i, k) => {
        const c = id(columns[i]!.column_name)
        return `count(*) FILTER (WHERE NOT isfinite(${c}))::DOUBLE AS n${k}`
      })
      const [row] = await query<Record<string, unknown>>(`SELECT ${sql.join(', ')} FROM source`)
      for (const [k, i] of block.entries()) {
        const n = count(row, `n${k}`)
        if (n === 0) continue
        const c = id(columns[i]!.column_name)
        expressions[i] = `CASE WHEN isfinite(${c}) THEN ${c}::DOUBLE END`
        warnings.push(`${named(i)}: ${n} ${n === 1 ? 'cell is' : 'cells are'} NaN or infinite and read as missing.`)
      }
    },
  )

  if (format === 'csv')
    await inBlocks(
      at(c => c.column_type === 'VARCHAR'),
      async block => {
        const sql = block.map((i, k) => {
          const c = id(columns[i]!.column_name)
          const real = `FILTER (WHERE trim(${c}) NOT IN ${tokens})`
          return [
            `count(${c})::DOUBLE AS n${k}`,
            `count(${c}) ${real}::DOUBLE AS r${k}`,
            `count_if(regexp_full_match(trim(${c}), '[+-]?[0-9]{1,18}'))::DOUBLE AS i${k}`,
            `count(CASE WHEN isfinite(TRY_CAST(${c} AS DOUBLE)) THEN 1 END) ${real}::DOUBLE AS g${k}`,
            `count_if(lower(trim(${c})) IN ('true', 'false'))::DOUBLE AS b${k}`,
            `count(TRY_CAST(${c} AS TIMESTAMP)) ${real}::DOUBLE AS t${k}`,
            `count_if(regexp_matches(${c}, '[0-9]:[0-9]{2}.*(Z|[+-][0-9]{2}(:?[0-9]{2})?)$'))::DOUBLE AS z${k}`,
          ].join(', ')
        })
        const [row] = await query<Record<string, unknown>>(`SELECT ${sql.join(', ')} FROM source`)
        for (const [k, i] of block.entries()) {
          const c = id(columns[i]!.column_name)
          const present = count(row, `n${k}`)
          const real = count(row, `r${k}`)
          const numbers = count(row, `g${k}`)
          if (present === 0) continue
          const read = `CASE WHEN trim(${c}) NOT IN ${tokens} THEN trim(${c}) END`
          let type: string | undefined
          if (real > 0 && count(row, `i${k}`) === real) type = 'BIGINT'
          else if (real > 0 && numbers === real) type = 'DOUBLE'
          else if (real > 0 && count(row, `b${k}`) === real) type = 'BOOLEAN'
          else if (real > 0 && count(row, `t${k}`) === real)
            type = count(row, `z${k}`) === real ? 'TIMESTAMP WITH TIME ZONE' : 'TIMESTAMP'
          else if (numbers >= real * NUMERIC_SHARE && real - numbers <= MAX_STRAYS && numbers > 0) {
            const strays = await query<{ w: string }>(
              `SELECT DISTINCT left(trim(${c}), 60) AS w FROM source WHERE trim(${c}) NOT IN ${tokens} AND NOT coalesce(isfinite(TRY_CAST(${c} AS DOUBLE)), false) ORDER BY 1 LIMIT 4`,
            )
            warnings.push(
              `${named(i)}: ${real - numbers} of ${present} cells are no numbers (${words(strays)}) and are read as missing.`,
            )
            expressions[i] = `CASE WHEN isfinite(TRY_CAST(${read} AS DOUBLE)) THEN TRY_CAST(${read} AS DOUBLE) END`
          }
          if (type) expressions[i] = `TRY_CAST(${read} AS ${type})`
          if (real === present) continue
          if (expressions[i] === c) expressions[i] = `CASE WHEN trim(${c}) NOT IN ${tokens} THEN ${c} END`
          const seen = await query<{ w: string }>(
            `SELECT DISTINCT trim(${c}) AS w FROM source WHERE trim(${c}) IN ${tokens} AND trim(${c}) <> '' ORDER BY 1 LIMIT 4`,
          )
          if (seen.length > 0)
            warnings.push(
              `${named(i)}: ${present - real} of ${present} cells are ${words(seen)} and are read as missing.`,
            )
        }
      },
    )
  await db.run(
    `CREATE VIEW data AS SELECT ${expressions.map((e, i) => `${e} AS ${id(named(i))}`).join(', ')} FROM source`,
  )
  return warnings
}
