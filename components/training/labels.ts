import { listMetrics } from '#ml/metrics/registry.ts'
import type { Direction } from '#ml/metrics/types.ts'
import type { Versus } from '#server/training/comparison/contract.ts'
import type {
  Comparison,
  ExperimentDetail,
  Measured,
  RunDetail,
  RunState,
  RunSummary,
} from '#server/training/contract.ts'
import { RUN_STATES } from '#server/training/states/contract.ts'
import {
  type Estimate,
  formatCount,
  formatDelta as formatDifference,
  formatDuration,
  formatEstimate,
  formatHalfWidth,
  formatInterval,
  formatNumber,
  formatWithError,
  type NumberUnit,
} from '../ui/format.ts'

const LABELS = new Map(listMetrics().map(m => [m.id, m.label]))
const DIRECTIONS = new Map(listMetrics().map(m => [m.id, m.direction] as const))

/** `validation_loss` → `Validation loss`, `rmse` → `RMSE`. */
export function metricLabel(id: string): string {
  const label = LABELS.get(id)
  if (label) return label
  const [, where, rest] = /^(train|validation|test)_(.+)$/.exec(id) ?? []
  if (where && rest && LABELS.has(rest)) return `${capital(where)} ${LABELS.get(rest)}`
  return capital(spaced(id))
}

/** Of a metric, also of one measured on some rows (`validation_roc_auc`). */
export const directionOf = (metric: string): Direction | null =>
  DIRECTIONS.get(metric.replace(/^(train|validation|test)_/, '')) ?? (/loss|error/.test(metric) ? 'minimize' : null)

export const directionLabel = (direction: Direction | null): string =>
  direction === 'minimize' ? 'lower is better' : direction === 'maximize' ? 'higher is better' : ''

const capital = (words: string) => words.charAt(0).toUpperCase() + words.slice(1)
/** `learningRate`, `learning_rate` → `learning rate`. */
const spaced = (name: string) =>
  name
    .replace(/([a-z0-9])([A-Z])/g, '$1 $2')
    .replace(/_/g, ' ')
    .toLowerCase()

/** Metrics that are shares, and are written in percent. */
const PERCENT = new Set(['mape', 'smape', 'wape'])
export const metricUnit = (id: string | null | undefined): NumberUnit =>
  id && PERCENT.has(id.replace(/^(train|validation|test)_/, '')) ? 'percent' : null

/** The value of a metric, with the digits that its interval supports. */
export const formatMetric = (id: string | null | undefined, measured: Estimate): string =>
  formatEstimate(measured, metricUnit(id))
/** `0.875 ± 0.014`, `144 ± 14 %`. */
export const formatMetricWithError = (id: string | null | undefined, measured: Estimate): string =>
  formatWithError(measured, metricUnit(id))

/** A value and half its interval, rounded to the digits that the interval supports. */
export function formatMeasured(
  measured: Measured | null,
  metric?: string | null,
): { value: string; half: string | null } {
  if (!measured || measured.value === null) return { value: '–', half: null }
  const unit = metricUnit(metric)
  const half = formatHalfWidth(measured, unit)
  return { value: formatEstimate(measured, unit), half: half !== null && unit === 'percent' ? `${half} %` : half }
}

function formatParameter(name: string, value: unknown, label: string | undefined): string {
  if (label !== undefined) return `${spaced(name)} ${label}`
  if (name === 'hidden' && Array.isArray(value)) return value.length === 0 ? 'no hidden layer' : value.join('·')
  if (name === 'alpha') return `α ${formatValue(value)}`
  if (name === 'trees' || name === 'epochs') return `${formatValue(value)} ${name}`
  if (name === 'depth' || name === 'maxDepth') return `${formatValue(value)} deep`
  if (name === 'learningRate') return `lr ${formatValue(value)}`
  if (name === 'strategy' || name === 'schedule') return formatValue(value)
  if (typeof value === 'boolean') return value ? spaced(name) : `no ${spaced(name)}`
  return `${spaced(name)} ${formatValue(value)}`
}

/** A parameter of a run; special values by their meaning: `unlimited` instead of 0. */
export const formatParameterValue = (run: Pick<RunSummary, 'params' | 'paramLabels'>, name: string): string =>
  Object.hasOwn(run.params, name) ? (run.paramLabels[name] ?? formatValue(run.params[name])) : '–'

/** One value of a setting, a tag or an environment. */
export function formatValue(value: unknown): string {
  if (value === null || value === undefined) return '–'
  if (typeof value === 'number') return formatNumber(value)
  if (typeof value === 'boolean') return value ? 'yes' : 'no'
  if (typeof value === 'string') return value
  if (Array.isArray(value)) return value.map(formatValue).join(', ')
  return Object.entries(value)
    .map(([key, inner]) => `${spaced(key)} ${formatValue(inner)}`)
    .join(', ')
}

/** The parameters that usually differ between runs come first. */
const LEADING = [
  'hidden',
  'trees',
  'maxDepth',
  'depth',
  'alpha',
  'l1Ratio',
  'learningRate',
  'epochs',
  'dropout',
  'weightDecay',
]
/** Shown only if the runs differ in it. */
const HIDDEN_BY_DEFAULT = new Set(['tolerance', 'maxIterations', 'patience', 'schedule', 'batchSize'])
/** Settings shown of a trainer whose runs do not differ. */
const MAX_UNVARIED = 3
const rankOf = (name: string) => (LEADING.includes(name) ? LEADING.indexOf(name) : LEADING.length)

/** `64·32, lr 0.001, 30 epochs`. @param varying names in which the runs of this trainer differ: only these are written. */
export function formatParameters(
  { params, paramLabels = {} }: { params: Record<string, unknown>; paramLabels?: Record<string, string> },
  varying?: ReadonlySet<string>,
): string {
  const off = (value: unknown) => value === 0 || value === false
  const isShown = (name: string, value: unknown) =>
    varying && varying.size > 0
      ? varying.has(name)
      : !(HIDDEN_BY_DEFAULT.has(name) || off(value) || Object.hasOwn(paramLabels, name))
  return (
    Object.entries(params)
      .filter(([name, value]) => isShown(name, value))
      .sort((a, b) => rankOf(a[0]) - rankOf(b[0]))
      .slice(0, varying && varying.size === 0 ? MAX_UNVARIED : undefined)
      .map(([name, value]) => formatParameter(name, value, paramLabels[name]))
      .join(', ') || 'default settings'
  )
}

/** By trainer: the settings in which its runs differ. */
export function varyingSettings(runs: readonly Pick<RunSummary, 'trainer' | 'params'>[]): Map<string, Set<string>> {
  const seen = new Map<string, Map<string, string>>()
  const varying = new Map<string, Set<string>>()
  for (const { trainer, params } of runs) {
    const first = seen.get(trainer) ?? new Map<string, string>()
    const differing = varying.get(trainer) ?? new Set<string>()
    for (const [name, value] of Object.entries(params)) {
      const text = JSON.stringify(value)
      if (first.has(name) && first.get(name) !== text) differing.add(name)
      first.set(name, first.get(name) ?? text)
    }
    seen.set(trainer, first)
    varying.set(trainer, differing)
  }
  return varying
}

export const settingName = spaced

type Timed = Pick<RunSummary, 'trainMs' | 'createdAt' | 'startedAt' | 'endedAt'>

/** Milliseconds from start to end, with process start, reading and explaining; null when it has not ended. */
export const tookMs = (run: Pick<RunSummary, 'startedAt' | 'endedAt'>): number | null =>
  run.startedAt && run.endedAt ? Date.parse(run.endedAt) - Date.parse(run.startedAt) : null

/** Training time. Of a run that did not record it only an upper bound is known. */
export function formatTrainTime(run: Timed): string {
  if (run.trainMs !== null) return formatDuration(run.trainMs)
  const ms = tookMs(run)
  return ms === null ? '–' : `≤ ${formatDuration(ms)}`
}

/** What a run spent its time on besides training: waiting for a worker, starting a process, reading, explaining. */
export function runPhases(run: Timed & Partial<Pick<RunDetail, 'timing'>>): { name: string; ms: number }[] {
  const total = tookMs(run)
  const waited = run.startedAt === null ? null : Date.parse(run.startedAt) - Date.parse(run.createdAt)
  const { timing } = run
  const inside = timing ? timing.readMs + timing.trainMs + timing.explainMs : null
  return [
    { name: 'waiting', ms: waited },
    { name: 'starting and saving', ms: total === null || inside === null ? null : Math.max(0, total - inside) },
    { name: 'reading the data', ms: timing?.readMs ?? null },
    { name: 'training', ms: run.trainMs },
    { name: 'explaining', ms: timing?.explainMs ?? null },
  ].flatMap(({ name, ms }) => (ms === null ? [] : [{ name, ms }]))
}

/** `running 62 %`, `failed`. */
export function runStateLabel(run: Pick<RunSummary, 'status' | 'progress'>): string {
  if (run.status !== 'running' || !run.progress) return run.status
  return `running ${Math.round(100 * Math.min(1, Math.max(0, run.progress.done)))} %`
}

/** `2 running, 1 failed`: only states that occur, `succeeded` first. */
export function formatRunCounts(runs: Record<RunState, number>): string {
  const order: RunState[] = ['succeeded', 'running', 'queued', 'failed', 'cancelled']
  return (
    order
      .filter(state => runs[state] > 0)
      .map(state => `${formatNumber(runs[state])} ${state}`)
      .join(', ') || 'no run'
  )
}

export const runTotal = (runs: Record<RunState, number>) => RUN_STATES.reduce((sum, state) => sum + runs[state], 0)

/** The best run with its uncertainty, and how many runs are still active. */
export function experimentSentence(experiment: Pick<ExperimentDetail, 'metric' | 'runs' | 'items' | 'status'>): string {
  const { runs, items } = experiment
  const waiting = runs.running + runs.queued
  const moving =
    waiting === 0
      ? ''
      : ` ${formatCount(waiting, 'run is', 'runs are')} ${runs.running === 0 ? 'queued' : runs.queued === 0 ? 'running' : 'running or queued'}.`
  const best = items.find(run => run.best)
  if (!best) {
    if (runTotal(runs) === 0) return 'No runs.'
    if (waiting > 0) return `No results yet.${moving}`
    if (runs.failed > 0) return `No run succeeded: ${formatRunCounts(runs)}. Open a run for the reason.`
    return `No run succeeded: ${formatRunCounts(runs)}.`
  }
  const { value, half } = formatMeasured(best.measured)
  const metric = experiment.metric ? `${metricLabel(experiment.metric)} ` : ''
  const tied = items.filter(run => run.tied && !run.best)
  const uncompared = items.filter(run => run.versusBest?.verdict === 'unknown').length
  const lead = `#${best.number} ${best.trainer} is best with ${metric}${value}${half ? ` ± ${half}` : ''}`
  const open =
    uncompared === 0 ? '' : `; ${formatCount(uncompared, 'other run is', 'other runs are')} not comparable with it`
  if (tied.length === 0)
    return `${lead}${uncompared === 0 && runs.succeeded > 1 ? '; all other runs are significantly worse' : open}.${moving}`
  const timed = [best, ...tied].filter(run => run.trainMs !== null)
  const cheapest = timed.sort((a, b) => a.trainMs! - b.trainMs!)[0]
  const cheap =
    cheapest && cheapest !== best ? `; #${cheapest.number} trains fastest (${formatTrainTime(cheapest)})` : ''
  return `${lead}; ${formatCount(tied.length, 'other run is', 'other runs are')} statistically tied with it${cheap}${open}.${moving}`
}

/** A difference on the same rows and its 95 % interval, in the digits that the interval supports. */
export function formatVersus(
  { difference, differenceLow, differenceHigh }: Versus,
  metric: string,
): { difference: string; interval: string | null } {
  const like = { value: difference, low: differenceLow, high: differenceHigh }
  return {
    difference: difference === null ? '–' : formatDelta(difference, like, metric),
    interval: differenceLow === null || differenceHigh === null ? null : formatInterval(like, metricUnit(metric)),
  }
}

/** A difference with its sign, in the digits of the value it is compared with. */
export const formatDelta = (delta: number | null, like: Estimate = { value: null }, metric?: string | null): string =>
  delta === null ? '' : delta === 0 ? '±0' : formatDifference(delta, like, metricUnit(metric))

/** 0 to 1 at an axis: `0.25`. */
export const axisShare = (x: number): string => String(Number(x.toFixed(2)))

export const TASK_LABELS = {
  regression: 'Regression',
  binary: 'Binary classification',
  multiclass: 'Multiclass classification',
} as const

/** The result of a run, compared with the best run of its experiment. */
export function runSentence(
  run: Pick<RunSummary, 'status' | 'measured' | 'best' | 'tied' | 'reason' | 'versusBest'> & { metric: string | null },
): string {
  if (run.status === 'queued') return 'Waiting for a free worker.'
  if (run.status === 'running') return 'Training.'
  if (run.status === 'failed') return 'Failed.'
  if (run.status === 'cancelled') return 'Cancelled.'
  const { value, half } = formatMeasured(run.measured)
  if (value === '–') return 'Succeeded; the metric could not be computed.'
  const metric = run.metric ? `${metricLabel(run.metric)} ` : ''
  const verdict = run.versusBest?.verdict
  const place = run.best
    ? ': the best of its experiment'
    : run.tied
      ? ': tied with the best'
      : verdict === 'worse'
        ? ': significantly worse than the best'
        : ''
  return `${metric}${value}${half ? ` ± ${half}` : ''} on the holdout${place}.`
}

/** Summarizes a comparison by its metric. */
export function comparisonSentence({
  runs,
  metric,
  direction,
  best: bestRun,
  versusBest,
}: Pick<Comparison, 'runs' | 'metric' | 'direction' | 'best' | 'versusBest'>): string {
  if (!metric || !direction) return 'These runs have different metrics and cannot be ranked.'
  const best = runs.find(run => run.run === bestRun)
  const others = runs.flatMap((run, i) => (versusBest[i] ? [{ run, versus: versusBest[i] }] : []))
  if (!best || others.length === 0) return 'Fewer than two runs have results.'
  const { value, half } = formatMeasured(best.measured, metric)
  const lead = `#${best.number} has the best ${metricLabel(metric)}, ${value}${half ? ` ± ${half}` : ''}`
  const numbersOf = (verdict: Versus['verdict']) =>
    others.filter(({ versus }) => versus.verdict === verdict).map(({ run }) => `#${run.number}`)
  const [tied, unknown] = [numbersOf('tied'), numbersOf('unknown')]
  const open =
    unknown.length === 0 ? '' : `; ${unknown.join(', ')} ${unknown.length === 1 ? 'is' : 'are'} not comparable with it`
  if (unknown.length === others.length) return `${lead}${open}.`
  if (tied.length === 0)
    return `${lead}; ${unknown.length === 0 ? 'the other runs are' : `${numbersOf('worse').join(', ')} ${numbersOf('worse').length === 1 ? 'is' : 'are'}`} significantly worse${open}.`
  if (tied.length === others.length) return `${lead}; no run is significantly different.`
  return `${lead}; ${tied.join(', ')} ${tied.length === 1 ? 'is' : 'are'} statistically tied with it${open}.`
}
