import type { StoredType } from '../contract.ts'
import { quoteIdentifier as id, quoteLiteral as text } from '../duckdb.ts'
import { sqlStoredAs } from '../infer/infer-column.ts'
import type { Check, CheckOf } from './contract.ts'
import { hoursText, numberText, rangeText, shareText } from './messages.ts'

export interface PhysicalColumn {
  name: string
  /** DuckDB's type. */
  sqlType: string
}

/** The measured value; `null` where there was nothing to measure, NaN is kept. */
export type Measured = Record<string, number | string | null>

export interface Judgement {
  passed: boolean
  observed: number | string | null
  limit: string
  failingRows: number | null
  rows: number
  sentence: string
}

export interface CompiledCheck {
  /** Aggregates over all rows, by the name that `judge` reads. */
  aggregates: Record<string, string>
  /** Condition for an offending row; absent when the check is not about single rows. */
  offends?: string
  /** Columns shown of an offending row. */
  shown: string[]
  judge(measured: Measured, totalRows: number): Judgement
}

/** The reason why a check cannot run on these columns. */
export class CannotCheck extends Error {}

const quote = (name: string) => `“${name}”`
const isNumeric = (kind: StoredType) => kind === 'number' || kind === 'integer'
const count = (m: Measured, key: string): number => Number(m[key] ?? 0)
const value = (m: Measured, key: string): number | null => {
  const v = m[key]
  return v === null || v === undefined ? null : Number(v)
}

interface Found extends PhysicalColumn {
  kind: StoredType
  sql: string
}

function find(columns: readonly PhysicalColumn[], name: string): Found {
  const column = columns.find(c => c.name === name)
  if (!column) throw new CannotCheck(`There is no column ${quote(name)} in this version.`)
  return { ...column, kind: sqlStoredAs(column.sqlType), sql: id(column.name) }
}

function numeric(columns: readonly PhysicalColumn[], name: string): Found {
  const column = find(columns, name)
  if (!isNumeric(column.kind)) throw new CannotCheck(`${quote(name)} holds ${KIND_WORDS[column.kind]}, not numbers.`)
  return column
}

const KIND_WORDS: Record<StoredType, string> = {
  number: 'numbers',
  integer: 'whole numbers',
  boolean: 'true and false',
  datetime: 'dates',
  words: 'text',
}

/** Compiles a check that each present value must pass: counts the present and the offending values. */
function perValue(
  column: string,
  present: string,
  offends: string,
  share: number,
  words: {
    limit: string /** A cheaper count of the offending values, if there is one. */
    failing?: string
    bad: (m: Measured) => string
    extra?: Record<string, string>
    shown?: string[]
  },
): CompiledCheck {
  return {
    aggregates: { n: present, bad: words.failing ?? `count_if(${offends})`, ...words.extra },
    offends,
    shown: words.shown ?? [column],
    judge: m => {
      const [rows, failingRows] = [count(m, 'n'), count(m, 'bad')]
      return judgeShare(quote(column), rows, failingRows, share, words.limit, words.bad(m))
    },
  }
}

function judgeShare(who: string, rows: number, failingRows: number, share: number, limit: string, bad: string) {
  const fitting = rows === 0 ? 1 : (rows - failingRows) / rows
  const passed = fitting >= share
  const required = share === 1 ? '' : `; at least ${numberText(100 * share)} % must fit`
  const sentence =
    failingRows === 0
      ? rows === 0
        ? `${who}: there are no values to check.`
        : `${who}: all ${numberText(rows)} fit.`
      : `${who}: ${shareText(failingRows, rows)} ${bad}${required}.`
  return {
    passed,
    observed: fitting,
    limit: share === 1 ? limit : `${limit}, ${numberText(100 * share)} %`,
    failingRows,
    rows,
    sentence,
  }
}

/** Compiles a check of a single value against a range. NaN and infinite values make it meaningless and are reported. */
function ofFigure(
  column: Found,
  name: string,
  aggregate: string,
  range: { min?: number | null; max?: number | null },
): CompiledCheck {
  const odd = column.kind === 'number' ? `count_if(NOT isfinite(${column.sql}))` : '0'
  return {
    aggregates: { figure: aggregate, n: `count(${column.sql})`, odd },
    shown: [],
    judge: m => {
      const [figure, rows, strange] = [value(m, 'figure'), count(m, 'n'), count(m, 'odd')]
      const limit = rangeText(range.min, range.max)
      const who = `The ${name} of ${quote(column.name)}`
      if (strange > 0)
        return {
          ...{ passed: false, observed: figure, limit, failingRows: null, rows },
          sentence: `${who} cannot be judged: ${shareText(strange, rows)} are NaN or infinite.`,
        }
      if (figure === null || !Number.isFinite(figure))
        return {
          ...{ passed: false, observed: null, limit, failingRows: null, rows },
          sentence: `${who} cannot be judged: there are too few values (${numberText(rows)}).`,
        }
      const passed = figure >= (range.min ?? -Infinity) && figure <= (range.max ?? Infinity)
      return {
        ...{ passed, observed: figure, limit, failingRows: null, rows },
        sentence: `${who} is ${numberText(figure)}; expected is ${limit}.`,
      }
    },
  }
}

const ISO = /^\d{4}-\d{2}-\d{2}([T ]\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:?\d{2})?)?$/

function literal(column: Found, bound: number | string): string {
  if (column.kind === 'datetime') {
    if (typeof bound !== 'string' || !ISO.test(bound) || Number.isNaN(Date.parse(bound)))
      throw new CannotCheck(`${quote(column.name)} holds dates, and ${quote(String(bound))} is not a date.`)
    return `CAST(${text(bound)} AS ${column.sqlType === 'DATE' ? 'TIMESTAMP' : column.sqlType})`
  }
  const number = Number(bound)
  if (!Number.isFinite(number) || String(bound).trim() === '')
    throw new CannotCheck(`${quote(column.name)} holds numbers, and ${quote(String(bound))} is not a number.`)
  return `${number}::DOUBLE`
}

function between(
  { column: name, parameters: p }: CheckOf<'between'>,
  columns: readonly PhysicalColumn[],
): CompiledCheck {
  const column = find(columns, name)
  if (!isNumeric(column.kind) && column.kind !== 'datetime')
    throw new CannotCheck(`${quote(name)} holds ${KIND_WORDS[column.kind]}, neither numbers nor dates.`)
  const c = column.sql
  const low = p.min ?? null
  const high = p.max ?? null
  const parts = [
    ...(low === null ? [] : [`${c} < ${literal(column, low)}`]),
    ...(high === null ? [] : [`${c} > ${literal(column, high)}`]),
    // NaN sorts above everything, so it would pass without an upper bound.
    ...(column.kind === 'number' ? [`isnan(${c})`] : []),
  ]
  const limit = rangeText(low, high)
  const show = (v: number | string | null | undefined) => (typeof v === 'number' ? numberText(v) : String(v ?? '–'))
  const cast = isNumeric(column.kind) ? '::DOUBLE' : '::VARCHAR'
  return perValue(name, `count(${c})`, parts.join(' OR '), p.share, {
    limit,
    extra: { lo: `min(${c})${cast}`, hi: `max(${c})${cast}` },
    bad: m => `are outside ${limit} (found: ${show(m.lo)} to ${show(m.hi)})`,
  })
}

function inSet({ column: name, parameters: p }: CheckOf<'in-set'>, columns: readonly PhysicalColumn[]): CompiledCheck {
  const column = find(columns, name)
  const few = p.values.slice(0, 5).map(quote).join(', ')
  const limit = `one of ${few}${p.values.length > 5 ? ` and ${p.values.length - 5} more` : ''}`
  const numbers = p.values.filter(v => v.trim() !== '' && !Number.isNaN(Number(v))).map(v => `${Number(v)}::DOUBLE`)
  const whole = p.values.every(v => /^-?\d{1,18}$/.test(v))
  const list =
    column.kind === 'integer' && whole
      ? p.values.map(v => `${BigInt(v)}::BIGINT`)
      : isNumeric(column.kind)
        ? numbers.map(v => v.replace(/^(-?)Infinity/, "'$1inf'"))
        : p.values.map(text)
  const left = isNumeric(column.kind) ? column.sql : column.kind === 'words' ? column.sql : `${column.sql}::VARCHAR`
  const offends = list.length === 0 ? `${column.sql} IS NOT NULL` : `${left} NOT IN (${list.join(', ')})`
  return perValue(name, `count(${column.sql})`, offends, p.share, {
    limit,
    extra: { culprit: `min(${column.sql}::VARCHAR) FILTER (WHERE ${offends})` },
    bad: m => `are not ${limit} (found: ${quote(String(m.culprit ?? '').slice(0, 60))})`,
  })
}

function unique({ column: name, parameters: p }: CheckOf<'unique'>, columns: readonly PhysicalColumn[]): CompiledCheck {
  const found = [name, ...p.with].map(n => find(columns, n))
  const present = found.map(c => `${c.sql} IS NOT NULL`).join(' AND ')
  const key = found.length === 1 ? found[0]!.sql : `(${found.map(c => c.sql).join(', ')})`
  const who = found.map(c => quote(c.name)).join(' with ')
  return {
    aggregates:
      found.length === 1
        ? { n: `count(${key})`, different: `count(DISTINCT ${key})` }
        : { n: `count_if(${present})`, different: `count(DISTINCT ${key}) FILTER (WHERE ${present})` },
    offends: `${present} AND ${key} IN (SELECT ${key} FROM data WHERE ${present} GROUP BY ALL HAVING count(*) > 1)`,
    shown: found.map(c => c.name),
    judge: m => {
      const rows = count(m, 'n')
      const failingRows = rows - count(m, 'different')
      return judgeShare(who, rows, failingRows, 1, 'no value twice', 'repeat an earlier one')
    },
  }
}

const OPPOSITE = { '<': '>=', '<=': '>', '=': '<>', '!=': '=', '>=': '<', '>': '<=' } as const

function compare(
  { column: name, parameters: p }: CheckOf<'compare'>,
  columns: readonly PhysicalColumn[],
): CompiledCheck {
  const [a, b] = [find(columns, name), find(columns, p.other)]
  if (a.kind !== b.kind && !(isNumeric(a.kind) && isNumeric(b.kind)))
    throw new CannotCheck(
      `${quote(name)} holds ${KIND_WORDS[a.kind]} and ${quote(p.other)} ${KIND_WORDS[b.kind]}: they cannot be compared.`,
    )
  const nan = [a, b].filter(c => c.kind === 'number').map(c => `isnan(${c.sql})`)
  const present = `${a.sql} IS NOT NULL AND ${b.sql} IS NOT NULL`
  const offends = `${present} AND (${[`${a.sql} ${OPPOSITE[p.operator]} ${b.sql}`, ...nan].join(' OR ')})`
  return perValue(name, `count_if(${present})`, offends, p.share, {
    limit: `${p.operator} ${quote(p.other)}`,
    bad: () => `are not ${p.operator} ${quote(p.other)}`,
    shown: [name, p.other],
  })
}

function schema({ parameters: p }: CheckOf<'schema'>, columns: readonly PhysicalColumn[]): CompiledCheck {
  const here = new Map(columns.map(c => [c.name, sqlStoredAs(c.sqlType)]))
  const fits = (want: StoredType, is: StoredType) => want === is || (want === 'number' && is === 'integer')
  const wrong: { words: string; column?: string }[] = []
  for (const { name, type } of p.columns) {
    const is = here.get(name)
    if (is === undefined) wrong.push({ words: `${quote(name)} is missing` })
    else if (type && !fits(type, is))
      wrong.push({ words: `${quote(name)} holds ${KIND_WORDS[is]}, not ${KIND_WORDS[type]}`, column: name })
  }
  const known = new Set(p.columns.map(c => c.name))
  if (p.exact)
    for (const { name } of columns) if (!known.has(name)) wrong.push({ words: `${quote(name)} was not expected` })
  const mistyped = wrong.flatMap(w => (w.column === undefined ? [] : [w.column]))
  return {
    // A column without values has no type to check.
    aggregates: Object.fromEntries(mistyped.map((name, i) => [`n${i}`, `count(${id(name)})`])),
    shown: [],
    judge: (m, rows) => {
      const empty = new Set(mistyped.filter((_, i) => count(m, `n${i}`) === 0))
      const left = wrong.filter(w => w.column === undefined || !empty.has(w.column)).map(w => w.words)
      const more = left.length > 5 ? ` and ${left.length - 5} more` : ''
      return {
        passed: left.length === 0,
        observed: left.length === 0 ? `${columns.length} columns` : `${left.slice(0, 5).join('; ')}${more}`,
        limit: `${p.columns.length} columns${p.exact ? ' and no other' : ''}`,
        failingRows: null,
        rows,
        sentence:
          left.length === 0
            ? `All ${p.columns.length} expected columns are there.`
            : `The columns are not as expected: ${left.slice(0, 5).join('; ')}${more}.`,
      }
    },
  }
}

function freshness(
  { column: name, parameters: p }: CheckOf<'freshness'>,
  columns: readonly PhysicalColumn[],
  addedAtMs: number,
): CompiledCheck {
  const column = find(columns, name)
  if (column.kind !== 'datetime') throw new CannotCheck(`${quote(name)} holds ${KIND_WORDS[column.kind]}, not dates.`)
  const limit = `at most ${hoursText(p.hours)} old`
  return {
    aggregates: {
      newest: `epoch_ms(max(${column.sql}) FILTER (WHERE isfinite(${column.sql}))::TIMESTAMP)::DOUBLE`,
      n: `count(${column.sql})`,
    },
    shown: [],
    judge: m => {
      const [newest, rows] = [value(m, 'newest'), count(m, 'n')]
      if (newest === null)
        return {
          ...{ passed: false, observed: null, limit, failingRows: null, rows },
          sentence: `${quote(name)} has no value, so freshness cannot be measured.`,
        }
      const hours = (addedAtMs - newest) / 3_600_000
      const at = new Date(newest).toISOString().replace('.000Z', 'Z')
      return {
        ...{ passed: hours <= p.hours, observed: at, limit, failingRows: null, rows },
        sentence: `The newest ${quote(name)} is ${at}, ${hoursText(Math.max(0, hours))} before the version was added; expected is ${limit}.`,
      }
    },
  }
}

function rowCount({ parameters: p }: CheckOf<'row-count'>): CompiledCheck {
  const limit = rangeText(p.min, p.max)
  return {
    aggregates: { n: 'count(*)' },
    shown: [],
    judge: m => {
      const rows = count(m, 'n')
      return {
        passed: rows >= (p.min ?? 0) && rows <= (p.max ?? Infinity),
        ...{ observed: rows, limit, failingRows: null, rows },
        sentence: `There are ${numberText(rows)} rows; expected is ${limit}.`,
      }
    },
  }
}

/** The same against a column of another file, which the database exposes as `other.view`. */
export function compileReferential(
  { column: name, parameters: p }: CheckOf<'referential'>,
  columns: readonly PhysicalColumn[],
  other: { view: string; label: string; columns: readonly PhysicalColumn[] },
): CompiledCheck {
  const column = find(columns, name)
  const there = other.columns.find(c => c.name === p.to)
  if (!there) throw new CannotCheck(`There is no column ${quote(p.to)} in ${other.label}.`)
  const kind = sqlStoredAs(there.sqlType)
  const cast = isNumeric(column.kind) && isNumeric(kind) ? (column.kind === kind ? '' : '::DOUBLE') : '::VARCHAR'
  const to = id(there.name)
  const offends = `${column.sql} IS NOT NULL AND ${column.sql}${cast} NOT IN (SELECT ${to}${cast} FROM ${id(other.view)} WHERE ${to} IS NOT NULL)`
  const limit = `a value of ${quote(p.to)} in ${other.label}`
  return {
    aggregates: {
      n: `count(${column.sql})`,
      // A condition with a subquery is not allowed inside an aggregate.
      bad: `(SELECT count(*)::DOUBLE FROM data WHERE ${offends})`,
      culprit: `(SELECT min(${column.sql}::VARCHAR) FROM data WHERE ${offends})`,
    },
    offends,
    shown: [name],
    judge: m =>
      judgeShare(
        quote(name),
        count(m, 'n'),
        count(m, 'bad'),
        p.share,
        limit,
        `are not ${limit} (found: ${quote(String(m.culprit ?? '').slice(0, 60))})`,
      ),
  }
}

/**
 * Compiles a check to SQL and a function that builds its result. All names are quoted; all values are literals.
 * `sql`, `referential` and `drift` need more than one scan of this file and are compiled elsewhere.
 * @throws CannotCheck if a column is missing or has the wrong type.
 */
export function compileCheck(
  check: Exclude<Check, { type: 'sql' | 'referential' | 'drift' }>,
  columns: readonly PhysicalColumn[],
  addedAtMs: number,
): CompiledCheck {
  switch (check.type) {
    case 'schema':
      return schema(check, columns)
    case 'row-count':
      return rowCount(check)
    case 'not-null': {
      const column = find(columns, check.column)
      return {
        ...perValue(column.name, 'count(*)', `${column.sql} IS NULL`, check.parameters.share, {
          limit: 'a value',
          failing: `count(*) - count(${column.sql})`,
          bad: () => 'are missing',
          shown: columns.slice(0, 6).map(c => c.name),
        }),
      }
    }
    case 'unique':
      return unique(check, columns)
    case 'in-set':
      return inSet(check, columns)
    case 'between':
      return between(check, columns)
    case 'regex': {
      const column = find(columns, check.column)
      const c = column.kind === 'words' ? column.sql : `${column.sql}::VARCHAR`
      const pattern = check.parameters.pattern
      const offends = `NOT regexp_matches(${c}, ${text(pattern)})`
      return perValue(column.name, `count(${column.sql})`, offends, check.parameters.share, {
        limit: pattern,
        extra: { culprit: `min(${c}) FILTER (WHERE ${offends})` },
        bad: m => `do not fit ${pattern} (found: ${quote(String(m.culprit ?? '').slice(0, 60))})`,
      })
    }
    case 'length': {
      const column = find(columns, check.column)
      const length = `length(${column.sql}::VARCHAR)`
      const { min, max, share } = check.parameters
      const parts = [...(min == null ? [] : [`${length} < ${min}`]), ...(max == null ? [] : [`${length} > ${max}`])]
      const limit = `${rangeText(min, max)} characters`
      return perValue(column.name, `count(${column.sql})`, parts.join(' OR '), share, {
        limit,
        extra: { lo: `min(${length})::DOUBLE`, hi: `max(${length})::DOUBLE` },
        bad: m => `do not have ${limit} (found: ${numberText(count(m, 'lo'))} to ${numberText(count(m, 'hi'))})`,
      })
    }
    case 'quantile-between': {
      const column = numeric(columns, check.column)
      const q = check.parameters.quantile
      const name = q === 0.5 ? 'median' : `${numberText(100 * q)} % quantile`
      return ofFigure(column, name, `quantile_cont(${column.sql}::DOUBLE, ${q})`, check.parameters)
    }
    case 'mean-between': {
      const column = numeric(columns, check.column)
      return ofFigure(column, 'mean', `avg(${column.sql}::DOUBLE)`, check.parameters)
    }
    case 'sd-between': {
      const column = numeric(columns, check.column)
      // An infinite value would fail the query.
      const real = column.kind === 'number' ? ` FILTER (WHERE isfinite(${column.sql}))` : ''
      return ofFigure(column, 'standard deviation', `stddev_samp(${column.sql}::DOUBLE)${real}`, check.parameters)
    }
    case 'freshness':
      return freshness(check, columns, addedAtMs)
    case 'compare':
      return compare(check, columns)
  }
}
