import { z } from 'zod'
import type { VersionColumn } from '#server/data/contract.ts'
import type { PredictionsResult } from '#server/data/service.ts'
import { defineTask } from '#server/platform/tasks/define-task.ts'

export interface PredictTableInput {
  /** Path of the packed model. */
  model: string
  /** Path of the Parquet file of the dataset version. */
  table: string
  rows: number
  schema: VersionColumn[]
  /** Working directory; the result is written to `target` in it. */
  folder: string
  target: string
}

/** Predicts all rows of a dataset version and writes them with their predictions as Parquet. */
export const predictTableTask = defineTask<PredictTableInput, PredictionsResult>({
  name: 'batch prediction',
  module: new URL('./tasks/predict-table.ts', import.meta.url),
  input: z.custom<PredictTableInput>(input => typeof (input as PredictTableInput | null)?.model === 'string'),
  result: z.custom<PredictionsResult>(result => typeof (result as PredictionsResult | null)?.rows === 'number'),
  memoryMb: 2048,
  heapMb: memoryMb => Math.floor(memoryMb / 2),
  memoryHint: 'Predict fewer rows.',
})
