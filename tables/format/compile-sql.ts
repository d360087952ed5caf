import {
  type ColumnFormat,
  type DatetimeFormat,
  MISSING_WORDS,
  type NumberFormat,
  WHITE_SPACE,
} from '#ml/cells/column-format.ts'
import { datetimePattern, EPOCH_SHAPE, MONTH_NAMES } from '#ml/cells/read-datetime.ts'
import { isPlainNumber, numberPattern } from '#ml/cells/read-number.ts'
import { ISO_SHAPE } from '#ml/frame/cell.ts'
import { quoteLiteral as text } from '../duckdb.ts'

/** What the cells of a column of text become. `instant`: some cells have an offset, and all are read as moments in UTC. */
export interface ReadPlan {
  as: 'integer' | 'number' | 'boolean' | 'datetime' | 'text'
  format: ColumnFormat
  instant?: boolean
  /** Boolean: [false word, true word]. */
  words?: readonly string[]
}

const list = (texts: Iterable<string>) => `(${[...texts].map(text).join(', ')})`
const matches = (t: string, shape: string, flags = '') =>
  `regexp_matches(${t}, ${text(shape)}${flags ? `, ${text(flags)}` : ''})`

/** Returns SQL for a column's text without white space at its ends, as `trimCell`. */
export const trimSql = (column: string): string => `trim(${column}, ${text(WHITE_SPACE)})`

/** Returns SQL for whether a trimmed text means missing under the format. */
export function missingSql(t: string, { as, format }: ReadPlan): string {
  const own = format.missing?.length ? `${t} IN ${list(format.missing)}` : 'false'
  return as === 'text' ? `(${t} = '' OR ${own})` : `(lower(${t}) IN ${list(MISSING_WORDS)} OR ${own})`
}

/**
 * Compiles a plan to SQL over a trimmed text: the value, or NULL for a missing cell and for one that cannot be read. Equal to
 * `compileCellReader` for every text.
 */
export function valueSql(t: string, plan: ReadPlan): string {
  const { as, format } = plan
  const own = format.missing?.length ? `WHEN ${t} IN ${list(format.missing)} THEN NULL ` : ''
  if (as === 'text') return `CASE WHEN ${t} = '' THEN NULL ${own}ELSE ${t} END`
  if (as === 'boolean') return booleanSql(t, own, plan.words)
  const value =
    as === 'datetime' ? datetimeSql(t, format.datetime, plan.instant ?? false) : numberSql(t, format.number, as)
  return own === '' ? value : `CASE ${own}ELSE ${value} END`
}

function booleanSql(t: string, own: string, words?: readonly string[]): string {
  const [no, yes] = words ?? []
  const w = `lower(${t})`
  return `CASE ${own}${yes === undefined ? '' : `WHEN ${w} = ${text(yes.toLowerCase())} THEN true `}${no === undefined ? '' : `WHEN ${w} = ${text(no.toLowerCase())} THEN false `}WHEN ${w} IN ${list(MISSING_WORDS)} THEN NULL WHEN ${w} IN ('true', 't', 'yes', 'y', '1', '1.0', 'on') THEN true WHEN ${w} IN ('false', 'f', 'no', 'n', '0', '0.0', 'off') THEN false END`
}

function numberSql(t: string, format: NumberFormat | undefined, as: 'integer' | 'number'): string {
  const { shape, body, group, strip } = numberPattern(format)
  const type = as === 'integer' ? 'BIGINT' : 'DOUBLE'
  const finite = (value: string) => (as === 'integer' ? value : `CASE WHEN isfinite(${value}) THEN ${value} END`)
  if (isPlainNumber(format)) return `CASE WHEN ${matches(t, shape)} THEN ${finite(`TRY_CAST(${t} AS ${type})`)} END`
  const { decimal, percent, trailingMinus, dash } = format!
  const bare = strip ? `regexp_replace(${t}, ${text(strip)}, '', 'i')` : t
  const found = `regexp_extract(${bare}, ${text(body)}, 0, 'i')`
  let digits = dash ? `regexp_replace(${found}, '[-–—]{1,2}$', '')` : found
  if (group) digits = `regexp_replace(${digits}, ${text(group)}, '', 'g')`
  if (decimal === ',') digits = `replace(${digits}, ',', '.')`
  const plain = `TRY_CAST(${digits} AS ${type})`
  // Divided as text, as the reader of one cell does: 0.35 and not 35 / 100 with its rounding.
  const value =
    percent === 'divide'
      ? `CASE WHEN NOT contains(${t}, '%') THEN ${plain} WHEN contains(lower(${digits}), 'e') THEN ${plain} / 100 ELSE TRY_CAST(${digits} || 'e-2' AS ${type}) END`
      : plain
  const lead = `regexp_matches(${bare}, '^[^0-9.,]*[-−(]')`
  const tail = trailingMinus
    ? ` OR regexp_matches(substr(${bare}, instr(${bare}, ${found}) + length(${found})), '^[ \u00a0\u2007\u2009\u202f]*[-−]')`
    : ''
  return `CASE WHEN ${matches(t, shape, 'i')} THEN ${finite(`(CASE WHEN ${lead}${tail} THEN -1 ELSE 1 END * ${value})`)} END`
}

/** DuckDB's cast to a timestamp ignores offsets, so they are subtracted here. `zone` is SQL for `Z`, `+02:00`, `-0530` or an empty text. */
const minusOffset = (timestamp: string, zone: string) =>
  `(${timestamp} - to_minutes(CASE WHEN regexp_matches(${zone}, '^[+-]') THEN (CASE WHEN ${zone}[1] = '-' THEN -1 ELSE 1 END) * (${zone}[2:3]::INTEGER * 60 + coalesce(TRY_CAST(right(replace(${zone}, ':', ''), -3) AS INTEGER), 0)) ELSE 0 END))`

function datetimeSql(t: string, { patterns = [], epoch }: DatetimeFormat = {}, instant: boolean): string {
  const zoned = (timestamp: string) => (instant ? `timezone('UTC', ${timestamp})` : timestamp)
  const zone = `regexp_extract(${t}, ${text(`^${ISO_SHAPE}$`)}, 8)`
  const local = `TRY_CAST(replace(regexp_replace(${t}, '(:[0-9.,]+) *(Z|z|UTC|GMT|[+-][0-9:]+)$', '\\1'), ',', '.') AS TIMESTAMP)`
  const iso = `CASE WHEN ${matches(t, `^${ISO_SHAPE}$`)} THEN ${zoned(minusOffset(local, zone))} END`
  if (epoch)
    return `CASE WHEN ${matches(t, EPOCH_SHAPE)} THEN ${zoned(`epoch_ms(floor(TRY_CAST(${t} AS DOUBLE) * ${epoch === 's' ? 1000 : 1})::BIGINT)`)} ELSE ${iso} END`
  return patterns.reduceRight((rest, pattern) => {
    const value = zoned(patternSql(t, pattern))
    return `coalesce(${value}, ${rest})`
  }, iso)
}

function patternSql(t: string, pattern: string): string {
  const { shape, fields } = datetimePattern(pattern)
  const group = (field: string) => fields.indexOf(field) + 1
  const part = (field: string) => `regexp_extract(${t}, ${text(shape)}, ${group(field)})`
  const named = fields.find(f => f === 'b' || f === 'B')
  const simple = !named && !fields.includes('y') && !fields.includes('I') && !fields.includes('z')
  if (simple) {
    // One pass: the groups in the order of ISO 8601.
    const at = (field: string, absent: string) => (group(field) > 0 ? `\\${group(field)}` : absent)
    const rewritten = `${at('Y', '1970')}-${at('m', '1')}-${at('d', '1')} ${at('H', '0')}:${at('M', '00')}:${at('S', '00')}${group('f') > 0 ? `.\\${group('f')}` : ''}`
    return `CASE WHEN ${matches(t, shape)} THEN TRY_CAST(regexp_replace(${t}, ${text(shape)}, ${text(rewritten)}) AS TIMESTAMP) END`
  }
  const year = fields.includes('Y')
    ? part('Y')
    : `(CASE WHEN TRY_CAST(${part('y')} AS INTEGER) >= 69 THEN '19' ELSE '20' END || ${part('y')})`
  const months = Object.entries(MONTH_NAMES).map(([name, month]) => `WHEN ${text(name)} THEN '${month}'`)
  const month = named
    ? `(CASE lower(left(${part(named)}, 3)) ${months.join(' ')} ELSE '0' END)`
    : group('m') > 0
      ? part('m')
      : `'1'`
  const hour = fields.includes('I')
    ? `(CASE WHEN TRY_CAST(${part('I')} AS INTEGER) BETWEEN 1 AND 12 THEN (TRY_CAST(${part('I')} AS INTEGER) % 12 + CASE WHEN lower(left(${fields.includes('p') ? part('p') : `'a'`}, 1)) = 'p' THEN 12 ELSE 0 END)::VARCHAR ELSE '99' END)`
    : group('H') > 0
      ? part('H')
      : `'0'`
  const or = (field: string, absent: string) => (group(field) > 0 ? part(field) : `'${absent}'`)
  const fraction = group('f') > 0 ? ` || '.' || ${part('f')}` : ''
  const local = `TRY_CAST(${year} || '-' || ${month} || '-' || ${or('d', '1')} || ' ' || ${hour} || ':' || ${or('M', '00')} || ':' || ${or('S', '00')}${fraction} AS TIMESTAMP)`
  return `CASE WHEN ${matches(t, shape)} THEN ${group('z') > 0 ? minusOffset(local, part('z')) : local} END`
}
