import { z } from 'zod'
import { defineJob } from '#server/platform/define-job.ts'
import { columnDecision } from '#tables/contract.ts'
import { readingOptions } from '#tables/read/contract.ts'

export const previewSourceJob = defineJob({
  name: 'data.preview-source',
  lane: 'interactive',
  payload: z.object({
    v: z.literal(1),
    previewId: z.uuid(),
    dataset: z.string().optional(),
    reading: readingOptions.optional(),
    columns: z.array(columnDecision).optional(),
  }),
  attemptsAllowed: 2,
})
