import { z } from 'zod'
import { readState } from '#server/kernel/contract.ts'
import { JOB_STATES, type JobState } from './states/contract.ts'

export * from './states/contract.ts'

export interface JobSummary {
  id: string
  name: string
  title: string
  lane: 'interactive' | 'compute' | 'maintenance'
  state: JobState
  reasonCode: string | null
  reason: string | null
  progress: { done: number; note?: string; etaSeconds?: number } | null
  subjectKind: string
  subjectId: string
  attemptsMade: number
  attemptsAllowed: number
  /** A cancel was requested and the job has not stopped yet. */
  cancelling: boolean
  /** When its retries were used up; it can be redriven. */
  deadLetteredAt: string | null
  createdBy: string
  /** Name of the person, token or part of FlexiML that requested it. */
  requestedBy: string
  createdAt: string
  startedAt: string | null
  endedAt: string | null
}

export interface AttemptSummary {
  number: number
  state: 'running' | 'succeeded' | 'failed' | 'cancelled' | 'lost'
  reasonCode: string | null
  reason: string | null
  worker: string
  startedAt: string
  endedAt: string | null
  peakMemoryBytes: number | null
}

export interface JobDetail extends JobSummary {
  attempts: AttemptSummary[]
}

export interface TimelineLane {
  job: JobSummary
  attempts: AttemptSummary[]
}

/** Jobs that ran between two instants of the database's clock, oldest first. */
export interface Timeline {
  from: string
  to: string
  lanes: TimelineLane[]
  /** More jobs ran in the window than are shown; the newest are shown. */
  truncated: boolean
}

export interface JobLog {
  lines: { at: string; level: 'info' | 'warn' | 'error'; text: string; attempt: number }[]
  /** Pass it as `after` to get the next lines. */
  next: number
}

export interface Percentiles {
  p50: number
  p95: number
  p99: number
}

/** A queue of the project: waiting jobs now, and the results of the jobs in the window. */
export interface QueueSummary {
  lane: JobSummary['lane']
  queued: number
  running: number
  oldestWaitSeconds: number
  succeeded: number
  failed: number
  deadLetters: number
  /** From the submission of a job to its first attempt. Null without jobs in the window. */
  waitSeconds: Percentiles | null
  /** Duration of single attempts. */
  runSeconds: Percentiles | null
}

export interface DeadLetter extends JobSummary {
  /** The job failed to deliver an event: later events of its subject wait until it is sent again or the event is skipped. */
  blocksEvent: boolean
}

export interface QueueOverview {
  hours: number
  queues: QueueSummary[]
  /** Jobs whose retries are used up, newest first. */
  deadLetters: DeadLetter[]
}

export interface ScheduleSummary {
  id: string
  name: string
  cron: string
  zone: string
  job: string
  enabled: boolean
  nextAt: string | null
  lastAt: string | null
}

/** Maximum rows of the timeline, more than a person can read on a page. */
export const MAX_TIMELINE_JOBS = 200

export const orchestrationInputs = {
  list: z.object({
    state: z.preprocess(
      s => (typeof s === 'string' ? readState(s) : s),
      z.enum([...JOB_STATES, 'active', 'ended']).optional(),
    ),
    name: z.string().max(100).optional(),
    limit: z.int().min(1).max(200).default(50),
    cursor: z.uuid().optional(),
  }),
  job: z.object({ job: z.uuid() }),
  /** `after`: the `next` of the previous response. */
  log: z.object({ job: z.uuid(), after: z.int().min(0).default(0) }),
  /** Jobs that ran within the last `minutes`, with their attempts. */
  queues: z.object({ hours: z.int().min(1).max(168).default(24) }),
  timeline: z.object({ minutes: z.int().min(5).max(10_080).default(60) }),
}
