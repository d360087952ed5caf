import { z } from 'zod'
import { defineJob } from '#server/platform/define-job.ts'

export const testConnectionJob = defineJob({
  name: 'data.test-connection',
  lane: 'interactive',
  payload: z.object({ v: z.literal(1), connectionId: z.uuid() }),
  // Whoever pressed the button waits for the answer and can press it again.
  attemptsAllowed: 1,
})

/** What a schedule enqueues; it starts an ingestion. */
export const refreshSourceJob = defineJob({
  name: 'data.refresh-source',
  lane: 'maintenance',
  payload: z.object({ v: z.literal(1), sourceId: z.uuid() }),
  attemptsAllowed: 3,
})
