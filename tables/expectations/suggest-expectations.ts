import { type StoredType, storedAs, type VersionColumn } from '../contract.ts'
import type { ColumnStatistics, Profile } from '../profile/contract.ts'
import type { Check, Severity, Suggestion } from './contract.ts'
import { numberText } from './messages.ts'

/** Fewer rows than this do not predict later versions. */
const MIN_ROWS = 20
/** A larger set of values is not worth maintaining by hand. */
const MAX_LEVELS = 50
/** In wide tables, the columns after these get no expectations of their own. */
const MAX_COLUMNS = 300

/** Rounds outwards to two significant digits, so that a bound looks chosen by a person. */
export function roundOut(value: number, up: boolean): number {
  if (value === 0 || !Number.isFinite(value)) return value
  const power = 10 ** (Math.floor(Math.log10(Math.abs(value))) - 1)
  const steps = value / power
  const rounded = Number(((up ? Math.ceil(steps) : Math.floor(steps)) * power).toPrecision(2))
  // The power of ten itself is inexact for the smallest and largest numbers.
  return Number.isFinite(rounded) && (up ? rounded >= value : rounded <= value) ? rounded : value
}

const suggestion = (check: Check, severity: Severity, reason: string): Suggestion => ({
  ...check,
  severity,
  reason,
  enabled: true,
})

/**
 * Suggests expectations for later versions from a profile, each with its reason. The limits are wide enough for similar versions; the
 * profiled version always passes.
 */
export function suggestExpectations(
  version: { rows: number; number: number; schema: readonly VersionColumn[]; createdAtMs: number },
  profile: Pick<Profile, 'columns' | 'duplicateRows'>,
): Suggestion[] {
  const { rows, schema } = version
  const here = `in v${version.number}`
  const described = schema
    .filter(c => c.role !== 'ignore')
    .map(c => (c.missing === rows ? { name: c.name } : { name: c.name, type: storedAs(c) }))
  const list: Suggestion[] = []
  if (described.length > 0)
    list.push(
      suggestion(
        { type: 'schema', column: null, parameters: { columns: described, exact: false } },
        'block',
        `The ${described.length} columns ${here}; a removed column or a changed type breaks models trained on it.`,
      ),
    )
  if (rows >= MIN_ROWS)
    list.push(
      suggestion(
        { type: 'row-count', column: null, parameters: { min: Math.floor(rows / 2) } },
        'warn',
        `There are ${numberText(rows)} rows ${here}; fewer than half would mean that data is missing.`,
      ),
    )
  if (rows < MIN_ROWS) return list
  const profiles = new Map(profile.columns.map(c => [c.name, c]))
  for (const column of schema.filter(c => c.role !== 'ignore').slice(0, MAX_COLUMNS)) {
    const p = profiles.get(column.name)
    if (p) list.push(...ofColumn(column, p, rows, here, storedAs(column), version.createdAtMs))
  }
  return list
}

function ofColumn(
  column: VersionColumn,
  p: ColumnStatistics,
  rows: number,
  here: string,
  stored: StoredType,
  createdAtMs: number,
): Suggestion[] {
  const list: Suggestion[] = []
  const { name, role } = column
  const weighty = role === 'target' || role === 'time' || role === 'id'
  const missing = rows - p.count
  if (missing === 0)
    list.push(
      suggestion(
        { type: 'not-null', column: name, parameters: { share: weighty ? 1 : 0.99 } },
        weighty ? 'block' : 'warn',
        `No cell is missing ${here}${weighty ? `, and it is the ${role} column` : ''}.`,
      ),
    )
  else if (missing < rows / 2) {
    const share = Math.max(0, Math.floor(100 * (1 - (2 * missing) / rows) - 2) / 100)
    if (share > 0)
      list.push(
        suggestion(
          { type: 'not-null', column: name, parameters: { share } },
          'warn',
          `${numberText(Number(((100 * missing) / rows).toFixed(1)))} % of the cells are missing ${here}; slightly more than twice as many are allowed.`,
        ),
      )
  }
  if (p.count < MIN_ROWS) return list
  if (p.distinctExact && p.distinct === p.count && missing === 0 && (role === 'id' || column.type === 'id'))
    list.push(
      suggestion({ type: 'unique', column: name, parameters: { with: [] } }, 'block', `Every value is unique ${here}.`),
    )
  if (column.type === 'category' && stored === 'words' && p.distinctExact) {
    const levels = Array.isArray(column.domain) && column.domain.length === p.distinct ? column.domain : undefined
    // With every level this frequent, a new one is unusual.
    if (levels && levels.length <= MAX_LEVELS && p.count >= 10 * levels.length)
      list.push(
        suggestion(
          { type: 'in-set', column: name, parameters: { values: levels, share: 0.99 } },
          'warn',
          `These ${levels.length} values are all that occur ${here}; a few new ones are allowed.`,
        ),
      )
  }
  const [low, high] = [p.min, p.max]
  const numeric = (stored === 'number' || stored === 'integer') && !['id', 'category', 'constant'].includes(column.type)
  if (numeric && typeof low === 'number' && typeof high === 'number' && !p.infinite && high > low) {
    const width = high - low
    if (Number.isFinite(width) && Number.isFinite(low - width / 2) && Number.isFinite(high + width / 2)) {
      // A column without negative values is likely a count, price or length.
      const min = low >= 0 && low - width / 2 < 0 ? 0 : roundOut(low - width / 2, false)
      const max = high <= 0 && high + width / 2 > 0 ? 0 : roundOut(high + width / 2, true)
      list.push(
        suggestion(
          { type: 'between', column: name, parameters: { min, max, share: 0.99 } },
          'warn',
          `Values lie between ${numberText(low)} and ${numberText(high)} ${here}; half of that width more is allowed on each side.`,
        ),
      )
    }
    if (p.mean !== null && p.sd !== null && p.sd > 0 && Number.isFinite(p.mean) && Math.abs(p.mean) + p.sd < 1e150)
      list.push(
        suggestion(
          {
            type: 'mean-between',
            column: name,
            parameters: { min: roundOut(p.mean - p.sd, false), max: roundOut(p.mean + p.sd, true) },
          },
          'warn',
          `The mean is ${numberText(p.mean)} ${here}; one standard deviation (${numberText(p.sd)}) to each side is allowed.`,
        ),
      )
  }
  if (p.lengths && (column.type === 'text' || column.type === 'id') && stored === 'words')
    list.push(
      suggestion(
        {
          type: 'length',
          column: name,
          parameters: { min: Math.floor(p.lengths.min / 2), max: 2 * p.lengths.max + 10, share: 0.99 },
        },
        'warn',
        `Texts have ${numberText(p.lengths.min)} to ${numberText(p.lengths.max)} characters ${here}.`,
      ),
    )
  if (role === 'time' && stored === 'datetime' && typeof high === 'string') {
    const newest = Date.parse(/[zZ]|[+-]\d{2}(:?\d{2})?$/.test(high.slice(10)) ? high : `${high.replace(' ', 'T')}Z`)
    const hours = (createdAtMs - newest) / 3_600_000
    // Old data is not expected to be fresh.
    if (hours >= -24 && hours <= 31 * 24)
      list.push(
        suggestion(
          { type: 'freshness', column: name, parameters: { hours: Math.ceil(2 * Math.max(hours, 0) + 24) } },
          'warn',
          `The newest row was ${numberText(Math.max(0, Math.round(hours)))} hours old when it was added; twice that and a day more is allowed.`,
        ),
      )
  }
  return list
}
