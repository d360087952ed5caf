import { z } from 'zod'
import { defineJob } from '#server/platform/define-job.ts'

export const validateVersionJob = defineJob({
  name: 'data.validate-version',
  lane: 'interactive',
  payload: z.object({ v: z.literal(1), validationId: z.uuid() }),
  attemptsAllowed: 3,
})
