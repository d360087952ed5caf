import type { ColumnSummary } from '#ml/index.ts'
import type { MonitorWindow, WindowPerformance } from '../contract.ts'

/** Days are kept of the newest ones only; months of all. */
const DAYS_KEPT = 62
const DAY_MS = 86_400_000

/** Logged predictions of one day of event time, and those whose true value is known. */
export interface DayCount {
  day: string
  rows: number
  labels: number
}

/** A window with its logged predictions and labels. */
export interface WindowCount {
  window: string
  rows: number
  labels: number
}

/** Mergeable summaries of the columns and of the predictions, as they are stored. */
export interface WindowSummaries {
  rows: number
  columns: [name: string, summary: ColumnSummary][]
  prediction: ColumnSummary | null
}

/** What a window was computed from. */
export interface Basis {
  v: 1
  rows: number
  labels: number
  /** Of months. */
  summaries?: WindowSummaries
}

export interface WindowBasis {
  grain: string
  window: string
  basis: Basis | null
}

/** A window as a check measured it. */
export type MeasuredWindow = MonitorWindow & { performance: WindowPerformance; basis: Basis }

export interface WindowPlan {
  /** Names of all windows that have rows, oldest first. */
  months: string[]
  days: string[]
  /** Those whose rows or labels differ from what is stored. */
  changedMonths: WindowCount[]
  changedDays: WindowCount[]
}

const monthOf = (day: string) => day.slice(0, 7)

/** Decides which windows a check has to measure again: those whose counts differ from the ones they were computed from. */
export function planWindows(counts: readonly DayCount[], stored: readonly WindowBasis[]): WindowPlan {
  const basisOf = new Map(stored.map(({ grain, window, basis }) => [`${grain} ${window}`, basis]))
  const isChanged = (grain: string, { window, rows, labels }: WindowCount) => {
    const basis = basisOf.get(`${grain} ${window}`)
    return !basis || basis.rows !== rows || basis.labels !== labels || (grain === 'month' && !basis.summaries)
  }
  const days = keptDays(counts)
  const changedDays = days.filter(day => isChanged('day', day))
  const months = addUp(counts)
  // A label that moved between two days changes both, and leaves their month's counts as they were.
  const touched = new Set(changedDays.map(day => monthOf(day.window)))
  const changedMonths = months.filter(m => touched.has(m.window) || isChanged('month', m))
  return { months: months.map(m => m.window), days: days.map(d => d.window), changedMonths, changedDays }
}

function addUp(counts: readonly DayCount[]): WindowCount[] {
  const months = new Map<string, WindowCount>()
  for (const { day, rows, labels } of counts) {
    const window = monthOf(day)
    const sum = months.get(window) ?? { window, rows: 0, labels: 0 }
    months.set(window, { window, rows: sum.rows + rows, labels: sum.labels + labels })
  }
  return [...months.values()]
}

function keptDays(counts: readonly DayCount[]): WindowCount[] {
  const last = counts.at(-1)?.day
  if (last === undefined) return []
  const first = new Date(Date.parse(`${last}T00:00:00Z`) - (DAYS_KEPT - 1) * DAY_MS).toISOString().slice(0, 10)
  return counts.filter(c => c.day >= first).map(({ day, rows, labels }) => ({ window: day, rows, labels }))
}
