import { FEWEST_ROWS } from '#ml/index.ts'
import type { ColumnDrift, Verdict, WindowPerformance } from '../contract.ts'

/** Counted up when the rules change: results of the rules before are then computed again. */
export const RULES_VERSION = 2
/** Below this many true values a window's error may be chance and is not judged. */
const FEWEST_LABELLED = 30
/** So many windows, from the newest with true values back, say how it is now. */
const LATEST = 3
const NAMED = 3

export interface VerdictInput {
  /** Rows predicted, and those whose true value is known. */
  rows: number
  labelled: number
  /** Over all rows. Empty: the model was stored without a summary of its training rows. */
  columns: ColumnDrift[]
  /** Of the answers over all rows; null: nothing to compare with. */
  prediction: ColumnDrift | null
  /** Of the newest window, when it has rows enough. */
  latest: { window: string; columns: ColumnDrift[]; prediction: ColumnDrift | null } | null
  metric: { label: string; direction: 'minimise' | 'maximise' } | null
  /** Oldest first. */
  performance: WindowPerformance[]
}

/**
 * What to think of an endpoint. Where true values are known, the measured error decides: drift that does not hurt is a warning. Where none
 * are, the answers' own drift is the best sign there is.
 */
export function decideVerdict(input: VerdictInput): { verdict: Verdict; sentence: string } {
  const { rows, columns } = input
  if (rows === 0) return { verdict: 'unknown', sentence: 'No prediction was asked for yet.' }
  if (rows < FEWEST_ROWS)
    return {
      verdict: 'unknown',
      sentence: `${rows === 1 ? 'Only one row was' : `Only ${rows} rows were`} predicted so far; at least ${FEWEST_ROWS} are needed to judge.`,
    }
  const measured = judgedError(input)
  if (measured?.worse)
    return { verdict: 'alert', sentence: `${measured.words}${driftSuffix(columns) || latelySuffix(input)}` }
  const drifted = columns.filter(c => c.drifted)
  const answers = input.prediction?.drifted ? input.prediction : null
  if (measured) {
    if (drifted.length > 0)
      return { verdict: 'warn', sentence: `${describeDrift(drifted, columns.length)}, but ${lower(measured.words)}` }
    if (answers)
      return {
        verdict: 'warn',
        sentence: `The predictions have drifted from validation (${figure(answers)}), but ${lower(measured.words)}`,
      }
    return { verdict: 'ok', sentence: `${measured.words} ${noDrift(columns)}` }
  }
  return withoutError(input, drifted, answers)
}

function withoutError(
  input: VerdictInput,
  drifted: ColumnDrift[],
  answers: ColumnDrift | null,
): { verdict: Verdict; sentence: string } {
  const { columns, latest } = input
  const missing = missingError(input)
  if (columns.length === 0 && !input.prediction)
    return {
      verdict: 'unknown',
      sentence: `The model was stored without a summary of its training rows, so drift cannot be judged. ${missing}`,
    }
  if (answers)
    return {
      verdict: 'alert',
      sentence: `The predictions have drifted from validation (${figure(answers)}). ${missing}${driftSuffix(columns)}`,
    }
  if (drifted.length > 0) return { verdict: 'warn', sentence: `${describeDrift(drifted, columns.length)}. ${missing}` }
  const lately = latest?.columns.filter(c => c.drifted) ?? []
  if (latest && lately.length > 0)
    return {
      verdict: 'warn',
      sentence: `Over all rows no column has drifted, but in ${latest.window} ${lower(describeDrift(lately, columns.length))}. ${missing}`,
    }
  if (latest?.prediction?.drifted)
    return {
      verdict: 'warn',
      sentence: `In ${latest.window} the predictions differ from validation (${figure(latest.prediction)}), over all rows they do not. ${missing}`,
    }
  return { verdict: 'ok', sentence: `${noDrift(columns)} ${missing}` }
}

/** The error of the newest windows beside that of the validation rows; undefined when it cannot be judged. */
function judgedError({ metric, performance }: VerdictInput): { worse: boolean; words: string } | undefined {
  if (!metric) return undefined
  const judged = performance.filter(p => p.rows >= FEWEST_LABELLED && p.value !== null && p.baseline !== null)
  const newest = judged.at(-1)
  if (!newest) return undefined
  const lower = metric.direction === 'minimise'
  const isWorse = (p: WindowPerformance) => {
    const limit = (lower ? p.baselineHigh : p.baselineLow) ?? p.baseline!
    // The side of the window's own interval that is nearest to validation must lie outside: else it may be chance.
    const best = (lower ? p.low : p.high) ?? p.value!
    return lower ? best > limit : best < limit
  }
  const recent = judged.slice(-LATEST)
  const bad = recent.filter(isWorse)
  const worse = isWorse(newest) || bad.length >= 2
  const at = worse && !isWorse(newest) ? bad.at(-1)! : newest
  const validation = number(at.baseline!)
  if (!worse) {
    const before = judged.filter(isWorse)
    const past = before.length > 0 ? `; it was worse in ${before.at(-1)!.window}` : ''
    return {
      worse,
      words: `Measured ${metric.label} is ${number(newest.value!)} in ${newest.window}, not clearly worse than at validation (${validation})${past}.`,
    }
  }
  const all = judged.filter(isWorse).length
  const interval =
    at.baselineLow === null || at.baselineHigh === null
      ? ''
      : ` (validation interval ${number(at.baselineLow)} to ${number(at.baselineHigh)})`
  const often = judged.length > 1 ? `; ${all} of ${judged.length} windows are worse than validation` : ''
  return {
    worse,
    words: `Measured ${metric.label} ${lower ? 'rose' : 'fell'} from ${validation} at validation to ${number(at.value!)} in ${at.window}${interval}${often}.`,
  }
}

function missingError({ labelled, metric, performance }: VerdictInput): string {
  if (labelled === 0) return 'No true values came yet, so the error cannot be measured.'
  const some = performance.some(p => p.value !== null && p.rows >= FEWEST_LABELLED)
  if (some) return `The model has no validation value of ${metric?.label ?? 'its metric'} to compare the error with.`
  return `True values of ${labelled} ${labelled === 1 ? 'row' : 'rows'} came; a window needs ${FEWEST_LABELLED} to judge its error.`
}

const noDrift = (columns: ColumnDrift[]) =>
  columns.length === 0
    ? 'Drift cannot be judged: the model was stored without a summary of its training rows.'
    : columns.length === 1
      ? `${columns[0]!.name} has not drifted from training.`
      : `None of ${columns.length} columns has drifted from training.`

const strongest = (columns: ColumnDrift[]) =>
  [...columns].sort((a, b) => b.statistic / b.threshold - a.statistic / a.threshold || (a.name < b.name ? -1 : 1))

const named = (columns: ColumnDrift[]) =>
  strongest(columns)
    .slice(0, NAMED)
    .map(c => `${c.name} (${figure(c)})`)
    .join(', ')

function describeDrift(drifted: ColumnDrift[], all: number): string {
  if (drifted.length === 1) {
    const [only] = drifted
    return `${only!.name} has drifted from training (${figure(only!)}, limit ${only!.threshold})`
  }
  return `${drifted.length} of ${all} columns have drifted from training, most ${named(drifted)}`
}

function driftSuffix(columns: ColumnDrift[]): string {
  const drifted = columns.filter(c => c.drifted)
  return drifted.length === 0 ? '' : ` ${describeDrift(drifted, columns.length)}.`
}

function latelySuffix({ latest, columns }: VerdictInput): string {
  const lately = latest?.columns.filter(c => c.drifted) ?? []
  if (!latest || lately.length === 0) return ''
  return ` In ${latest.window} ${describeDrift(lately, columns.length)}.`
}

const figure = (c: ColumnDrift) => `${c.test === 'ks' ? 'KS' : 'PSI'} ${c.statistic.toFixed(2)}`

/** A sentence as the second half of another; names of columns stay as they are. */
const lower = (sentence: string) => sentence.replace(/^Measured/, 'measured')

/** Three significant digits, whole numbers whole. */
function number(value: number): string {
  if (Number.isInteger(value) && Math.abs(value) < 1e6) return String(value)
  if (Math.abs(value) >= 1000 && Math.abs(value) < 1e9) return String(Math.round(value))
  return String(Number(value.toPrecision(3)))
}
