import { z } from 'zod'
import type { Direction } from '#ml/index.ts'
import type { ColumnDrift, MonitorWindow, UnwatchedColumn, WindowPerformance } from '#server/monitoring/contract.ts'
import type { WindowSummaries } from '#server/monitoring/service.ts'
import { defineTask } from '#server/platform/tasks/define-task.ts'

export interface MeasureWindowsInput {
  /** Path of the packed model in force. */
  model: string
  /** Metric of the run; the default of the task when absent or unknown. */
  metric: string | null
  timeColumn: string | null
  /** Path of the exported rows of the months, in order of event time. */
  rows: string
  expectedRows: number
  /** Versions that answered, by id; `classes` in the order of their probabilities. */
  versions: Record<string, { number: number | null; classes?: string[] }>
  months: string[]
  days: string[]
  /** Stored summaries of the months that are not measured again. */
  unchanged: WindowSummaries[]
}

export type TaskWindow = MonitorWindow & { performance: WindowPerformance }

export interface MeasureWindowsResult {
  months: (TaskWindow & { summaries: WindowSummaries })[]
  days: TaskWindow[]
  /** Over all months. */
  columns: ColumnDrift[]
  unwatched: UnwatchedColumn[]
  prediction: ColumnDrift | null
  metric: { id: string; label: string; direction: Direction }
}

/** Measures drift and error of the windows whose rows or labels changed, and the drift over all of them. */
export const measureWindowsTask = defineTask<MeasureWindowsInput, MeasureWindowsResult>({
  name: 'monitoring',
  module: new URL('./tasks/measure-windows.ts', import.meta.url),
  input: z.custom<MeasureWindowsInput>(input => typeof (input as MeasureWindowsInput | null)?.model === 'string'),
  result: z.custom<MeasureWindowsResult>(result => Array.isArray((result as MeasureWindowsResult | null)?.months)),
  memoryMb: 2048,
  heapMb: memoryMb => Math.floor(memoryMb / 2),
  memoryHint: 'Give the worker more memory, or keep fewer days of predictions.',
})
