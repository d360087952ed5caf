import { z } from 'zod'
import { defineJob } from '#server/platform/define-job.ts'

export const findLeaksJob = defineJob({
  name: 'data.find-leaks',
  lane: 'interactive',
  payload: z.object({ v: z.literal(1), leaksId: z.uuid() }),
  attemptsAllowed: 3,
})
