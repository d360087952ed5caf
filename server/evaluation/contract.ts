import { z } from 'zod'
import type { Direction } from '#ml/index.ts'
import { nameAtVersion } from '#server/data/contract.ts'
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
  rowsWithoutTarget: number | null
  /** Rows whose class the model does not know; they are excluded. */
  rowsUnknownClass: number | null
  target: string | null
  /** Row count of `validationIntervals`. */
  validationRows: number | null
  jobId: string | null
  progress: { done: number; note?: string } | null
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
}
