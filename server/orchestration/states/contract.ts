export const JOB_STATES = ['queued', 'running', 'succeeded', 'failed', 'cancelled'] as const
export type JobState = (typeof JOB_STATES)[number]

/** Allowed actions on a job by its state. Finished work is repeated where it started: a new upload, run or check. */
export const JOB_ACTIONS = {
  queued: ['cancel'],
  running: ['cancel'],
  succeeded: [],
  failed: [],
  cancelled: [],
} as const satisfies Record<JobState, readonly string[]>
