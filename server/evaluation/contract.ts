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
  /** Of the run's own validation rows, for comparison. */
  validation: Measured | null
  rows: number | null
  /** Of `metric`. */
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
  /** Rows whose class the model does not know; they are left out. */
  rowsUnknownClass: number | null
  target: string | null
  /** The model was trained on rows of this very version: it knows most of them. */
  seenInTraining: boolean
  /** Rows of `validationIntervals`. */
  validationRows: number | null
  jobId: string | null
  progress: { done: number; note?: string } | null
}

/** What a start answers with. */
export interface EvaluationStarted {
  id: string
  jobId: string | null
  /** False: the same model was measured on the same rows before, or is being measured. */
  created: boolean
}

export const evaluationInputs = {
  /** Measures a done run's model on the rows of a dataset version that has its target. */
  start: z.object({ run: z.string().min(1).max(64), data: nameAtVersion }),
  one: z.object({ id: z.uuid() }),
}
