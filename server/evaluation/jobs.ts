import { z } from 'zod'
import { defineJob } from '#server/platform/define-job.ts'

export const evaluateRunJob = defineJob({
  name: 'evaluation.evaluate-run',
  lane: 'compute',
  payload: z.object({ v: z.literal(1), evaluationId: z.uuid() }),
  attemptsAllowed: 3,
})
