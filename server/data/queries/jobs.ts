import { z } from 'zod'
import { defineJob } from '#server/platform/define-job.ts'

export const runQueryJob = defineJob({
  name: 'data.run-query',
  lane: 'interactive',
  payload: z.object({ v: z.literal(1), queryId: z.uuid() }),
  attemptsAllowed: 2,
})
