import { z } from 'zod'

export const JOB_STATES = ['queued', 'running', 'done', 'failed', 'cancelled'] as const
export type JobState = (typeof JOB_STATES)[number]

export const JOB_ACTIONS = {
  queued: ['cancel'],
  running: ['cancel'],
  done: [],
  failed: ['retry'],
  cancelled: ['retry'],
} as const satisfies Record<JobState, readonly string[]>

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
  createdBy: string
  createdAt: string
  startedAt: string | null
  endedAt: string | null
}

export interface AttemptSummary {
  number: number
  state: 'running' | 'done' | 'failed' | 'cancelled' | 'lost'
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

export const orchestrationInputs = {
  list: z.object({
    state: z.enum([...JOB_STATES, 'active', 'ended']).optional(),
    name: z.string().max(100).optional(),
    limit: z.int().min(1).max(200).default(50),
    cursor: z.string().max(200).optional(),
  }),
  job: z.object({ job: z.uuid() }),
  log: z.object({ job: z.uuid(), after: z.int().min(0).default(0) }),
  /** Jobs that ran within the last `minutes`, with their attempts. */
  timeline: z.object({ minutes: z.int().min(5).max(10_080).default(60) }),
}
