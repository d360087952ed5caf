import type { z } from 'zod'
import { authorize, type Caller } from '#server/access/caller.ts'
import { nameActorKeys } from '#server/access/service.ts'
import { AppError } from '#server/kernel/errors.ts'
import type { JobRow } from '#server/platform/attempts.ts'
import { readLinesAfter } from '#server/platform/job-log.ts'
import type { Kernel } from '#server/platform/kernel.ts'
import {
  type AttemptWithProcess,
  countJobs,
  findAttempts,
  findJob,
  findJobs,
  findJobsSince,
} from '#server/platform/read-jobs.ts'
import { databaseNow } from '#server/platform/read-queue-stats.ts'
import { readSnapshot } from '#server/platform/read-snapshot.ts'
import { listSchedules } from '#server/platform/schedules.ts'
import {
  type AttemptSummary,
  type JobDetail,
  type JobLog,
  type JobState,
  type JobSummary,
  MAX_TIMELINE_JOBS,
  type orchestrationInputs,
  type ScheduleSummary,
  type Timeline,
} from './contract.ts'

type Inputs = { [K in keyof typeof orchestrationInputs]: z.infer<(typeof orchestrationInputs)[K]> }

const STATES_OF: Record<string, readonly JobState[]> = {
  active: ['queued', 'running'],
  ended: ['succeeded', 'failed', 'cancelled'],
}

const iso = (at: Date | null) => at?.toISOString() ?? null

/** Returns a function that summarizes these jobs, with the names of those who requested them. */
export async function summarizeJobs(
  kernel: Kernel,
  caller: Caller,
  rows: readonly JobRow[],
): Promise<(job: JobRow) => JobSummary> {
  const nameOf = await nameActorKeys(
    kernel.db,
    caller.scope,
    rows.map(job => job.createdBy),
  )
  return job => jobSummary(job, nameOf(job.createdBy))
}

const jobSummary = (job: JobRow, requestedBy: string): JobSummary => ({
  id: job.id,
  name: job.name,
  title: job.title,
  lane: job.lane as JobSummary['lane'],
  state: job.state as JobState,
  reasonCode: job.reasonCode,
  reason: job.reason,
  progress: job.state === 'running' ? job.progress : null,
  subjectKind: job.subjectKind,
  subjectId: job.subjectId,
  attemptsMade: job.attemptsMade,
  attemptsAllowed: job.attemptsAllowed,
  cancelling: job.cancelRequestedAt !== null && (job.state === 'queued' || job.state === 'running'),
  deadLetteredAt: iso(job.deadLetteredAt),
  createdBy: job.createdBy,
  requestedBy,
  createdAt: job.createdAt.toISOString(),
  startedAt: iso(job.startedAt),
  endedAt: iso(job.endedAt),
})

const attemptSummary = (attempt: AttemptWithProcess): AttemptSummary => ({
  number: attempt.number,
  state: attempt.state as AttemptSummary['state'],
  reasonCode: attempt.reasonCode,
  reason: attempt.reason,
  worker: attempt.host ? `${attempt.host}, process ${attempt.pid}` : `worker ${attempt.workerId.slice(-8)}`,
  startedAt: attempt.startedAt.toISOString(),
  endedAt: iso(attempt.endedAt),
  peakMemoryBytes: attempt.peakMemoryBytes,
})

const jobOf = async (kernel: Kernel, caller: Caller, id: string): Promise<JobRow> => {
  const job = await findJob(kernel.db, caller.scope, id)
  if (!job) throw new AppError('not_found', 'There is no such job in this project.')
  return job
}

export async function listJobs(kernel: Kernel, caller: Caller, input: Inputs['list']) {
  await authorize(kernel, caller, 'orchestration:read')
  const states = input.state ? (STATES_OF[input.state] ?? [input.state]) : undefined
  const [rows, counts] = await readSnapshot(kernel, ({ db }) =>
    Promise.all([
      findJobs(db, caller.scope, { states, name: input.name }, input.limit + 1, input.cursor),
      countJobs(db, caller.scope),
    ]),
  )
  const page = rows.slice(0, input.limit)
  const summary = await summarizeJobs(kernel, caller, page)
  return {
    items: page.map(summary),
    next: rows.length > input.limit ? page.at(-1)!.id : null,
    /** Jobs of the project by state, ignoring the filter. */
    counts,
  }
}

export async function showJob(kernel: Kernel, caller: Caller, id: string): Promise<JobDetail> {
  await authorize(kernel, caller, 'orchestration:read')
  return readSnapshot(kernel, snapshot => describeJob(snapshot, caller, id))
}

async function describeJob(kernel: Kernel, caller: Caller, id: string): Promise<JobDetail> {
  const job = await jobOf(kernel, caller, id)
  const attempts = await findAttempts(kernel.db, caller.scope, [job.id])
  const summary = await summarizeJobs(kernel, caller, [job])
  return { ...summary(job), attempts: (attempts.get(job.id) ?? []).map(attemptSummary) }
}

export async function readJobLog(kernel: Kernel, caller: Caller, input: Inputs['log']): Promise<JobLog> {
  await authorize(kernel, caller, 'orchestration:read')
  const job = await jobOf(kernel, caller, input.job)
  return readLinesAfter(kernel.db, caller.scope, job.id, input.after)
}

export async function readTimeline(kernel: Kernel, caller: Caller, input: Inputs['timeline']): Promise<Timeline> {
  await authorize(kernel, caller, 'orchestration:read')
  return readSnapshot(kernel, snapshot => describeTimeline(snapshot, caller, input))
}

async function describeTimeline(kernel: Kernel, caller: Caller, input: Inputs['timeline']): Promise<Timeline> {
  const to = await databaseNow(kernel.db)
  const from = new Date(to.getTime() - input.minutes * 60_000)
  const rows = await findJobsSince(kernel.db, caller.scope, from, MAX_TIMELINE_JOBS + 1)
  const shown = rows.slice(0, MAX_TIMELINE_JOBS).reverse()
  const attempts = await findAttempts(
    kernel.db,
    caller.scope,
    shown.map(j => j.id),
  )
  const summary = await summarizeJobs(kernel, caller, shown)
  return {
    from: from.toISOString(),
    to: to.toISOString(),
    lanes: shown.map(job => ({ job: summary(job), attempts: (attempts.get(job.id) ?? []).map(attemptSummary) })),
    truncated: rows.length > MAX_TIMELINE_JOBS,
  }
}

export async function readSchedules(kernel: Kernel, caller: Caller): Promise<{ items: ScheduleSummary[] }> {
  await authorize(kernel, caller, 'orchestration:read')
  const rows = await listSchedules(kernel.db, caller.scope)
  return {
    items: rows.map(row => ({
      id: row.id,
      name: row.name,
      cron: row.cron,
      zone: row.zone,
      job: row.job,
      enabled: row.enabled,
      nextAt: row.enabled ? iso(row.nextAt) : null,
      lastAt: iso(row.lastAt),
    })),
  }
}
