import { z } from 'zod'
import type { Direction } from '#ml/index.ts'
import { resourceNameSchema } from '#server/access/contract.ts'
import { GRAINS, type Verdict } from './grains/contract.ts'

export * from './grains/contract.ts'

/** Why a verdict is what it is. */
export type VerdictCode =
  | 'no_predictions'
  | 'too_few_rows'
  | 'no_baseline'
  | 'error_worse'
  | 'columns_drifted'
  | 'predictions_drifted'
  | 'latest_columns_drifted'
  | 'latest_predictions_drifted'
  | 'healthy'

export interface DriftFact {
  name: string
  test: 'ks' | 'psi'
  statistic: number
  threshold: number
}
interface DriftFacts {
  count: number
  /** The most drifted first, at most three. */
  strongest: DriftFact[]
}

/** What a verdict was decided on, as it is stored. */
export interface VerdictFacts {
  v: 1
  rows: number
  /** Rows that a verdict needs. */
  minRows: number
  labelled: number
  /** Columns that are compared, and the name of the only one. */
  columns: number
  column: string | null
  drift: DriftFacts
  /** Of the predictions; null: they have not drifted. */
  prediction: DriftFact | null
  latest: { window: string; drift: DriftFacts; prediction: DriftFact | null } | null
  /** Label of the metric. */
  metric: string | null
  /** Null: it cannot be judged, for the reason in `errorMissing`. */
  error: {
    worse: boolean
    lowerIsBetter: boolean
    window: string
    value: number
    baseline: number
    baselineLow: number | null
    baselineHigh: number | null
    /** Windows with labels enough, and those of them that are worse than validation. */
    windows: number
    worseWindows: number
    lastWorse: string | null
  } | null
  errorMissing: 'no_labels' | 'too_few_labels' | 'no_validation_value' | null
  /** Labels that a window needs. */
  minLabels: number
}

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
  /** 95 % interval of `value`. */
  low: number | null
  high: number | null
}

export interface MonitorWindow {
  window: string
  rows: number
  labelled: number
  columns: ColumnDrift[]
  /** Of the answers themselves. */
  prediction: ColumnDrift | null
  /** The model's versions that answered these rows, ascending. */
  versions: number[]
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
  /** Of that check: how far it is; null when none runs. */
  progress: { done: number; note?: string } | null
  /** Why the newest check failed, when no later one succeeded. */
  problem: string | null
  /** The version whose baseline the newest check compared with; another one may be in force by now. */
  checkedVersion: number | null
  /** Rows and labelled rows that the newest check saw. */
  rows: number
  labelled: number
  /** The metric of `performance`. */
  metric: { id: string; label: string; direction: Direction } | null
  /** Of the answers, over all rows of the checked windows. */
  prediction: ColumnDrift | null
  /** IANA zone whose months and days the windows are. */
  zone: string
  /** Where feedback is sent. */
  feedbackUrl: string
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
  checking: boolean
}

/** What a click on “Check now” answers with. */
export interface CheckStarted {
  endpoint: string
  jobId: string
  /** False: one was on its way already. */
  started: boolean
}

export const monitoringInputs = {
  endpoint: z.object({ endpoint: resourceNameSchema, grain: z.enum(GRAINS).default('month') }),
  check: z.object({ endpoint: resourceNameSchema }),
}
