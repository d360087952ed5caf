import { z } from 'zod'
import type { NotShared, PairedMetric } from '#ml/index.ts'
import { defineTask } from '#server/platform/tasks/define-task.ts'

const input = z.object({
  base: z.string(),
  others: z.array(z.string()),
  /** Absent: every metric of the task. */
  metrics: z.array(z.string()).optional(),
})
export type CompareInput = z.infer<typeof input>

/** Of one model against the base. */
export type ScoresCompared =
  | { reason: NotShared }
  | { rows: number; leftOut: number; isWhole: boolean; measured: number; testable: boolean; metrics: PairedMetric[] }

/** Compares models on rows that both were measured on, by files of row scores. */
export const compareScoresTask = defineTask<CompareInput, ScoresCompared[]>({
  name: 'comparison',
  module: new URL('./tasks/compare-scores.ts', import.meta.url),
  input,
  result: z.custom<ScoresCompared[]>(result => Array.isArray(result)),
  memoryMb: 1024,
  memoryHint: 'Compare fewer runs.',
})
