import {
  type ColumnDecision,
  type ColumnRole,
  type ColumnType,
  READABLE_AS,
  type StoredType,
  type VersionColumn,
} from '../contract.ts'
import type { IngestNote } from '../read/contract.ts'
import { describeFormat } from './describe-format.ts'

/** DuckDB's counts for one column. */
export interface ColumnFacts {
  name: string
  /** DuckDB's type: BIGINT, DOUBLE, BOOLEAN, VARCHAR, DATE, TIMESTAMP, TIMESTAMP WITH TIME ZONE … */
  sqlType: string
  rows: number
  missing: number
  distinct: number
  min: number | null
  max: number | null
  /** Mean length of text, in characters. */
  meanLength: number | null
  /** The most frequent values, as text; all of them when there are few. */
  levels: string[]
  /** Integers that grow by one per row. */
  counting: boolean
}

export interface InferOptions {
  target?: string
  time?: string
  /** Users' decisions about the dataset; they override inference. */
  decided?: ReadonlyMap<string, ColumnDecision>
  /** How the cells of the files were read. */
  read?: ReadonlyMap<
    string,
    Pick<VersionColumn, 'format' | 'conversion'> & { counts?: VersionColumn['cells']; isIndex?: boolean }
  >
}

const MAX_LEVELS = 200
const DECIDED = 'set by a user'

const isDatetime = (t: string) => /^(DATE|TIMESTAMP)/.test(t)
const isInteger = (t: string) => /^U?(TINY|SMALL|BIG|HUGE)?INT(EGER)?$/.test(t)
const isNumber = (t: string) => isInteger(t) || /^(DOUBLE|FLOAT|DECIMAL)/.test(t)

export const sqlStoredAs = (sqlType: string): StoredType =>
  isDatetime(sqlType)
    ? 'datetime'
    : isInteger(sqlType)
      ? 'integer'
      : isNumber(sqlType)
        ? 'number'
        : sqlType === 'BOOLEAN'
          ? 'boolean'
          : 'words'

function typeOf(f: ColumnFacts): { type: ColumnType; reason: string } {
  const present = f.rows - f.missing
  if (f.distinct <= 1)
    return { type: 'constant', reason: present === 0 ? 'every cell is empty' : 'one value in every row' }
  if (isDatetime(f.sqlType)) return { type: 'datetime', reason: 'dates' }
  if (f.sqlType === 'BOOLEAN') return { type: 'boolean', reason: 'true and false' }
  if (isInteger(f.sqlType)) {
    if (f.counting && f.distinct === present && present > 20) return { type: 'id', reason: 'counts the rows' }
    return { type: 'integer', reason: 'whole numbers' }
  }
  if (isNumber(f.sqlType)) return { type: 'number', reason: 'numbers' }
  if (f.distinct === present && present > 20) {
    return (f.meanLength ?? 0) > 40
      ? { type: 'text', reason: 'long text, different in every row' }
      : { type: 'id', reason: 'unique in every row' }
  }
  if (f.distinct <= Math.max(MAX_LEVELS, present * 0.02) || f.distinct < present * 0.5)
    return (f.meanLength ?? 0) > 60
      ? { type: 'text', reason: 'long text' }
      : { type: 'category', reason: `${f.distinct} different words` }
  return { type: 'text', reason: 'text that is mostly different from row to row' }
}

/**
 * Infers a column's type and role. Conservative: the type is what the values prove, and the role is `feature` unless there is evidence
 * against it.
 */
export function inferColumn(f: ColumnFacts, options: InferOptions = {}): VersionColumn {
  const found = typeOf(f)
  const read = options.read?.get(f.name)
  const written = describeFormat(read?.format)
  const inferred = { ...found, reason: written ? `${found.reason}, ${written}` : found.reason }
  const decision = options.decided?.get(f.name)
  // A decision is dropped if the new data cannot be read that way.
  const decided =
    decision && (!decision.type || READABLE_AS[sqlStoredAs(f.sqlType)].includes(decision.type)) ? decision : undefined
  const type = decided?.type ?? inferred.type
  let role: ColumnRole = 'feature'
  let reason = inferred.reason
  if (decided?.type || decided?.role) {
    role = decided.role ?? 'feature'
    reason = DECIDED
  }
  if (f.name === options.target) {
    role = 'target'
    reason = `${inferred.reason}; chosen as target`
  } else if (f.name === options.time) {
    role = 'time'
    reason = `${inferred.reason}; chosen as time`
  } else if (!decided?.role) {
    if (type === 'id') {
      role = 'id'
      reason = `${inferred.reason} → id`
    } else if (read?.isIndex) {
      role = 'id'
      reason = `${inferred.reason}; the row index of the file → id`
    } else if (type === 'constant') {
      role = 'ignore'
      reason = `${inferred.reason}: no information`
    }
  }
  return {
    name: f.name,
    type,
    role,
    missing: f.missing,
    distinct: f.distinct,
    nullable: decided?.nullable ?? f.missing > 0,
    stored: sqlStoredAs(f.sqlType),
    ...(decided?.domain
      ? { domain: decided.domain }
      : type === 'category' || type === 'constant'
        ? { domain: f.levels.slice(0, MAX_LEVELS) }
        : (type === 'number' || type === 'integer') && f.min !== null && f.max !== null
          ? { domain: { min: f.min, max: f.max } }
          : {}),
    ...(type === 'datetime'
      ? { clock: f.sqlType.includes('WITH TIME ZONE') ? ('instant' as const) : ('wall-clock' as const) }
      : {}),
    ...(read?.format ? { format: read.format } : {}),
    ...(read?.counts ? { cells: read.counts } : {}),
    ...(read?.conversion ? { conversion: read.conversion } : {}),
    reason,
  }
}

/** The only date column becomes the time, unless a user chose another time or decided about that column. */
export function guessTime(columns: VersionColumn[], options: InferOptions = {}): VersionColumn[] {
  const dates = columns.filter(c => c.type === 'datetime')
  const only = dates[0]
  if (dates.length !== 1 || !only || only.role !== 'feature' || options.time || options.decided?.get(only.name)?.role)
    return columns
  if (columns.some(c => c.role === 'time')) return columns
  return columns.map(c =>
    c === only ? { ...c, role: 'time' as const, reason: `${c.reason}; the only date column → time` } : c,
  )
}

const GROUP_NAME =
  /(^|_)(customer|client|user|patient|person|household|family|store|shop|site|device|session|account|group|subject)(_?id)?$/i
const WEIGHT_NAME = /^(sample_?weight|fnlwgt|survey_?weight)$/i
const COUNTER_NAME = /^(id|index|idx|row|row_?id|row_?number|instant|unnamed.*|.*_id)$/i

/**
 * Guesses roles from names and values together. A group has many values with several rows each. Only names of sampling weights make a
 * weight: wrongly excluding a measured weight from the features would cost more than it helps.
 */
export function guessRoles(columns: VersionColumn[], options: InferOptions = {}, rows = 0): VersionColumn[] {
  const hasGroup = columns.some(c => c.role === 'group')
  return columns.map(c => {
    if (c.role !== 'feature' || c.name === options.target || options.decided?.get(c.name)?.role) return c
    const present = Math.max(0, rows - c.missing)
    if (COUNTER_NAME.test(c.name) && c.type === 'integer' && present > 20 && c.distinct === present)
      return { ...c, role: 'id' as const, reason: `${c.reason}, unique in every row, and its name suggests an id → id` }
    const several = c.distinct >= 20 && c.distinct <= present / 2
    if (
      !hasGroup &&
      GROUP_NAME.test(c.name) &&
      several &&
      (c.type === 'category' || c.type === 'integer' || c.type === 'text')
    )
      return {
        ...c,
        role: 'group' as const,
        reason: `${c.reason}; several rows per value, and its name suggests a group → group`,
      }
    if (WEIGHT_NAME.test(c.name) && (c.type === 'number' || c.type === 'integer'))
      return { ...c, role: 'weight' as const, reason: `${c.reason}; its name suggests a sampling weight → weight` }
    return c
  })
}

const MISSING_WORDS = new Set([
  '?',
  'na',
  'n/a',
  'null',
  'none',
  'nan',
  '-',
  '--',
  'missing',
  'unknown',
  'not_applicable',
  '#n/a',
])

const PAIRS_SHOWN = 5

/** Pairs each level with an earlier one from which it differs only by case or white space. */
function findLookalikes(levels: readonly string[]): [string, string][] {
  const first = new Map<string, string>()
  return levels.flatMap((level): [string, string][] => {
    const plain = level.normalize('NFKC').trim().replace(/\s+/g, ' ').toLowerCase()
    const earlier = first.get(plain)
    if (earlier === undefined) first.set(plain, level)
    return earlier === undefined ? [] : [[earlier, level]]
  })
}

/** Returns notes about values that may affect training. */
export function noteColumn(column: VersionColumn, facts: ColumnFacts): IngestNote[] {
  const notes: IngestNote[] = []
  const { rows, missing, distinct, levels } = facts
  const { name } = column
  if (missing > 0.5 * rows && column.type !== 'constant')
    notes.push({ code: 'mostly-missing', facts: { column: name, missing, rows } })
  if (column.type === 'constant' && rows === missing) notes.push({ code: 'empty', facts: { column: name } })
  else if (column.type === 'constant')
    notes.push({ code: 'constant', facts: { column: name, value: levels[0] ?? null, gaps: missing > 0 } })
  const words = facts.sqlType === 'VARCHAR' ? levels.filter(l => MISSING_WORDS.has(l.trim().toLowerCase())) : []
  if (words.length > 0) notes.push({ code: 'missing-lookalikes', facts: { column: name, words } })
  const lookalikes = column.type === 'category' ? findLookalikes(levels) : []
  if (lookalikes.length > 0)
    notes.push({
      code: 'lookalike-levels',
      facts: { column: name, pairs: lookalikes.slice(0, PAIRS_SHOWN), total: lookalikes.length },
    })
  if (column.type === 'category' && distinct > MAX_LEVELS)
    notes.push({ code: 'many-levels', facts: { column: name, distinct } })
  return notes
}
