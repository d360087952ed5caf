import { z } from 'zod'
import { defineEvent } from '#server/platform/define-event.ts'

const evaluated = z.object({
  /** Id of the run. */
  run: z.string(),
  runName: z.string(),
  dataset: z.string(),
  version: z.int(),
})

export const evaluationStarted = defineEvent('evaluation.evaluation-started', 'evaluation', evaluated)
export const evaluationCompleted = defineEvent(
  'evaluation.evaluation-completed',
  'evaluation',
  evaluated.extend({ metric: z.string(), value: z.number().nullable() }),
)
