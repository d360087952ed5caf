import { z } from 'zod'
import type { Direction, DriftTestName, MissingDrift } from '#ml/index.ts'
import { resourceNameSchema } from '#server/access/contract.ts'
import { GRAINS, type Verdict } from './grains/contract.ts'

export * from './grains/contract.ts'

/** Reason of a verdict. */
export type VerdictCode =
  | 'no_predictions'
  | 'too_few_rows'
  | 'no_baseline'
  | 'not_judged'
  | 'error_worse'
  | 'columns_drifted'
  | 'predictions_drifted'
  | 'latest_columns_drifted'
  | 'latest_predictions_drifted'
  | 'rows_failed'
  | 'healthy'

export interface DriftFact {
  name: string
  test: DriftTestName
  statistic: number
  threshold: number
  /** Shares of missing cells, if the share drifted. */
  missing?: Pick<MissingDrift, 'baseline' | 'current'>
}
interface DriftFacts {
  count: number
  /** The most drifted columns first, at most three. */
  strongest: DriftFact[]
}

/** The facts of a verdict, as stored. */
export interface VerdictFacts {
  v: 1
  rows: number
  /** Rows required for a verdict. */
  minRows: number
  labelled: number
  /** Number of compared columns, and the name if there is only one. */
  columns: number
  column: string | null
  /** Columns with enough values on both sides to judge; absent in checks of earlier versions. */
  judged?: number
  /** True: there were enough predictions to judge their drift. */
  predictionJudged?: boolean
  drift: DriftFacts
  /** Drift of the predictions; null: they have not drifted. */
  prediction: DriftFact | null
  latest: { window: string; drift: DriftFacts; prediction: DriftFact | null } | null
  /** Label of the metric. */
  metric: string | null
  /** Null: cannot be judged, for the reason in `errorMissing`. */
  error: {
    worse: boolean
    lowerIsBetter: boolean
    window: string
    value: number
    baseline: number
    baselineLow: number | null
    baselineHigh: number | null
    /** Windows with enough labels, and how many of them are worse than validation. */
    windows: number
    worseWindows: number
    lastWorse: string | null
  } | null
  errorMissing: 'no_labels' | 'too_few_labels' | 'no_validation_value' | null
  /** Labels required per window. */
  minLabels: number
  /** Inputs of the model whose drift is not measured; absent: none. */
  unwatched?: UnwatchedColumn[]
  /** Rows without a prediction, if their share is large enough to warn. */
  failed?: FailedRows
  /** With the code `rows_failed`: what the verdict would be otherwise. */
  otherwise?: VerdictCode
}

/** An input of the model that training kept no summary of. */
export interface UnwatchedColumn {
  name: string
  type: string
}

/** Rows of answered requests of the last days, and those of them without a prediction. */
export interface FailedRows {
  days: number
  rows: number
  failedRows: number
}

export interface ColumnDrift {
  name: string
  /** `missing`: the share of missing cells drifted, the present values did not; or only that share is watched (dates). */
  test: DriftTestName
  statistic: number
  threshold: number
  pValue: number
  /** The present values or the share of missing cells drifted. */
  drifted: boolean
  /** False: too few rows on either side to judge. */
  judged: boolean
  /** Present cells. */
  rows: number
  /** Missing cells compared with training; absent in checks of earlier versions. */
  missing?: MissingDrift
}

export interface WindowPerformance {
  /** Start of the window in event time and the project's zone: `2012-03`, `2012-03-14`. */
  window: string
  metric: string
  value: number | null
  /** Value on the version's validation rows, with its interval. */
  baseline: number | null
  baselineLow: number | null
  baselineHigh: number | null
  /** Labeled rows. */
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
  /** Drift of the predictions. */
  prediction: ColumnDrift | null
  /** The model versions that predicted these rows, ascending. */
  versions: number[]
}

/** The fields of `monitor status`, and additional fields for the page. */
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
  /** Progress of that check; null if none is running. */
  progress: { done: number; note?: string } | null
  /** Why the newest check failed, if no later one succeeded. */
  problem: string | null
  /** The version whose baseline the newest check used; the current version may differ. */
  checkedVersion: number | null
  /** Rows and labeled rows in the newest check. */
  rows: number
  labelled: number
  /** The metric of `performance`. */
  metric: { id: string; label: string; direction: Direction } | null
  /** Drift of the predictions, over all rows of the checked windows. */
  prediction: ColumnDrift | null
  /** IANA time zone of the windows. */
  zone: string
  /** Address for feedback. */
  feedbackUrl: string
  grain: (typeof GRAINS)[number]
  /** Drift over all rows of the checked windows. */
  columns: ColumnDrift[]
  /** Inputs of the model whose drift is not measured. */
  unwatched: UnwatchedColumn[]
  performance: WindowPerformance[]
  windows: MonitorWindow[]
  /** Promotions and rollbacks, as marks on time axes. */
  events: { at: string; label: string }[]
}

export interface MonitorSummary {
  endpoint: string
  model: string
  version: number
  verdict: Verdict
  sentence: string
  checkedAt: string | null
  /** Why the newest check failed, if no later one succeeded. */
  problem: string | null
  drifted: number
  columns: number
  /** Columns that had enough values to be judged. */
  judged: number
  checking: boolean
}

/** Response to “Check now”. */
export interface CheckStarted {
  endpoint: string
  jobId: string
  /** False: a check was already in progress. */
  started: boolean
}

export const monitoringInputs = {
  endpoint: z.object({ endpoint: resourceNameSchema, grain: z.enum(GRAINS).default('month') }),
  check: z.object({ endpoint: resourceNameSchema }),
}
