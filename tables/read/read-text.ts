import { quoteLiteral as text } from '../duckdb.ts'
import type { IngestNote } from './contract.ts'

/** Share of cells that must be numbers for a column with some other text to be read as numbers. */
const NUMERIC_SHARE = 0.99
const MAX_STRAYS = 1000
/** Texts that mean "missing" in text files; other candidates are kept and reported. */
const MISSING_TOKENS = ['', '?', 'NA', 'N/A', 'n/a', '<NA>', '#N/A', 'NaN', 'nan', 'NULL', 'null']
const TOKENS = `(${MISSING_TOKENS.map(text).join(', ')})`

type Counts = Record<string, unknown> | undefined
type Query = <T>(sql: string) => Promise<T[]>
export const count = (row: Counts, key: string): number => Number(row?.[key] ?? 0)
const MAX_EXAMPLES = 4

/**
 * Returns SQL that counts what decides a text column's type: present cells, present without missing-value markers, integers, numbers,
 * booleans, datetimes, datetimes with an offset.
 */
export function countTextKindsSql(c: string, k: number): string {
  const real = `FILTER (WHERE trim(${c}) NOT IN ${TOKENS})`
  return [
    `count(${c})::DOUBLE AS n${k}`,
    `count(${c}) ${real}::DOUBLE AS r${k}`,
    `count_if(regexp_full_match(trim(${c}), '[+-]?[0-9]{1,18}'))::DOUBLE AS i${k}`,
    `count(CASE WHEN isfinite(TRY_CAST(${c} AS DOUBLE)) THEN 1 END) ${real}::DOUBLE AS g${k}`,
    `count_if(lower(trim(${c})) IN ('true', 'false'))::DOUBLE AS b${k}`,
    `count(TRY_CAST(${c} AS TIMESTAMP)) ${real}::DOUBLE AS t${k}`,
    `count_if(regexp_matches(${c}, '[0-9]:[0-9]{2}.*(Z|[+-][0-9]{2}(:?[0-9]{2})?)$'))::DOUBLE AS z${k}`,
    twoLetters(c, k),
  ].join(', ')
}

/** Returns SQL that counts only present cells, for a column that is certainly text. */
export const countPresentSql = (c: string, k: number): string =>
  `count(${c})::DOUBLE AS n${k}, count(${c}) FILTER (WHERE trim(${c}) NOT IN ${TOKENS})::DOUBLE AS r${k}, ${twoLetters(c, k)}`

const twoLetters = (c: string, k: number) =>
  `count_if(length(${c}) = 2 AND upper(${c}) = ${c} AND ${c} <> 'NA')::DOUBLE AS u${k}`

/** Returns whether the first rows rule out numbers, booleans and datetimes for the whole column. */
export function isText(row: Counts, k: number): boolean {
  const real = count(row, `r${k}`)
  return real - count(row, `g${k}`) > MAX_STRAYS && count(row, `b${k}`) < real && count(row, `t${k}`) < real
}

/**
 * Decides how to read a text column: as numbers, datetimes or booleans where (nearly) all cells prove it; missing-value markers as null.
 */
export async function readText(
  query: Query,
  of: { c: string; name: string; table: string; counts: Counts; k: number; onlyWords: boolean },
): Promise<{ expression?: string; notes: IngestNote[] }> {
  const { c, name, table, counts, k } = of
  const notes: IngestNote[] = []
  const [present, numbers] = [count(counts, `n${k}`), count(counts, `g${k}`)]
  let real = count(counts, `r${k}`)
  if (present === 0) return { notes }
  let tokens = TOKENS
  let type: string | undefined
  if (!of.onlyWords && real > 0) {
    if (count(counts, `i${k}`) === real) type = 'BIGINT'
    else if (numbers === real) type = 'DOUBLE'
    else if (count(counts, `b${k}`) === real) type = 'BOOLEAN'
    else if (count(counts, `t${k}`) === real)
      type = count(counts, `z${k}`) === real ? 'TIMESTAMP WITH TIME ZONE' : 'TIMESTAMP'
  }
  let expression: string | undefined
  const read = `CASE WHEN trim(${c}) NOT IN ${tokens} THEN trim(${c}) END`
  if (type) expression = `TRY_CAST(${read} AS ${type})`
  else if (!of.onlyWords && numbers > 0 && numbers >= real * NUMERIC_SHARE && real - numbers <= MAX_STRAYS) {
    const strays = await query<{ w: string }>(
      `SELECT DISTINCT left(trim(${c}), 60) AS w FROM ${table} WHERE trim(${c}) NOT IN ${tokens} AND NOT coalesce(isfinite(TRY_CAST(${c} AS DOUBLE)), false) ORDER BY 1 LIMIT ${MAX_EXAMPLES}`,
    )
    notes.push({
      code: 'not-numbers',
      facts: { column: name, cells: real - numbers, present, examples: strays.map(s => s.w) },
    })
    expression = `CASE WHEN isfinite(TRY_CAST(${read} AS DOUBLE)) THEN TRY_CAST(${read} AS DOUBLE) END`
  }
  if (real === present) return { expression, notes }
  if (!expression && count(counts, `u${k}`) > real / 2) {
    // Among two-letter uppercase codes, such as countries or states, NA is a value.
    tokens = `(${MISSING_TOKENS.filter(t => t !== 'NA')
      .map(text)
      .join(', ')})`
    const [again] = await query<{ r: number }>(
      `SELECT count(${c}) FILTER (WHERE trim(${c}) NOT IN ${tokens})::DOUBLE AS r FROM ${table}`,
    )
    if (again!.r !== real) notes.push({ code: 'na-kept', facts: { column: name } })
    real = again!.r
    if (real === present) return { notes }
  }
  expression ??= `CASE WHEN trim(${c}) NOT IN ${tokens} THEN ${c} END`
  const seen = await query<{ w: string; n: number }>(
    `SELECT trim(${c}) AS w, count(*)::DOUBLE AS n FROM ${table} WHERE trim(${c}) IN ${tokens} GROUP BY 1 ORDER BY 1`,
  )
  const named = seen.filter(s => s.w !== '')
  const blank = seen.find(s => s.w === '')?.n ?? 0
  const total = named.reduce((sum, s) => sum + s.n, 0)
  if (named.length > 0)
    notes.push({
      code: 'missing-tokens',
      facts: { column: name, cells: total, present, tokens: named.slice(0, MAX_EXAMPLES).map(s => s.w) },
    })
  if (blank > 0) notes.push({ code: 'blank-cells', facts: { column: name, cells: blank, present } })
  return { expression, notes }
}
