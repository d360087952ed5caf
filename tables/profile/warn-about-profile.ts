import type { Coded, VersionColumn } from '../contract.ts'
import type { ColumnStatistics, Profile, ProfileWarning, Severity, WarningFacts } from './contract.ts'

const isNumber = (c: ColumnStatistics) => c.type === 'number' || c.type === 'integer'

/** Texts that often stand for a missing value. */
const BLANK_WORDS = new Set([
  '',
  '?',
  '-',
  '--',
  '.',
  'na',
  'n/a',
  '#n/a',
  'nan',
  'null',
  'none',
  'nil',
  'unknown',
  'missing',
  'not_applicable',
  'not applicable',
  'undefined',
])
/** Minimum number of cells to judge a share; below, any share may be chance. */
const ENOUGH = 30
const WEIGHT: Record<Severity, number> = { high: 2, medium: 1, low: 0 }

type Found = Coded<WarningFacts> & {
  severity: Severity
  /** Severity among warnings of the same level, 0 to 1. */
  weight: number
}

function aboutMissing(c: ColumnStatistics, rows: number): Found[] {
  const part = c.missing / Math.max(1, rows)
  if (c.missing === rows) return []
  const facts = { missing: c.missing, rows }
  if (part > 0.5) return [{ code: 'mostly-missing', severity: 'high', weight: part, facts }]
  if (part > 0.2) return [{ code: 'missing', severity: 'medium', weight: part, facts }]
  if (part > 0.05) return [{ code: 'missing', severity: 'low', weight: part, facts }]
  return []
}

function aboutOutliers(c: ColumnStatistics): Found[] {
  const [low, high] = [c.quantiles['0.25'], c.quantiles['0.75']]
  if (low === undefined || high === undefined || high <= low) return []
  if (typeof c.min !== 'number' || typeof c.max !== 'number') return []
  const reach = 20 * (high - low)
  const extreme = c.max > high + reach ? c.max : c.min < low - reach ? c.min : null
  if (extreme === null) return []
  const facts = { extreme, lowerQuartile: low, upperQuartile: high }
  return [{ code: 'outliers', severity: 'medium', weight: 0.5, facts }]
}

function aboutSpread(c: ColumnStatistics, dominated: boolean): Found[] {
  const found: Found[] = []
  const finite = c.count - (c.infinite ?? 0)
  if (c.infinite)
    found.push({ code: 'infinite', severity: 'high', weight: c.infinite / c.count, facts: { cells: c.infinite } })
  if (!isNumber(c) || finite < ENOUGH) return found
  const zeros = (c.zeros ?? 0) / finite
  if (zeros > 0.5 && c.distinct > 2 && !dominated)
    found.push({ code: 'zeros', severity: 'low', weight: zeros, facts: { zeros: c.zeros ?? 0, cells: finite } })
  const skewness = c.skewness ?? 0
  if (Math.abs(skewness) > 2 && c.distinct > 10 && !dominated)
    found.push({
      code: 'skewed',
      severity: 'low',
      weight: Math.min(1, Math.abs(skewness) / 20),
      facts: { skewness, mean: c.mean ?? 0, median: c.quantiles['0.5'] ?? 0 },
    })
  return [...found, ...aboutOutliers(c)]
}

/** Warns about categories with almost as many values as cells, and integers that differ in every row. */
function aboutDistinct(c: ColumnStatistics, rows: number, role: string): Found[] {
  const counts = { distinct: c.distinct, exact: c.distinctExact, cells: c.count }
  const monotone = Boolean(c.monotone)
  if (c.type === 'category' && c.count >= ENOUGH && c.distinct > 0.9 * c.count) {
    const facts = { ...counts, integer: false, monotone }
    return [{ code: 'unique', severity: 'medium', weight: c.distinct / c.count, facts }]
  }
  if (c.type === 'category' && role !== 'target' && c.distinct > Math.max(100, 0.1 * c.count))
    return [{ code: 'high-cardinality', severity: 'medium', weight: 0.5, facts: counts }]
  const everyRow = c.count === rows && rows >= ENOUGH && c.distinct === c.count
  if (c.type === 'integer' && c.distinctExact && everyRow && role === 'feature')
    return [{ code: 'unique', severity: 'medium', weight: 1, facts: { ...counts, integer: true, monotone } }]
  if (isNumber(c) && c.monotone && c.count >= ENOUGH && c.distinct > 2 && role === 'feature')
    return [{ code: 'row-order', severity: 'medium', weight: 0.4, facts: { direction: c.monotone } }]
  return []
}

function aboutValues(c: ColumnStatistics, rows: number, role: string): Found[] {
  const found: Found[] = []
  if (c.type === 'category' || c.type === 'text') {
    const blank = c.top.find(t => BLANK_WORDS.has(t.value.trim().toLowerCase()))
    if (blank) {
      const facts = { value: blank.value.trim(), cells: blank.count }
      found.push({ code: 'blank-words', severity: 'medium', weight: blank.count / c.count, facts })
    }
  }
  // Ids, counters and times are unique by nature.
  if (role === 'id' || c.type === 'id' || c.type === 'datetime') return found
  found.push(...aboutDistinct(c, rows, role))
  const first = c.top[0]
  if (first && role !== 'target' && c.distinct > 1 && c.count >= ENOUGH && first.count > 0.95 * c.count)
    found.push({
      code: 'dominant',
      severity: first.count > 0.99 * c.count ? 'medium' : 'low',
      weight: first.count / c.count,
      facts: { value: first.value, count: first.count, cells: c.count },
    })
  return found
}

function aboutTarget(c: ColumnStatistics, rows: number): Found[] {
  const found: Found[] = []
  if (c.missing > 0)
    found.push({
      code: 'target-missing',
      severity: c.missing > 0.2 * rows ? 'high' : 'medium',
      weight: c.missing / rows,
      facts: { missing: c.missing, rows },
    })
  const classes =
    c.type === 'category' || c.type === 'boolean' || ((c.type === 'integer' || c.type === 'number') && c.distinct === 2)
  if (!classes || c.distinct < 2 || c.distinct > 10 || c.count < ENOUGH) return found
  const rarest = c.top.at(-1)
  if (!rarest) return found
  const part = rarest.count / c.count
  if (part < 0.1)
    found.push({
      code: 'imbalance',
      severity: part < 0.02 || rarest.count < 20 ? 'high' : 'medium',
      weight: 1 - part,
      facts: { value: rarest.value, count: rarest.count, cells: c.count },
    })
  return found
}

function aboutColumn(c: ColumnStatistics, rows: number, role: string): Found[] {
  if (c.count === 0) return [{ code: 'constant', severity: 'medium', weight: 1, facts: { value: null } }]
  if (c.distinct <= 1 && !c.infinite) {
    const facts = { value: c.top[0]?.value ?? c.min }
    return role === 'target'
      ? [{ code: 'target-constant', severity: 'high', weight: 1, facts }]
      : [{ code: 'constant', severity: 'low', weight: 0.5, facts }, ...aboutMissing(c, rows)]
  }
  const dominated = (c.top[0]?.count ?? 0) > 0.95 * c.count
  return [
    ...(role === 'target' ? aboutTarget(c, rows) : aboutMissing(c, rows)),
    ...aboutSpread(c, dominated),
    ...aboutValues(c, rows, role),
  ]
}

function aboutTable(rows: number, duplicates: number): Found[] {
  const found: Found[] = []
  if (rows < 50) found.push({ code: 'few-rows', severity: 'high', weight: 1, facts: { rows } })
  if (duplicates > 0)
    found.push({
      code: 'duplicates',
      severity: duplicates > 0.01 * rows ? 'high' : 'medium',
      weight: duplicates / rows,
      facts: { duplicates, rows },
    })
  return found
}

/** Returns the profile with its warnings, most severe first. Warnings about ignored columns are of low severity. */
export function warnAboutProfile(profile: Profile, schema: readonly Pick<VersionColumn, 'name' | 'role'>[]): Profile {
  const roles = new Map(schema.map(c => [c.name, c.role]))
  const { rows, duplicateRows, columns } = profile
  const about = (found: Found[], column: string | null) => found.map(f => ({ ...f, column }))
  const found = [
    ...about(aboutTable(rows, duplicateRows), null),
    ...columns.flatMap(c => {
      const role = roles.get(c.name) ?? 'feature'
      const own = aboutColumn(c, rows, role)
      return about(role === 'ignore' ? own.map(f => ({ ...f, severity: 'low' as const })) : own, c.name)
    }),
  ]
  const warnings: ProfileWarning[] = found.sort(worse).map(({ weight: _, ...warning }) => warning)
  return { ...profile, warnings }
}

const worse = (a: Found, b: Found) => WEIGHT[b.severity] - WEIGHT[a.severity] || b.weight - a.weight
