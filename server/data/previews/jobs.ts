import { z } from 'zod'
import { defineJob } from '#server/platform/define-job.ts'

export const previewSourceJob = defineJob({
  name: 'data.preview-source',
  lane: 'interactive',
  payload: z.object({ v: z.literal(1), previewId: z.uuid(), dataset: z.string().optional() }),
  attemptsAllowed: 2,
})
