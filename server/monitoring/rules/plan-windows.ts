import type { ColumnSummary } from '#ml/index.ts'
import type { DayCount } from '#server/serving/service.ts'
import type { MonitorWindow, WindowPerformance } from '../contract.ts'

/** Day windows are limited to the newest ones; month windows are not. */
const DAYS_KEPT = 62
const DAY_MS = 86_400_000

/** A window with its logged predictions and labels. */
export interface WindowCount {
  window: string
  rows: number
  labels: number
}

/** Mergeable summaries of the columns and of the predictions, as stored. */
export interface WindowSummaries {
  rows: number
  columns: [name: string, summary: ColumnSummary][]
  prediction: ColumnSummary | null
}

/** The counts from which a window was computed. */
export interface Basis {
  v: 1
  rows: number
  labels: number
  /** Only for months. */
  summaries?: WindowSummaries
}

export interface WindowBasis {
  grain: string
  window: string
  basis: Basis | null
}

/** A window with its measurements. */
export type MeasuredWindow = MonitorWindow & { performance: WindowPerformance; basis: Basis }

export interface WindowPlan {
  /** Names of all windows that have rows, oldest first. */
  months: string[]
  days: string[]
  /** Months whose rows or labels differ from the stored counts. */
  changedMonths: WindowCount[]
  changedDays: WindowCount[]
}

const monthOf = (day: string) => day.slice(0, 7)

/** Decides which windows a check must measure again: those whose counts differ from the stored ones. */
export function planWindows(counts: readonly DayCount[], stored: readonly WindowBasis[]): WindowPlan {
  const basisOf = new Map(stored.map(({ grain, window, basis }) => [`${grain} ${window}`, basis]))
  const isChanged = (grain: string, { window, rows, labels }: WindowCount) => {
    const basis = basisOf.get(`${grain} ${window}`)
    return !basis || basis.rows !== rows || basis.labels !== labels || (grain === 'month' && !basis.summaries)
  }
  const days = keptDays(counts)
  const changedDays = days.filter(day => isChanged('day', day))
  const months = addUp(counts)
  // A label that moves between two days changes both days, but not the counts of their month.
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
