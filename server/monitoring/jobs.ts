import { z } from 'zod'
import { defineJob } from '#server/platform/define-job.ts'

export const checkEndpointJob = defineJob({
  name: 'monitoring.check-endpoint',
  lane: 'maintenance',
  payload: z.object({ v: z.literal(1), endpointId: z.uuid(), endpoint: z.string() }),
  attemptsAllowed: 3,
})
