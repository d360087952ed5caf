import { z } from 'zod'
import { defineJob } from '#server/platform/define-job.ts'

export const diffVersionsJob = defineJob({
  name: 'data.diff-versions',
  lane: 'interactive',
  payload: z.object({ v: z.literal(1), diffId: z.uuid() }),
  attemptsAllowed: 3,
})
