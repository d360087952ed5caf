import { and, eq, getTableColumns, inArray, sql } from 'drizzle-orm'
import type { Db, Handle, Tx } from '#db/client.ts'
import { attempts, jobs } from '#db/schema/platform.ts'
import { AppError } from '#server/kernel/errors.ts'
import { newId } from '#server/kernel/ids.ts'
import { type ProjectScope, scopeOf } from '#server/kernel/scope.ts'
import { inScope } from './in-scope.ts'
import { HEARTBEAT_SECONDS } from './queues.ts'

export type JobRow = typeof jobs.$inferSelect
export type AttemptRow = typeof attempts.$inferSelect

/** Identifies the attempt in every write of a worker, so that SQL can refuse it if it is no longer the current one. */
export interface AttemptRef {
  id: string
  jobId: string
  /** pg-boss's retry count + 1. */
  number: number
}

export interface OpenAttempt {
  job: JobRow
  attempt: AttemptRef
  /** The scope of the job's project. */
  scope: ProjectScope
}

export type EndState = 'succeeded' | 'failed' | 'cancelled'

interface Reason {
  code: string
  reason: string
}

/** Reason code of a job that was redriven from the dead letters; its subject must be queued again first. */
export const REDRIVEN = 'redriven'

const WORKER_LOST: Reason = { code: 'worker_lost', reason: 'The worker stopped sending heartbeats.' }

export const isTerminal = (job: Pick<JobRow, 'state'>): boolean => job.state !== 'queued' && job.state !== 'running'

/** Converts a row of `jobs` that the driver returned from plain SQL. */
function toJobRow(raw: Record<string, unknown>): JobRow {
  return Object.fromEntries(
    Object.entries(getTableColumns(jobs)).map(([key, column]) => {
      const value = raw[column.name]
      return [key, value === null || value === undefined ? null : column.mapFromDriverValue(value)]
    }),
  ) as JobRow
}

/**
 * Opens attempt `number` of a delivered job, in one statement since every job waits for it. Returns undefined if the job is not queued, is
 * to be cancelled, was redriven, or has a later attempt.
 */
export async function openAttempt(
  db: Db,
  jobId: string,
  number: number,
  workerId: string,
): Promise<OpenAttempt | undefined> {
  const attempt = { id: newId(), jobId, number }
  const [row] = (await db.execute(sql`
    WITH job AS (
      UPDATE jobs SET state = 'running', reason_code = NULL, reason = NULL, attempts_made = ${number}::int,
        started_at = coalesce(started_at, now())
      WHERE id = ${jobId} AND state = 'queued' AND attempts_made < ${number} AND cancel_requested_at IS NULL
        AND reason_code IS DISTINCT FROM ${REDRIVEN}
      RETURNING *
    ), attempt AS (
      INSERT INTO attempts (project_id, id, job_id, number, worker_id, state)
      SELECT project_id, ${attempt.id}::uuid, id, ${number}::int, ${workerId}::uuid, 'running' FROM job
    )
    SELECT job.*, p.slug AS project_slug, p.zone AS project_zone FROM job JOIN projects p ON p.id = job.project_id`)) as unknown as Record<
    string,
    unknown
  >[]
  if (!row) return undefined
  const job = toJobRow(row)
  const project = { id: job.projectId, slug: row.project_slug as string, zone: row.project_zone as string }
  return { job, attempt, scope: scopeOf(project) }
}

/** Locks a job's row until the transaction ends. Returns undefined if it was deleted. */
export async function lockJob(tx: Tx, jobId: string): Promise<JobRow | undefined> {
  const [job] = await tx.select().from(jobs).where(eq(jobs.id, jobId)).for('no key update')
  return job
}

export const hasJob = async (tx: Tx, jobId: string): Promise<boolean> => (await tx.$count(jobs, eq(jobs.id, jobId))) > 0

/**
 * Locks the job and refuses the write unless `attempt` is its current, running attempt (fencing). Throws `superseded`; the worker must stop
 * then, since another attempt has the work.
 */
export async function requireCurrent(tx: Tx, attempt: AttemptRef): Promise<JobRow> {
  const job = await lockJob(tx, attempt.jobId)
  const [mine] = await tx.select({ state: attempts.state }).from(attempts).where(eq(attempts.id, attempt.id))
  if (job?.state !== 'running' || job.attemptsMade !== attempt.number || mine?.state !== 'running')
    throw new AppError('superseded', `Attempt ${attempt.number} is no longer the current one; its write was refused.`)
  return job
}

export interface Usage {
  peakMemoryBytes?: number
  childPid?: number
}

/** Records the memory of an attempt's child process. Returns whether the attempt is still current and whether it is to be cancelled. */
export async function checkAttempt(db: Handle, attempt: AttemptRef, usage?: Usage): Promise<'ok' | 'cancel' | 'lost'> {
  const current = sql`a.id = ${attempt.id} AND a.state = 'running' AND j.id = a.job_id AND j.attempts_made = a.number`
  const rows = (await db.execute(
    usage
      ? sql`UPDATE attempts a SET peak_memory_bytes = greatest(a.peak_memory_bytes, ${usage.peakMemoryBytes ?? null}::bigint),
          child_pid = coalesce(${usage.childPid ?? null}::int, a.child_pid)
          FROM jobs j WHERE ${current} RETURNING j.cancel_requested_at IS NOT NULL AS cancel`
      : sql`SELECT j.cancel_requested_at IS NOT NULL AS cancel FROM attempts a, jobs j WHERE ${current}`,
  )) as unknown as { cancel: boolean }[]
  if (!rows[0]) return 'lost'
  return rows[0].cancel ? 'cancel' : 'ok'
}

/** Writes the progress of the current attempt; does nothing if it is no longer the current one. */
export async function writeProgress(
  db: Handle,
  attempt: AttemptRef,
  progress: NonNullable<JobRow['progress']>,
): Promise<void> {
  await db
    .update(jobs)
    .set({ progress })
    .where(and(eq(jobs.id, attempt.jobId), eq(jobs.state, 'running'), eq(jobs.attemptsMade, attempt.number)))
}

const closeAttempt = (tx: Tx, attempt: AttemptRef, state: string, why?: Reason) =>
  tx
    .update(attempts)
    .set({ state, reasonCode: why?.code, reason: why?.reason, endedAt: sql`now()` })
    .where(eq(attempts.id, attempt.id))

async function closeJob(tx: Tx, jobId: string, state: EndState, why?: Reason): Promise<JobRow> {
  const [job] = await tx
    .update(jobs)
    .set({ state, reasonCode: why?.code ?? null, reason: why?.reason ?? null, endedAt: sql`now()` })
    .where(eq(jobs.id, jobId))
    .returning()
  return job!
}

async function queueAgain(tx: Tx, job: JobRow, why: Reason, more = 0): Promise<JobRow> {
  const [after] = await tx
    .update(jobs)
    .set({
      state: 'queued',
      reasonCode: why.code,
      reason: `${why.reason} Trying again.`,
      runAfter: sql`now()`,
      attemptsAllowed: job.attemptsAllowed + more,
    })
    .where(eq(jobs.id, job.id))
    .returning()
  return after!
}

const finalReason = (job: JobRow, why: Reason): Reason =>
  job.attemptsMade > 1 ? { code: why.code, reason: `${why.reason} Tried ${job.attemptsMade} times.` } : why
const CANCELLED: Reason = { code: 'cancelled', reason: 'Cancelled.' }

/** Ends the attempt and its job, in the transaction of the handler's last write. Fenced. */
export async function endAttempt(tx: Tx, attempt: AttemptRef, state: EndState, why?: Reason): Promise<JobRow> {
  await requireCurrent(tx, attempt)
  await closeAttempt(tx, attempt, state, why)
  return closeJob(tx, attempt.jobId, state, why)
}

/** Ends the attempt after a transient failure: queues the job again if attempts are left, else fails it. Fenced. */
export async function retryOrFail(tx: Tx, attempt: AttemptRef, why: Reason): Promise<JobRow> {
  const job = await requireCurrent(tx, attempt)
  await closeAttempt(tx, attempt, 'failed', why)
  if (job.cancelRequestedAt) return closeJob(tx, job.id, 'cancelled', CANCELLED)
  return job.attemptsMade < job.attemptsAllowed
    ? queueAgain(tx, job, why)
    : closeJob(tx, job.id, 'failed', finalReason(job, why))
}

/** Ends the attempt of a worker that stops: queues the job again with one more attempt allowed. Fenced. */
export async function releaseAttempt(tx: Tx, attempt: AttemptRef, why: Reason): Promise<JobRow> {
  const job = await requireCurrent(tx, attempt)
  await closeAttempt(tx, attempt, 'failed', why)
  if (job.cancelRequestedAt) return closeJob(tx, job.id, 'cancelled', CANCELLED)
  return queueAgain(tx, job, why, 1)
}

const closeLost = (tx: Tx, job: JobRow) =>
  tx
    .update(attempts)
    .set({
      state: 'lost',
      reasonCode: 'heartbeat_expired',
      reason: `The worker sent no heartbeat for ${HEARTBEAT_SECONDS} s.`,
      endedAt: sql`now()`,
    })
    .where(and(eq(attempts.jobId, job.id), eq(attempts.state, 'running')))

/** Marks the running attempt as lost after pg-boss delivered the job again. The job must be locked. */
export async function requeueLost(tx: Tx, job: JobRow): Promise<JobRow> {
  await closeLost(tx, job)
  return queueAgain(tx, job, WORKER_LOST)
}

/** Fails a job that has no retry left in pg-boss. The job must be locked. Returns it unchanged if it had ended. */
export async function deadLetterJob(tx: Tx, job: JobRow): Promise<JobRow> {
  await closeLost(tx, job)
  if (job.state === 'succeeded' || job.state === 'cancelled') return job
  if (job.cancelRequestedAt && !isTerminal(job)) return closeJob(tx, job.id, 'cancelled', CANCELLED)
  await tx.update(jobs).set({ deadLetteredAt: sql`now()` }).where(eq(jobs.id, job.id))
  return isTerminal(job) ? job : closeJob(tx, job.id, 'failed', finalReason(job, WORKER_LOST))
}

/** Ends a job that is to be cancelled and has no running attempt. The job must be locked. */
export async function cancelIdle(tx: Tx, job: JobRow): Promise<JobRow> {
  await closeLost(tx, job)
  const reason = job.attemptsMade === 0 ? 'Cancelled before it started.' : CANCELLED.reason
  return closeJob(tx, job.id, 'cancelled', { code: 'cancelled', reason })
}

/** Queues a dead letter for one more attempt. Returns undefined if the job is not a dead letter. */
export async function redriveJob(tx: Tx, scope: ProjectScope, jobId: string): Promise<JobRow | undefined> {
  const [job] = await tx
    .update(jobs)
    .set({
      state: 'queued',
      reasonCode: REDRIVEN,
      reason: 'Sent again from the dead letters.',
      attemptsAllowed: sql`${jobs.attemptsMade} + 1`,
      deadLetteredAt: null,
      endedAt: null,
      runAfter: sql`now()`,
      progress: null,
    })
    .where(and(inScope(jobs, scope, jobId), eq(jobs.state, 'failed'), sql`${jobs.deadLetteredAt} IS NOT NULL`))
    .returning()
  return job
}

/** Clears the mark of a redriven job after its subject was queued again. */
export const clearRedriven = async (tx: Tx, job: JobRow): Promise<void> => {
  await tx.update(jobs).set({ reasonCode: null, reason: null }).where(eq(jobs.id, job.id))
}

/**
 * Requests that a job end as cancelled. Use `Change.cancelJob`, which also notifies the workers. Returns the job, or undefined if it has
 * ended or is not of this project.
 */
export async function requestCancel(tx: Tx, scope: ProjectScope, jobId: string): Promise<JobRow | undefined> {
  const [job] = await tx
    .update(jobs)
    .set({ cancelRequestedAt: sql`coalesce(${jobs.cancelRequestedAt}, now())` })
    .where(and(inScope(jobs, scope, jobId), inArray(jobs.state, ['queued', 'running'])))
    .returning()
  return job
}
