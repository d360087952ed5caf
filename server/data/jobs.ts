import { z } from 'zod'
import { defineJob } from '#server/platform/define-job.ts'

export const ingestFileJob = defineJob({
  name: 'data.ingest-file',
  lane: 'interactive',
  payload: z.object({ v: z.literal(1), ingestionId: z.uuid() }),
  attemptsAllowed: 3,
})
