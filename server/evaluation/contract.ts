import { z } from 'zod'
import type { ClassWarning, Direction } from '#ml/index.ts'
import { nameAtVersion } from '#server/data/contract.ts'
import type { PairedComparison } from '#server/training/comparison/contract.ts'
import type { Measured } from '#server/training/contract.ts'

export interface EvaluationSummary {
  id: string
  run: string
  runName: string
  experiment: string
  dataset: string
  version: number
  state: 'queued' | 'running' | 'succeeded' | 'failed' | 'cancelled'
  reason: string | null
  metric: string | null
  measured: Measured | null
  /** The value on the run's own validation rows, for comparison. */
  validation: Measured | null
  rows: number | null
  /** The model was trained on this version, so most rows are training rows: the values are too good. */
  seenInTraining: boolean
  /** Measured rows that the model was trained on, or that equal one of those; null: not known. */
  rowsSeen: number | null
  /** Direction of `metric`. */
  direction: Direction | null
  createdAt: string
  endedAt: string | null
}

export interface EvaluationDetail extends EvaluationSummary {
  task: 'regression' | 'binary' | 'multiclass' | null
  intervals: Record<string, Measured>
  validationIntervals: Record<string, Measured>
  curves: Record<string, unknown> | null
  /** The metrics on the rows that the model was not trained on; null: all rows are such, or it is not known. */
  unseen: { rows: number; intervals: Record<string, Measured> } | null
  classWarnings: ClassWarning[]
  rowsWithoutTarget: number | null
  /** Rows whose class the model does not know; they are excluded. */
  rowsUnknownClass: number | null
  target: string | null
  /** Row count of `validationIntervals`. */
  validationRows: number | null
  jobId: string | null
  progress: { done: number; note?: string } | null
}

/** One of two compared models. */
export interface ComparedSide {
  run: string
  runName: string
  /** Where its predictions come from; null: there are none on these rows. */
  source: 'validation' | 'evaluation' | null
  state: EvaluationSummary['state'] | null
  /** Id of its evaluation, if there is one. */
  evaluation: string | null
}

/** Two models on the same rows of a dataset version; the verdicts are about `other`. */
export interface ModelComparison extends PairedComparison {
  /** running: an evaluation is not done; unknown: see `code`. */
  state: 'compared' | 'running' | 'unknown'
  dataset: string | null
  version: number | null
  base: ComparedSide
  other: ComparedSide
}

/** Response to a start. */
export interface EvaluationStarted {
  id: string
  jobId: string | null
  /** False: an evaluation of the same model on the same rows exists or is running. */
  created: boolean
}

export const evaluationInputs = {
  /** Evaluates the model of a succeeded run on a dataset version that has its target. */
  start: z.object({ run: z.string().min(1).max(64), data: nameAtVersion }),
  one: z.object({ id: z.uuid() }),
  /** Two runs, and the dataset version to compare them on; default: the one that `other` was trained on. */
  compare: z.object({
    base: z.string().min(1).max(64),
    other: z.string().min(1).max(64),
    data: nameAtVersion.optional(),
  }),
}
