import { z } from 'zod'
import { defineJob } from '#server/platform/define-job.ts'

export const predictDatasetJob = defineJob({
  name: 'serving.predict-dataset',
  lane: 'compute',
  payload: z.object({ v: z.literal(1), ingestionId: z.uuid() }),
  attemptsAllowed: 3,
})
