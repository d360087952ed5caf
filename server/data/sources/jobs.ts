import { z } from 'zod'
import { defineJob } from '#server/platform/define-job.ts'

export const testConnectionJob = defineJob({
  name: 'data.test-connection',
  lane: 'interactive',
  payload: z.object({ v: z.literal(1), connectionId: z.uuid() }),
  // No retry: a person waits for the result and can start the test again.
  attemptsAllowed: 1,
})

/** Enqueued by a schedule; starts an ingestion. */
export const refreshSourceJob = defineJob({
  name: 'data.refresh-source',
  lane: 'maintenance',
  payload: z.object({ v: z.literal(1), sourceId: z.uuid() }),
  attemptsAllowed: 3,
})
