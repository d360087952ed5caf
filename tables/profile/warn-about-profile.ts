import type { VersionColumn } from '../contract.ts'
import type { ColumnProfile, Profile, ProfileWarning, Severity, WarningKind } from './contract.ts'

const percent = new Intl.NumberFormat('en', { maximumSignificantDigits: 3 })
const whole = new Intl.NumberFormat('en', { maximumFractionDigits: 0 })
const short = new Intl.NumberFormat('en', { maximumSignificantDigits: 4 })
const share = (part: number, all: number) => `${percent.format((100 * part) / Math.max(1, all))} %`
const cells = (n: number) => `${whole.format(n)} ${n === 1 ? 'cell' : 'cells'}`
const isNumber = (c: ColumnProfile) => c.type === 'number' || c.type === 'integer'

/** Words that people write where they have no value. */
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
/** A share of cells is judged from this many on: below, any share may be chance. */
const ENOUGH = 30
const WEIGHT: Record<Severity, number> = { high: 2, medium: 1, low: 0 }

interface Found {
  kind: WarningKind
  severity: Severity
  /** How bad among those of the same severity, 0 to 1. */
  weight: number
  sentence: string
}

function aboutMissing(c: ColumnProfile, rows: number): Found[] {
  const part = c.missing / Math.max(1, rows)
  if (c.missing === rows) return []
  const sentence = `${share(c.missing, rows)} of the cells of ${c.name} are missing.`
  if (part > 0.5) return [{ kind: 'mostly-missing', severity: 'high', weight: part, sentence }]
  if (part > 0.2) return [{ kind: 'missing', severity: 'medium', weight: part, sentence }]
  if (part > 0.05) return [{ kind: 'missing', severity: 'low', weight: part, sentence }]
  return []
}

function aboutSpread(c: ColumnProfile, dominated: boolean): Found[] {
  const found: Found[] = []
  const finite = c.count - (c.infinite ?? 0)
  if (c.infinite)
    found.push({
      kind: 'infinite',
      severity: 'high',
      weight: c.infinite / c.count,
      sentence: `${cells(c.infinite)} of ${c.name} ${c.infinite === 1 ? 'is' : 'are'} infinite or not a number; statistics leave them out.`,
    })
  if (!isNumber(c) || finite < ENOUGH) return found
  const zeros = (c.zeros ?? 0) / finite
  if (zeros > 0.5 && c.distinct > 2 && !dominated)
    found.push({
      kind: 'zeros',
      severity: 'low',
      weight: zeros,
      sentence: `${share(c.zeros ?? 0, finite)} of ${c.name} are zero: check that zero is measured and does not stand for missing.`,
    })
  const skew = c.skewness ?? 0
  if (Math.abs(skew) > 2 && c.distinct > 10 && !dominated)
    found.push({
      kind: 'skewed',
      severity: 'low',
      weight: Math.min(1, Math.abs(skew) / 20),
      sentence: `${c.name} is strongly skewed to the ${skew > 0 ? 'right' : 'left'} (skewness ${short.format(skew)}): its mean of ${short.format(c.mean ?? 0)} lies far from the median of ${short.format(c.quantiles['0.5'] ?? 0)}.`,
    })
  const [low, high] = [c.quantiles['0.25'], c.quantiles['0.75']]
  if (low !== undefined && high !== undefined && high > low && typeof c.min === 'number' && typeof c.max === 'number') {
    const reach = 20 * (high - low)
    const far = c.max > high + reach ? c.max : c.min < low - reach ? c.min : null
    if (far !== null)
      found.push({
        kind: 'outliers',
        severity: 'medium',
        weight: 0.5,
        sentence: `${c.name} reaches ${short.format(far)} while half of its values lie between ${short.format(low)} and ${short.format(high)}: look at the extreme rows before they steer a mean.`,
      })
  }
  return found
}

function aboutValues(c: ColumnProfile, rows: number, role: string): Found[] {
  const first = c.top[0]
  const found: Found[] = []
  const words = c.type === 'category' || c.type === 'text'
  if (words) {
    const blank = c.top.find(t => BLANK_WORDS.has(t.value.trim().toLowerCase()))
    if (blank)
      found.push({
        kind: 'blank-words',
        severity: 'medium',
        weight: blank.count / c.count,
        sentence: `${cells(blank.count)} of ${c.name} read ${blank.value.trim() === '' ? 'as blanks' : `“${blank.value}”`}, which often stands for missing but is counted as a value.`,
      })
  }
  // Ids, counters and times are different by nature.
  if (role === 'id' || c.type === 'id' || c.type === 'datetime') return found
  if (words && c.count >= ENOUGH && c.distinct > 0.9 * c.count && c.type === 'category')
    found.push({
      kind: 'unique',
      severity: 'medium',
      weight: c.distinct / c.count,
      sentence: `${c.name} is nearly unique: ${c.distinctExact ? '' : 'about '}${whole.format(c.distinct)} different values in ${cells(c.count)}. A model cannot learn from values it sees once.`,
    })
  else if (c.type === 'category' && role !== 'target' && c.distinct > Math.max(100, 0.1 * c.count))
    found.push({
      kind: 'high-cardinality',
      severity: 'medium',
      weight: 0.5,
      sentence: `${c.name} has ${c.distinctExact ? '' : 'about '}${whole.format(c.distinct)} different values, ${short.format(c.count / c.distinct)} rows each on average: too few to learn each of them well.`,
    })
  if (
    c.type === 'integer' &&
    c.distinctExact &&
    c.count === rows &&
    rows >= ENOUGH &&
    c.distinct === c.count &&
    role === 'feature'
  )
    found.push({
      kind: 'unique',
      severity: 'medium',
      weight: 1,
      sentence: `${c.name} is a different whole number in every row, like an id${c.monotone ? ' that counts the rows' : ''}: leave it out unless it measures something.`,
    })
  else if (isNumber(c) && c.monotone && c.count >= ENOUGH && c.distinct > 2 && role === 'feature')
    found.push({
      kind: 'row-order',
      severity: 'medium',
      weight: 0.4,
      sentence: `${c.name} only ${c.monotone === 'increasing' ? 'rises' : 'falls'} from row to row: it tells the order of the rows, which a random split gives away.`,
    })
  if (first && role !== 'target' && c.distinct > 1 && c.count >= ENOUGH && first.count > 0.95 * c.count)
    found.push({
      kind: 'dominant',
      severity: first.count > 0.99 * c.count ? 'medium' : 'low',
      weight: first.count / c.count,
      sentence: `${share(first.count, c.count)} of ${c.name} are “${first.value}”: the other values have ${whole.format(c.count - first.count)} rows together.`,
    })
  return found
}

function aboutTarget(c: ColumnProfile, rows: number): Found[] {
  const found: Found[] = []
  if (c.missing > 0)
    found.push({
      kind: 'target-missing',
      severity: c.missing > 0.2 * rows ? 'high' : 'medium',
      weight: c.missing / rows,
      sentence: `The target ${c.name} is missing in ${whole.format(c.missing)} ${c.missing === 1 ? 'row' : 'rows'} (${share(c.missing, rows)}): those cannot be learned from.`,
    })
  const classes =
    c.type === 'category' || c.type === 'boolean' || ((c.type === 'integer' || c.type === 'number') && c.distinct === 2)
  if (!classes || c.distinct < 2 || c.distinct > 10 || c.count < ENOUGH) return found
  const rarest = c.top.at(-1)
  if (!rarest) return found
  const part = rarest.count / c.count
  if (part < 0.1)
    found.push({
      kind: 'imbalance',
      severity: part < 0.02 || rarest.count < 20 ? 'high' : 'medium',
      weight: 1 - part,
      sentence: `The target ${c.name} is unbalanced: “${rarest.value}” has ${whole.format(rarest.count)} of ${whole.format(c.count)} rows (${share(rarest.count, c.count)}). Judge models by a metric that sees the rare class, not by accuracy.`,
    })
  return found
}

function aboutColumn(c: ColumnProfile, rows: number, role: string): Found[] {
  if (c.count === 0)
    return [{ kind: 'constant', severity: 'medium', weight: 1, sentence: `${c.name} is empty: every cell is missing.` }]
  if (c.distinct <= 1 && !c.infinite)
    return role === 'target'
      ? [
          {
            kind: 'target-constant',
            severity: 'high',
            weight: 1,
            sentence: `The target ${c.name} has one value, “${c.top[0]?.value ?? c.min}”, in every row that has one: there is nothing to predict.`,
          },
        ]
      : [
          {
            kind: 'constant',
            severity: 'low',
            weight: 0.5,
            sentence: `${c.name} is constant (“${c.top[0]?.value ?? c.min}”) and tells nothing.`,
          },
          ...aboutMissing(c, rows),
        ]
  const dominated = (c.top[0]?.count ?? 0) > 0.95 * c.count
  return [
    ...(role === 'target' ? aboutTarget(c, rows) : aboutMissing(c, rows)),
    ...aboutSpread(c, dominated),
    ...aboutValues(c, rows, role),
  ]
}

/** What a careful person would look at before training, worst first; ignored columns are judged last. */
export function warnAboutProfile(profile: Profile, schema: readonly Pick<VersionColumn, 'name' | 'role'>[]): Profile {
  const roles = new Map(schema.map(c => [c.name, c.role]))
  const { rows, duplicateRows } = profile
  const found: (Found & { column: string | null })[] = []
  if (rows < 50)
    found.push({
      kind: 'few-rows',
      severity: 'high',
      weight: 1,
      column: null,
      sentence: `There ${rows === 1 ? 'is 1 row' : `are ${rows} rows`}: too few to measure a model by.`,
    })
  if (duplicateRows > 0)
    found.push({
      kind: 'duplicates',
      severity: duplicateRows > 0.01 * rows ? 'high' : 'medium',
      weight: duplicateRows / rows,
      column: null,
      sentence: `${whole.format(duplicateRows)} ${duplicateRows === 1 ? 'row repeats' : 'rows repeat'} another (${share(duplicateRows, rows)}): repeated rows may stand in both training and test data.`,
    })
  const columns = profile.columns.map(c => {
    const role = roles.get(c.name) ?? 'feature'
    const own = aboutColumn(c, rows, role)
      .map(f => (role === 'ignore' && f.severity !== 'low' ? { ...f, severity: 'low' as const } : f))
      .sort(worse)
    found.push(...own.map(f => ({ ...f, column: c.name })))
    return { ...c, warnings: own.map(f => f.sentence) }
  })
  const warnings: ProfileWarning[] = found
    .sort(worse)
    .map(({ kind, severity, column, sentence }) => ({ kind, severity, column, sentence }))
  return { ...profile, columns, warnings }
}

const worse = (a: Found, b: Found) => WEIGHT[b.severity] - WEIGHT[a.severity] || b.weight - a.weight
