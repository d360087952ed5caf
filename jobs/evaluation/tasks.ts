import { z } from 'zod'
import type { VersionColumn } from '#server/data/contract.ts'
import type { MeasuredOutcome } from '#server/evaluation/service.ts'
import { defineTask } from '#server/platform/tasks/define-task.ts'

export interface MeasureInput {
  /** Path of the packed model. */
  model: string
  /** Path of the Parquet file of the dataset version. */
  table: string
  /** Name of the version in messages: `bikes v2`. */
  label: string
  rows: number
  schema: VersionColumn[]
  /** What the model was trained on; absent when it is not known. */
  training?: {
    table: string
    rows: number
    schema: VersionColumn[]
    /** True: it is the very table that is measured. */
    isSame: boolean
    /** Path of the run's row scores, which mark the rows that it was trained on. */
    scores?: string
  }
  /** Where the predictions by row are written. */
  scoresOutput: string
}

/** Measures a model on all rows of a dataset version: every metric with its interval, and the curves. */
export const measureModelTask = defineTask<MeasureInput, MeasuredOutcome>({
  name: 'evaluation',
  module: new URL('./tasks/measure-model.ts', import.meta.url),
  input: z.custom<MeasureInput>(input => typeof (input as MeasureInput | null)?.model === 'string'),
  result: z.custom<MeasuredOutcome>(result => typeof (result as MeasuredOutcome | null)?.intervals === 'object'),
  memoryMb: 2048,
  heapMb: memoryMb => Math.floor(memoryMb / 2),
  memoryHint: 'Measure on fewer rows.',
})
