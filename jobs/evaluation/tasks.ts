import { z } from 'zod'
import type { VersionColumn } from '#server/data/contract.ts'
import type { Outcome } from '#server/evaluation/service.ts'
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
}

/** Measures a model on all rows of a dataset version: every metric with its interval, and the curves. */
export const measureModelTask = defineTask<MeasureInput, Outcome>({
  name: 'evaluation',
  module: new URL('./tasks/measure-model.ts', import.meta.url),
  input: z.custom<MeasureInput>(input => typeof (input as MeasureInput | null)?.model === 'string'),
  result: z.custom<Outcome>(result => typeof (result as Outcome | null)?.intervals === 'object'),
  memoryMb: 2048,
  heapMb: memoryMb => Math.floor(memoryMb / 2),
  memoryHint: 'Measure on fewer rows.',
})
