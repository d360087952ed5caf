import type { ColumnDrift, MonitorStatus, MonitorWindow, Verdict } from '#server/monitoring/contract.ts'

/** What stands above the sentence of a verdict. */
export const VERDICT_LABEL: Record<Verdict, string> = {
  ok: 'No drift',
  warn: 'Warning',
  alert: 'Alert',
  unknown: 'Insufficient data',
}

export const testLabel = (c: Pick<ColumnDrift, 'test'>) => (c.test === 'ks' ? 'KS' : 'PSI')

export type DriftState = 'drifted' | 'unsure' | 'stable' | 'unjudged'
export function driftState(c: ColumnDrift): DriftState {
  if (!c.judged) return 'unjudged'
  if (c.drifted) return 'drifted'
  return c.statistic >= c.threshold ? 'unsure' : 'stable'
}
export const DRIFT_LABEL: Record<DriftState, string> = {
  drifted: 'drifted',
  unsure: 'not significant',
  stable: 'stable',
  unjudged: 'too few rows',
}

/** Multiple of the threshold at which the color scale ends. */
const MOST_TIMES = 4
export const timesLimit = (c: ColumnDrift) => Math.min(MOST_TIMES, c.statistic / c.threshold)
export const formatTimesLimit = (times: number) => (times >= MOST_TIMES ? `≥ ${MOST_TIMES}` : times.toFixed(1))

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
  const see = (c: ColumnDrift) => farthest.set(c.name, Math.max(farthest.get(c.name) ?? 0, c.statistic / c.threshold))
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
  const flagged = windows.filter(w => w.columns.some(c => c.drifted)).length
  if (flagged === 0)
    return windows.length === 1 ? 'No drift in the only window.' : `No drift in ${windows.length} windows.`
  const worst = rankColumns(status)[0]
  return `In ${flagged} of ${windows.length} windows some of ${columns.length} columns drifted, ${worst} the most.`
}

export function errorSummary(status: Pick<MonitorStatus, 'performance' | 'metric'>, number: (n: number) => string) {
  const measured = status.performance.filter(p => p.value !== null)
  const last = measured.at(-1)
  if (!last) return 'No labels received.'
  const label = status.metric?.label ?? last.metric
  const baseline = last.baseline === null ? '' : `; ${number(last.baseline)} at validation`
  return `${label} ${number(last.value!)} in ${last.window}${baseline}.`
}
