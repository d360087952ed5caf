import { z } from 'zod'
import { defineJob } from '#server/platform/define-job.ts'

export const cleanStorageJob = defineJob({
  name: 'data.clean-storage',
  lane: 'maintenance',
  payload: z.object({ v: z.literal(1) }),
  attemptsAllowed: 3,
})
