import {
  type ColumnDecision,
  type ColumnRole,
  type ColumnType,
  READABLE_AS,
  type StoredType,
  type VersionColumn,
} from '../contract.ts'

/** What DuckDB counted in one column. */
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
  /** The commonest values, as text; all of them when there are few. */
  levels: string[]
  /** Whole numbers that grow by one from row to row. */
  counting: boolean
}

export interface Wishes {
  target?: string
  time?: string
  /** What persons decided about the dataset; it sticks. */
  decided?: ReadonlyMap<string, ColumnDecision>
}

const MAX_LEVELS = 200
const DECIDED = 'decided by a person'

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

/** Conservative: a column is what its values prove, and its role is `feature` unless something speaks against it. */
export function inferColumn(f: ColumnFacts, wishes: Wishes = {}): VersionColumn {
  const inferred = typeOf(f)
  const wish = wishes.decided?.get(f.name)
  // A decision is dropped where the new bytes cannot be read that way.
  const decided = wish && (!wish.type || READABLE_AS[sqlStoredAs(f.sqlType)].includes(wish.type)) ? wish : undefined
  const type = decided?.type ?? inferred.type
  let role: ColumnRole = 'feature'
  let reason = inferred.reason
  if (decided?.type || decided?.role) {
    role = decided.role ?? 'feature'
    reason = DECIDED
  }
  if (f.name === wishes.target) {
    role = 'target'
    reason = `${inferred.reason}; chosen as target`
  } else if (f.name === wishes.time) {
    role = 'time'
    reason = `${inferred.reason}; chosen as time`
  } else if (!decided?.role) {
    if (type === 'id') {
      role = 'id'
      reason = `${inferred.reason} → id`
    } else if (type === 'constant') {
      role = 'ignore'
      reason = `${inferred.reason}: says nothing`
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
    reason,
  }
}

/** The only column of dates is the time, unless a person chose a time or said what that column is. */
export function guessTime(columns: VersionColumn[], wishes: Wishes = {}): VersionColumn[] {
  const dates = columns.filter(c => c.type === 'datetime')
  const only = dates[0]
  if (dates.length !== 1 || !only || only.role !== 'feature' || wishes.time || wishes.decided?.get(only.name)?.role)
    return columns
  if (columns.some(c => c.role === 'time')) return columns
  return columns.map(c =>
    c === only ? { ...c, role: 'time' as const, reason: `${c.reason}; the only ones → time` } : c,
  )
}

const GROUP_NAME =
  /(^|_)(customer|client|user|patient|person|household|family|store|shop|site|device|session|account|group|subject)(_?id)?$/i
const WEIGHT_NAME = /^(sample_?weight|fnlwgt|survey_?weight)$/i
const COUNTER_NAME = /^(id|index|idx|row|row_?id|row_?number|instant|unnamed.*|.*_id)$/i

/**
 * Roles that name and values suggest together. A group has rows that belong together: several rows a value, many values. Only names of
 * sampling weights make a weight: leaving a measured one out of the features would cost more than it helps.
 */
export function guessRoles(columns: VersionColumn[], wishes: Wishes = {}, rows = 0): VersionColumn[] {
  const hasGroup = columns.some(c => c.role === 'group')
  return columns.map(c => {
    if (c.role !== 'feature' || c.name === wishes.target || wishes.decided?.get(c.name)?.role) return c
    const present = Math.max(0, rows - c.missing)
    if (COUNTER_NAME.test(c.name) && c.type === 'integer' && present > 20 && c.distinct === present)
      return { ...c, role: 'id' as const, reason: `${c.reason}, unique in every row, and the name says so → id` }
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
        reason: `${c.reason}; several rows each, and the name says that they belong together → group`,
      }
    if (WEIGHT_NAME.test(c.name) && (c.type === 'number' || c.type === 'integer'))
      return { ...c, role: 'weight' as const, reason: `${c.reason}; the name is that of a sampling weight → weight` }
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

/** Sentences a person should read before training, the gravest first. */
export function warnAbout(column: VersionColumn, facts: ColumnFacts): string[] {
  const warnings: string[] = []
  const present = facts.rows - facts.missing
  if (facts.missing > 0.5 * facts.rows && column.type !== 'constant')
    warnings.push(`${column.name}: ${Math.round((100 * facts.missing) / facts.rows)} % of the cells are empty.`)
  if (column.type === 'constant')
    warnings.push(
      `${column.name}: ${present === 0 ? 'every cell is empty' : `is ${facts.levels[0] ?? 'one value'} ${facts.missing > 0 ? 'wherever it is not missing' : 'in every row'}`}; it says nothing.`,
    )
  const words = facts.sqlType === 'VARCHAR' ? facts.levels.filter(l => MISSING_WORDS.has(l.trim().toLowerCase())) : []
  if (words.length > 0)
    warnings.push(
      `${column.name}: ${words.map(w => `“${w}”`).join(', ')} looks like a missing value but is kept as a word.`,
    )
  if (column.type === 'category' && facts.distinct > MAX_LEVELS)
    warnings.push(`${column.name}: ${facts.distinct} different words; rare ones are treated as one.`)
  return warnings
}
