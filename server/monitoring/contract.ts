import { z } from 'zod'
import { resourceNameSchema } from '#server/access/contract.ts'

export const VERDICTS = ['ok', 'warn', 'alert', 'unknown'] as const
export type Verdict = (typeof VERDICTS)[number]
export const GRAINS = ['month', 'day'] as const

export interface ColumnDrift {
  name: string
  test: 'ks' | 'psi'
  statistic: number
  threshold: number
  pValue: number
  drifted: boolean
  /** False: too few rows on either side to judge. */
  judged: boolean
  rows: number
}

export interface WindowPerformance {
  /** Start of the window in event time and the project's zone: `2012-03`, `2012-03-14`. */
  window: string
  metric: string
  value: number | null
  /** Of the version's validation rows, with its interval. */
  baseline: number | null
  baselineLow: number | null
  baselineHigh: number | null
  /** Labelled rows. */
  rows: number
}

export interface MonitorWindow {
  window: string
  rows: number
  labelled: number
  columns: ColumnDrift[]
  /** Of the answers themselves. */
  prediction: ColumnDrift | null
}

/** The fields of `monitor status`, and what the page draws beside them. */
export interface MonitorStatus {
  endpoint: string
  model: string
  version: number
  verdict: Verdict
  sentence: string
  /** Null: never checked. */
  checkedAt: string | null
  /** A check that is queued or running. */
  checking: boolean
  grain: (typeof GRAINS)[number]
  /** Over all rows of the checked windows. */
  columns: ColumnDrift[]
  performance: WindowPerformance[]
  windows: MonitorWindow[]
  /** Promotions and rollbacks, to be marked on time axes. */
  events: { at: string; label: string }[]
}

export interface MonitorSummary {
  endpoint: string
  model: string
  version: number
  verdict: Verdict
  sentence: string
  checkedAt: string | null
  drifted: number
  columns: number
}

export const monitoringInputs = {
  endpoint: z.object({ endpoint: resourceNameSchema, grain: z.enum(GRAINS).default('month') }),
  check: z.object({ endpoint: resourceNameSchema }),
}
