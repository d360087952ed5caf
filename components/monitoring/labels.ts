import type { ColumnDrift, MonitorStatus, MonitorSummary, MonitorWindow, Verdict } from '#server/monitoring/contract.ts'
import { formatCount, formatShare } from '../ui/format.ts'

type Judged = Pick<MonitorSummary, 'verdict' | 'checkedAt' | 'problem'>

const VERDICT_LABEL: Record<Exclude<Verdict, 'unknown'>, string> = { ok: 'OK', warn: 'Warning', alert: 'Alert' }

/** What stands above the sentence of a verdict. An all-clear needs a check that could judge. */
export function verdictLabel({ verdict, checkedAt, problem }: Judged): string {
  if (verdict !== 'unknown') return VERDICT_LABEL[verdict]
  if (problem) return 'Check failed'
  return checkedAt === null ? 'Not checked yet' : 'Not enough data'
}

/** The state of all endpoints in one sentence; counts those that no check could judge. */
export function listSentence(items: readonly MonitorSummary[]): string {
  if (items.length === 0) return 'Every endpoint is compared with its training data once an hour.'
  const count = (verdict: Verdict) => items.filter(i => i.verdict === verdict).length
  const [alerts, warnings, unknown] = [count('alert'), count('warn'), count('unknown')]
  const parts = [
    ...(alerts > 0 ? [`${formatCount(alerts, 'endpoint')} with an alert`] : []),
    ...(warnings > 0 ? [`${formatCount(warnings, 'endpoint')} with a warning`] : []),
    ...(unknown > 0 ? [`${formatCount(unknown, 'endpoint')} without a verdict`] : []),
  ]
  const ok = count('ok')
  if (parts.length === 0)
    return ok === 1 ? 'The endpoint passed its last check.' : `All ${ok} endpoints passed their last check.`
  return `${parts.join(', ')}${ok > 0 ? `, ${ok} passed the last check` : ''}.`
}

const TEST_LABEL = { ks: 'KS', psi: 'PSI', missing: 'missing cells' } as const
export const testLabel = (c: Pick<ColumnDrift, 'test'>) => TEST_LABEL[c.test]

/** `4 % → 100 %`: missing cells in training and in the window. */
export const missingText = ({ missing }: Pick<ColumnDrift, 'missing'>): string | null =>
  missing && (missing.baseline || missing.current)
    ? `${formatShare(missing.baseline)} → ${formatShare(missing.current)}`
    : missing
      ? 'none'
      : null

/** Why no window of this width can be judged; null: some can. */
export function unjudgedSentence(windows: MonitorStatus['windows'], grain: MonitorStatus['grain']): string | null {
  if (windows.some(w => w.columns.some(c => c.judged) || w.prediction?.judged)) return null
  const most = windows.reduce((max, w) => Math.max(max, w.rows), 0)
  const wider = grain === 'day' ? ' Months have more.' : ''
  return `No ${grain} has enough rows: at most ${formatCount(most, 'row')}, 30 needed to judge drift.${wider}`
}

/** The measured figures of a column in a window. */
export function driftFigure(c: ColumnDrift): string {
  if (!c.judged) return `not enough data (${formatCount(c.rows, 'value')}, 30 needed)`
  if (c.test === 'missing') return `missing cells ${missingText(c)}`
  const cells = c.missing?.drifted ? `, missing cells ${missingText(c)}` : ''
  return `${testLabel(c)} ${c.statistic.toFixed(3)}, limit ${c.threshold}, ${formatCount(c.rows, 'value')}${cells}`
}

export type DriftState = 'drifted' | 'unsure' | 'stable' | 'unjudged'
export function driftState(c: ColumnDrift): DriftState {
  if (!c.judged) return 'unjudged'
  if (c.drifted) return 'drifted'
  return c.statistic >= c.threshold ? 'unsure' : 'stable'
}
export const DRIFT_LABEL: Record<DriftState, string> = {
  drifted: 'drifted',
  unsure: 'not significant',
  stable: 'no drift',
  unjudged: 'not enough data',
}

/** Multiple of the threshold at which the color scale ends; the figures go on. */
export const MOST_TIMES = 4
/** How many times its limit a column is away from training, by its values or by its missing cells. */
export const timesLimit = ({ statistic, threshold, missing }: ColumnDrift) =>
  Math.max(statistic / threshold, missing?.drifted ? missing.statistic / missing.threshold : 0)
export const formatTimesLimit = (times: number) => (times >= 10 ? String(Math.round(times)) : times.toFixed(1))

/** Windows between the first and the last, also those in which nothing was predicted: a gap is to be seen as one. */
export function fillWindows(names: readonly string[]): string[] {
  const [first, last] = [names[0], names.at(-1)]
  if (!first || !last) return []
  const filled: string[] = []
  for (let at = first; at <= last && filled.length < 1000; at = nextWindow(at)) filled.push(at)
  return filled.at(-1) === last ? filled : [...names]
}

function nextWindow(name: string): string {
  const [year, month, day] = name.split('-').map(Number) as [number, number, number?]
  const next = new Date(0)
  next.setUTCFullYear(year, day === undefined ? month : month - 1, day === undefined ? 1 : day + 1)
  return next.toISOString().slice(0, name.length)
}

/** Columns by how far they ever were from training, farthest first. */
export function rankColumns(status: Pick<MonitorStatus, 'columns' | 'windows'>): string[] {
  const farthest = new Map<string, number>()
  const see = (c: ColumnDrift) => farthest.set(c.name, Math.max(farthest.get(c.name) ?? 0, timesLimit(c)))
  for (const c of status.columns) see(c)
  for (const w of status.windows) for (const c of w.columns) if (c.judged) see(c)
  return [...farthest].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1)).map(([name]) => name)
}

/**
 * Where versions began to answer, as positions among the windows: by the moment of promotion where that lies within them, else (traffic with
 * event times of its own) by the first window that a version answered.
 */
export function versionMarks(
  windows: readonly Pick<MonitorWindow, 'window' | 'versions'>[],
  filled: readonly string[],
  events: MonitorStatus['events'],
): { x: number; label: string }[] {
  const length = filled[0]?.length ?? 7
  const within = events.flatMap(e => {
    const x = filled.indexOf(e.at.slice(0, length))
    return x < 0 ? [] : [{ x, label: e.label }]
  })
  if (within.length > 0) return within
  const seen = new Set<number>()
  return windows.flatMap(w => {
    const fresh = w.versions.filter(v => !seen.has(v))
    for (const v of fresh) seen.add(v)
    return fresh.length === 0 ? [] : [{ x: filled.indexOf(w.window), label: fresh.map(v => `v${v}`).join(', ') }]
  })
}

export const feedbackSnippet = (url: string) =>
  [
    `curl -sS ${url} \\`,
    '  -H "Authorization: Bearer $FLEXIML_TOKEN" \\',
    `  -H 'Content-Type: application/json' \\`,
    `  -d '{"rows": [{"id": "ID-OF-THE-PREDICTION", "actual": 42}]}'`,
  ].join('\n')

/** How the drift map reads in one sentence. */
export function mapSummary(status: Pick<MonitorStatus, 'windows' | 'columns'>): string {
  const { windows, columns } = status
  if (!windows.some(w => w.columns.some(c => c.judged)))
    return `No ${windows[0]?.window.length === 10 ? 'day' : 'month'} has enough rows.`
  const judged = windows.filter(w => w.columns.some(c => c.judged)).length
  const few = judged < windows.length ? `; ${windows.length - judged} without enough rows` : ''
  const flagged = windows.filter(w => w.columns.some(c => c.drifted)).length
  if (flagged === 0)
    return windows.length === 1 ? 'No drift in the only window.' : `No drift in ${formatCount(judged, 'window')}${few}.`
  const worst = rankColumns(status)[0]
  return `In ${flagged} of ${windows.length} windows some of ${columns.length} columns drifted, ${worst} the most${few}.`
}

export function errorSummary(status: Pick<MonitorStatus, 'performance' | 'metric'>, number: (n: number) => string) {
  const measured = status.performance.filter(p => p.value !== null)
  const last = measured.at(-1)
  if (!last) return 'No labels received.'
  const label = status.metric?.label ?? last.metric
  const baseline = last.baseline === null ? '' : `; ${number(last.baseline)} at validation`
  return `${label} ${number(last.value!)} in ${last.window}${baseline}.`
}
