import { z } from 'zod'
import { nameAtVersion } from '#server/data/contract.ts'
import type { Measured } from '#server/training/contract.ts'

export interface EvaluationSummary {
  id: string
  run: string
  runName: string
  experiment: string
  dataset: string
  version: number
  state: 'queued' | 'running' | 'done' | 'failed' | 'cancelled'
  reason: string | null
  metric: string | null
  measured: Measured | null
  /** Of the run's own validation rows, for comparison. */
  validation: Measured | null
  rows: number | null
  createdAt: string
  endedAt: string | null
}

export interface EvaluationDetail extends EvaluationSummary {
  task: 'regression' | 'binary' | 'multiclass' | null
  intervals: Record<string, Measured>
  validationIntervals: Record<string, Measured>
  curves: Record<string, unknown> | null
  rowsWithoutTarget: number | null
  jobId: string | null
  progress: { done: number; note?: string } | null
}

export const evaluationInputs = {
  /** Measures a done run's model on the rows of a dataset version that has its target. */
  start: z.object({ run: z.string().min(1).max(64), data: nameAtVersion }),
  one: z.object({ id: z.uuid() }),
}
