import { z } from 'zod'
import { defineJob } from '#server/platform/define-job.ts'

export const profileVersionJob = defineJob({
  name: 'data.profile-version',
  lane: 'interactive',
  payload: z.object({ v: z.literal(1), versionId: z.uuid() }),
  attemptsAllowed: 3,
})

/** Computes relations between columns after the profile: it may take longer, and the columns can be viewed before. */
export const relateColumnsJob = defineJob({
  name: 'data.relate-columns',
  lane: 'interactive',
  payload: z.object({ v: z.literal(1), versionId: z.uuid() }),
  attemptsAllowed: 3,
})
