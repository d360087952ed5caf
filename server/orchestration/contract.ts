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
  /** A cancel was requested and it has not stopped yet. */
  cancelling: boolean
  /** When its retries were used up; it can be sent again. */
  deadLetteredAt: string | null
  createdBy: string
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

/** What ran between two instants of the database's clock, oldest first. */
export interface Timeline {
  from: string
  to: string
  lanes: TimelineLane[]
  /** More jobs than are shown ran in the window; the newest are shown. */
  truncated: boolean
}

export interface JobLog {
  lines: { at: string; level: 'info' | 'warn' | 'error'; text: string; attempt: number }[]
  /** Ask with this as `after` for what comes next. */
  next: number
}

export interface Percentiles {
  p50: number
  p95: number
  p99: number
}

/** A queue of the project: what waits now, and how the jobs of the window went. */
export interface QueueSummary {
  lane: JobSummary['lane']
  queued: number
  running: number
  oldestWaitSeconds: number
  succeeded: number
  failed: number
  deadLetters: number
  /** From the request of a job to its first attempt. Null without jobs in the window. */
  waitSeconds: Percentiles | null
  /** Of single attempts. */
  runSeconds: Percentiles | null
}

export interface QueueOverview {
  hours: number
  queues: QueueSummary[]
  /** Jobs whose retries are used up, newest first. */
  deadLetters: JobSummary[]
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

/** Lanes of the timeline: more than a person reads on a page. */
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
  /** `after`: the `next` of the answer before. */
  log: z.object({ job: z.uuid(), after: z.int().min(0).default(0) }),
  /** Jobs that ran within the last `minutes`, with their attempts. */
  queues: z.object({ hours: z.int().min(1).max(168).default(24) }),
  timeline: z.object({ minutes: z.int().min(5).max(10_080).default(60) }),
}
