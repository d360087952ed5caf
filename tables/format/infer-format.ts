import { MISSING_IN_TEXT, MISSING_WORDS, type NumberFormat } from '#ml/cells/column-format.ts'
import type { ReadPlan } from './compile-sql.ts'
import type { Conversion } from './contract.ts'
import { dateShapeOf } from './datetime-format.ts'
import type { ColumnCells } from './group-cells.ts'
import { type CellGroup, fitNumbers } from './number-format.ts'

/** Why digits are kept as text. */
export type CodeReason = 'zeros' | 'exponent' | 'digits' | 'plus'

/** How a column of text is read, and its notes. */
export interface ColumnReading {
  plan: ReadPlan
  /** Cells that mean missing under the plan are not counted. */
  real: number
  /** Cells that the plan reads as values. */
  read: number
  code?: CodeReason
  /** Two readings fit all cells and differ. */
  ambiguous?: { kind: 'decimal-mark'; decimal: NumberFormat['decimal'] } | { kind: 'day-order'; dayFirst: boolean }
  /** Most cells are numbers or dates, but not enough: offered as a decision. */
  conversion?: Conversion
  /** Times without an offset among times with one. */
  withoutOffset?: number
  /** `NA` is a word here. */
  keepsNa?: boolean
  /** What this column shows about the others. */
  evidence: Evidence
}

/** Conventions of a file, known from its other columns or an earlier version. */
export interface Evidence {
  decimal?: NumberFormat['decimal']
  dayFirst?: boolean
}

/** Share of cells that must be readable for a column with some other text to be read as numbers or times. */
const READ_SHARE = 0.99
const MAX_STRAYS = 1000
/** Share above which a column of text is reported as nearly numbers or times. */
const NEARLY_SHARE = 0.9
const MAX_EXAMPLES = 4

const isMissingWord = (g: CellGroup) => g.texts.every(t => MISSING_WORDS.has(t.toLowerCase()))
const sum = (groups: readonly CellGroup[]) => groups.reduce((n, g) => n + g.cells, 0)

const enough = (read: number, real: number) => read > 0 && read >= real * READ_SHARE && real - read <= MAX_STRAYS

/**
 * Infers how the cells of a column of text are written. The reading is one for the whole column: numbers, times or booleans where (nearly)
 * all cells are, text where reading could not be undone, otherwise text.
 */
export async function inferFormat(cells: ColumnCells, evidence: Evidence = {}): Promise<ColumnReading> {
  const groups = cells.groups.filter(g => !isMissingWord(g))
  const real = cells.present - sum(cells.groups.filter(isMissingWord))
  if (real === 0) return textReading(groups, real)
  if (groups.every(g => g.texts.every(t => /^(true|false)$/i.test(t))))
    return { plan: { as: 'boolean', format: {} }, real, read: real, evidence: {} }
  const times = await inferTimes(cells, groups, real, evidence)
  if (times && enough(times.read, real)) return times.reading
  const numbers = inferNumbers(groups, real, evidence)
  if (numbers && 'reading' in numbers) return finite(cells, numbers.reading, groups)
  const text = textReading(groups, real)
  if (times && times.read >= real * NEARLY_SHARE)
    return { ...text, conversion: await conversionOf(cells, times.reading.plan, 'datetime') }
  if (numbers && numbers.read >= real * NEARLY_SHARE)
    return { ...text, conversion: await conversionOf(cells, numbers.plan, numbers.plan.as as 'number') }
  return text
}

async function conversionOf(cells: ColumnCells, plan: ReadPlan, type: Conversion['type']): Promise<Conversion> {
  const strays = await cells.texts({ unreadable: plan }, MAX_EXAMPLES)
  const read = await cells.count(plan)
  const words = await cells.texts({ missing: plan }, 100)
  return {
    type,
    format: plan.format,
    cells: cells.present - read - words.reduce((n, w) => n + w.cells, 0),
    texts: strays.map(s => s.text),
  }
}

/** Infinite numbers are no values; how many they are is counted only where some cell may be one. */
async function finite(
  cells: ColumnCells,
  reading: ColumnReading,
  groups: readonly CellGroup[],
): Promise<ColumnReading> {
  const maybe = groups.some(g => g.texts.some(t => /^[+-]?inf/i.test(t) || /[eE][+]?[0-9]{3,}$/.test(t)))
  return maybe ? { ...reading, read: await cells.count(reading.plan) } : reading
}

function inferNumbers(
  groups: readonly CellGroup[],
  real: number,
  evidence: Evidence,
): { reading: ColumnReading } | { plan: ReadPlan; read: number } | undefined {
  const fit = fitNumbers(groups, evidence.decimal)
  if (!fit) return undefined
  const { format, cells, whole, other } = fit
  const isPlain = Object.keys(format).length === 1 && format.decimal === '.'
  const number = isPlain ? {} : { number: format }
  const plan: ReadPlan = { as: whole ? 'integer' : 'number', format: number }
  if (!enough(cells, real)) return { plan, read: cells }
  const code = format.group || format.unit || format.percent ? undefined : codeIn(groups)
  if (code) {
    const { plan: text } = textReading(groups, real)
    return {
      reading: { plan: { as: 'text', format: { ...text.format, code: true } }, real, read: real, code, evidence: {} },
    }
  }
  const certain = !other && (format.group !== undefined || !whole)
  return {
    reading: {
      plan,
      real,
      read: cells,
      evidence: certain ? { decimal: format.decimal } : {},
      ...(other && evidence.decimal === undefined
        ? { ambiguous: { kind: 'decimal-mark' as const, decimal: format.decimal } }
        : {}),
    },
  }
}

/** Returns why a column of digits would lose something as numbers. */
function codeIn(groups: readonly CellGroup[]): CodeReason | undefined {
  const some = (test: RegExp) => groups.some(g => g.texts.some(t => test.test(t)))
  if (some(/^[+-]?0[0-9]+([.,][0-9]*)?$/)) return 'zeros'
  if (groups.some(g => g.texts.some(t => /^[+-]?[0-9]{16,}$/.test(t) && !Number.isSafeInteger(Number(t)))))
    return 'digits'
  if (some(/^\+[0-9]{7,}$/)) return 'plus'
  return some(/^[0-9]+[eE][0-9]+$/) && !some(/[.]|^-|[eE][+-]/) ? 'exponent' : undefined
}

const ZONED = /[0-9]:[0-9]{2}.*(Z|z|UTC|GMT|[+-][0-9]{2}(:?[0-9]{2})?)$/
const TIME_NAME =
  /(^|[^a-z])(ts|time|timestamp|epoch|unix|unixtime|datetime|created|updated|modified|at)($|[^a-z])|(time|timestamp|At|Time)(_?(s|ms|utc))?$/i
const DATE_NAME = /(^|[^a-z])(date|day|datum|fecha|jour|dt|ymd)($|[^a-z])|(date|Date|_?ymd)$/i
const ISO_LIKE = /^[+-]?[0-9]{4,6}-[0-9]{1,2}-[0-9]{1,2}([T ]|$)/

async function inferTimes(
  cells: ColumnCells,
  groups: readonly CellGroup[],
  real: number,
  evidence: Evidence,
): Promise<{ reading: ColumnReading; read: number } | undefined> {
  const numeric = numericTimes(cells.name, groups)
  if (numeric) {
    const read = await cells.count(numeric)
    return read === real ? { reading: { plan: numeric, real, read, evidence: {} }, read } : undefined
  }
  const shapes = groups.map(g => ({ cells: g.cells, shape: dateShapeOf(g.texts[0]!), iso: ISO_LIKE.test(g.texts[0]!) }))
  const likely = shapes.reduce((n, s) => n + (s.shape || s.iso ? s.cells : 0), 0)
  if (likely < real * NEARLY_SHARE) return undefined
  const instant = groups.some(g => ZONED.test(g.texts[0]!))
  const withoutOffset = instant ? real - sum(groups.filter(g => ZONED.test(g.texts[0]!))) : 0
  const patternsFor = (dayFirst: boolean) =>
    [
      ...new Set(shapes.flatMap(({ shape: s }) => (s ? [s.clear ?? (dayFirst ? s.dayFirst! : s.monthFirst!)] : []))),
    ].slice(0, 8)
  const planFor = (dayFirst: boolean): ReadPlan => {
    const patterns = patternsFor(dayFirst)
    return {
      as: 'datetime',
      format: patterns.length > 0 ? { datetime: { patterns } } : {},
      ...(instant ? { instant } : {}),
    }
  }
  const reading = (plan: ReadPlan, read: number): ColumnReading => ({
    plan,
    real,
    read,
    evidence: {},
    ...(withoutOffset > 0 ? { withoutOffset } : {}),
  })
  if (!shapes.some(s => s.shape?.dayFirst)) {
    const plan = planFor(true)
    const read = await cells.count(plan)
    return { reading: reading(plan, read), read }
  }
  const [day, month] = [planFor(true), planFor(false)]
  const [asDay, asMonth] = [await cells.count(day), await cells.count(month)]
  if (asDay !== asMonth) {
    const dayFirst = asDay > asMonth
    const read = Math.max(asDay, asMonth)
    return { reading: { ...reading(dayFirst ? day : month, read), evidence: { dayFirst } }, read }
  }
  const dayFirst = evidence.dayFirst ?? guessDayFirst(cells.first, groups)
  const ambiguous = evidence.dayFirst === undefined ? { ambiguous: { kind: 'day-order' as const, dayFirst } } : {}
  return { reading: { ...reading(dayFirst ? day : month, asDay), ...ambiguous }, read: asDay }
}

/** Rows are often in the order of time: the order of day and month under which they are. Otherwise dots and dashes mean day first. */
function guessDayFirst(first: readonly string[], groups: readonly CellGroup[]): boolean {
  const key = (text: string, dayFirst: boolean): number => {
    const [a, b, c] = (text.match(/[0-9]+/g) ?? []).map(Number)
    return a === undefined || b === undefined || c === undefined
      ? Number.NaN
      : c * 10_000 + (dayFirst ? b * 100 + a : a * 100 + b)
  }
  const turns = (dayFirst: boolean) => {
    const keys = first.map(t => key(t, dayFirst)).filter(k => !Number.isNaN(k))
    return keys.filter((k, i) => i > 0 && k < keys[i - 1]!).length
  }
  const [asDay, asMonth] = [turns(true), turns(false)]
  if (asDay !== asMonth && Math.min(asDay, asMonth) === 0) return asDay === 0
  const texts = groups.map(g => g.texts[0]!)
  if (texts.some(t => /[ap]\.?m\.?$/i.test(t))) return false
  return !texts.some(t => /^[0-9]+\//.test(t))
}

/** Digits that are moments: only where the column's name is of a time. */
function numericTimes(name: string, groups: readonly CellGroup[]): ReadPlan | undefined {
  const all = (test: RegExp) => groups.length > 0 && groups.every(g => g.texts.every(t => test.test(t)))
  if (TIME_NAME.test(name)) {
    if (all(/^[12][0-9]{9}(\.[0-9]+)?$/)) return { as: 'datetime', format: { datetime: { epoch: 's' } }, instant: true }
    if (all(/^[12][0-9]{12}$/)) return { as: 'datetime', format: { datetime: { epoch: 'ms' } }, instant: true }
  }
  if ((DATE_NAME.test(name) || TIME_NAME.test(name)) && all(/^(19|20)[0-9]{6}$/))
    return { as: 'datetime', format: { datetime: { patterns: ['%Y%m%d'] } } }
  return undefined
}

/** Text: `NA` is a word among codes of capitals, such as countries, states or regions. */
function textReading(groups: readonly CellGroup[], real: number): ColumnReading {
  const codes = sum(groups.filter(g => g.texts.every(t => /^[A-Z]{2,5}$/.test(t) && !/^(YES|NO|TRUE|FALSE)$/.test(t))))
  const keepsNa = codes > real / 2
  return {
    plan: { as: 'text', format: { missing: MISSING_IN_TEXT.filter(t => !(keepsNa && t === 'NA')) } },
    real,
    read: real,
    keepsNa,
    evidence: {},
  }
}
