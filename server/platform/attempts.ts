import { and, eq, inArray, isNotNull, sql } from 'drizzle-orm'
import type { Db, Handle, Tx } from '#db/client.ts'
import { attempts, jobs, projects } from '#db/schema/index.ts'
import { AppError } from '#server/kernel/errors.ts'
import { newId } from '#server/kernel/ids.ts'
import { type ProjectScope, scopeOf } from '#server/kernel/scope.ts'
import type { Lane } from './define-job.ts'

/** A worker that is silent for this long has lost its attempt. PostgreSQL's clock decides, nobody else's. */
export const LEASE_SECONDS = Number(process.env.FLEXIML_LEASE_SECONDS ?? 15)

export type JobRow = typeof jobs.$inferSelect
export type AttemptRow = typeof attempts.$inferSelect

/** Names the attempt in every write of a worker, so that SQL can refuse it when it is no longer the current one. */
export interface AttemptRef {
  id: string
  jobId: string
  number: number
}

export interface Claim {
  job: JobRow
  attempt: AttemptRef
  /** A worker's scope is that of the job it does. */
  scope: ProjectScope
}

export type EndState = 'succeeded' | 'failed' | 'cancelled'

const lease = () => sql`now() + make_interval(secs => ${LEASE_SECONDS})`

/**
 * Takes the next queued job of a lane for this worker: from the project with the fewest running jobs of the lane, oldest first.
 * Two workers never get the same one.
 */
export async function claimNext(db: Db, lane: Lane, workerId: string): Promise<Claim | undefined> {
  return db.transaction(async tx => {
    const picked = (await tx.execute(sql`
      WITH busy AS (SELECT project_id, count(*) AS n FROM jobs WHERE state = 'running' AND lane = ${lane} GROUP BY project_id)
      SELECT j.id FROM jobs j LEFT JOIN busy b ON b.project_id = j.project_id
      WHERE j.state = 'queued' AND j.lane = ${lane} AND j.run_after <= now() AND j.cancel_requested_at IS NULL
      ORDER BY coalesce(b.n, 0), j.created_at, j.id LIMIT 1 FOR UPDATE OF j SKIP LOCKED`)) as unknown as {
      id: string
    }[]
    const jobId = picked[0]?.id
    if (!jobId) return undefined
    const [job] = await tx
      .update(jobs)
      .set({
        state: 'running',
        reasonCode: null,
        reason: null,
        attemptsMade: sql`${jobs.attemptsMade} + 1`,
        startedAt: sql`coalesce(${jobs.startedAt}, now())`,
      })
      .where(eq(jobs.id, jobId))
      .returning()
    const attempt = { id: newId(), jobId, number: job!.attemptsMade }
    await tx
      .insert(attempts)
      .values({ ...attempt, projectId: job!.projectId, workerId, state: 'running', leaseUntil: lease() })
    const [project] = await tx.select().from(projects).where(eq(projects.id, job!.projectId))
    return { job: job!, attempt, scope: scopeOf(project!) }
  })
}

/**
 * The fence: locks the job and refuses the write unless `attempt` is its current, running attempt.
 * Throws `superseded`, after which the worker must stop: another attempt has the work.
 */
export async function requireCurrent(tx: Tx, attempt: AttemptRef): Promise<JobRow> {
  const [job] = await tx.select().from(jobs).where(eq(jobs.id, attempt.jobId)).for('no key update')
  const [mine] = await tx.select({ state: attempts.state }).from(attempts).where(eq(attempts.id, attempt.id))
  if (job?.state !== 'running' || job.attemptsMade !== attempt.number || mine?.state !== 'running')
    throw new AppError('superseded', `Attempt ${attempt.number} is no longer the current one; its write was refused.`)
  return job
}

/** Prolongs the lease. Tells whether the attempt still counts and whether somebody asked to cancel. */
export async function heartbeat(
  db: Handle,
  attempt: AttemptRef,
  seen: { peakMemoryBytes?: number; childPid?: number | null } = {},
): Promise<'ok' | 'cancel' | 'lost'> {
  const rows = (await db.execute(sql`
    UPDATE attempts a SET lease_until = now() + make_interval(secs => ${LEASE_SECONDS}),
      peak_memory_bytes = greatest(a.peak_memory_bytes, ${seen.peakMemoryBytes ?? null}::bigint),
      child_pid = coalesce(${seen.childPid ?? null}::int, a.child_pid)
    FROM jobs j WHERE a.id = ${attempt.id} AND a.state = 'running' AND j.id = a.job_id AND j.attempts_made = a.number
    RETURNING j.cancel_requested_at IS NOT NULL AS cancel`)) as unknown as { cancel: boolean }[]
  if (!rows[0]) return 'lost'
  return rows[0].cancel ? 'cancel' : 'ok'
}

/** How far the current attempt is; dropped silently when it is no longer the current one. */
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

/** Ends the attempt and its job, in the transaction of the handler's last write. Fenced. */
export async function endAttempt(
  tx: Tx,
  attempt: AttemptRef,
  state: EndState,
  why: { code?: string; reason?: string } = {},
): Promise<JobRow> {
  await requireCurrent(tx, attempt)
  await tx
    .update(attempts)
    .set({ state, reasonCode: why.code, reason: why.reason, endedAt: sql`now()` })
    .where(eq(attempts.id, attempt.id))
  const [job] = await tx
    .update(jobs)
    .set({ state, reasonCode: why.code ?? null, reason: why.reason ?? null, endedAt: sql`now()` })
    .where(eq(jobs.id, attempt.jobId))
    .returning()
  return job!
}

interface Settling {
  code: string
  reason: string
  /** The attempt was not at fault (its worker was stopped): the job tries again whatever it has used up. */
  keepsTry?: boolean
}

/** The attempt failed for a passing cause: the job goes back to queued when tries are left, else it fails. Fenced. */
export async function retryOrFail(
  tx: Tx,
  attempt: AttemptRef,
  attemptState: 'failed' | 'lost',
  why: Settling,
): Promise<JobRow> {
  const job = await requireCurrent(tx, attempt)
  await tx
    .update(attempts)
    .set({ state: attemptState, reasonCode: why.code, reason: why.reason, endedAt: sql`now()` })
    .where(eq(attempts.id, attempt.id))
  return settleJob(tx, job, why)
}

async function settleJob(tx: Tx, job: JobRow, why: Settling): Promise<JobRow> {
  const cancelled = job.cancelRequestedAt !== null
  const retry = !cancelled && (why.keepsTry || job.attemptsMade < job.attemptsAllowed)
  const [after] = await tx
    .update(jobs)
    .set(
      retry
        ? {
            state: 'queued',
            // Attempts keep their numbers, so a try given back is one more that is allowed.
            ...(why.keepsTry ? { attemptsAllowed: job.attemptsAllowed + 1 } : {}),
            reasonCode: why.code,
            reason: `${why.reason} Trying again.`,
            runAfter: sql`now()`,
          }
        : cancelled
          ? { state: 'cancelled', reasonCode: 'cancelled', reason: 'Cancelled.', endedAt: sql`now()` }
          : {
              state: 'failed',
              reasonCode: why.code,
              reason: job.attemptsMade > 1 ? `${why.reason} Tried ${job.attemptsMade} times.` : why.reason,
              endedAt: sql`now()`,
            },
    )
    .where(eq(jobs.id, job.id))
    .returning()
  return after!
}

/**
 * Asks that a job end as cancelled. A running attempt is told by its heartbeat (sooner by a wake-up); a queued job is never claimed again
 * and the next worker that looks settles it with its subject. Use `Change.cancelJob`, which also sends the wake-up.
 * Answers with the job, or undefined when it has ended already or is not of this project.
 */
export async function requestCancel(tx: Tx, scope: ProjectScope, jobId: string): Promise<JobRow | undefined> {
  const [job] = await tx
    .update(jobs)
    .set({ cancelRequestedAt: sql`coalesce(${jobs.cancelRequestedAt}, now())` })
    .where(and(eq(jobs.projectId, scope.projectId), eq(jobs.id, jobId), inArray(jobs.state, ['queued', 'running'])))
    .returning()
  return job
}

/**
 * Ends the queued jobs that somebody asked to cancel, one transaction each; two workers never end the same one.
 * `onSettled` runs in that transaction: the domain moves the job's subject along.
 */
export async function settleCancelled(
  db: Db,
  onSettled: (tx: Tx, job: JobRow) => Promise<void>,
  limit = 500,
): Promise<JobRow[]> {
  const settled: JobRow[] = []
  while (settled.length < limit) {
    const job = await db.transaction(async tx => {
      const [row] = await tx
        .select({ id: jobs.id })
        .from(jobs)
        .where(and(eq(jobs.state, 'queued'), isNotNull(jobs.cancelRequestedAt)))
        .limit(1)
        .for('update', { skipLocked: true })
      if (!row) return undefined
      const [after] = await tx
        .update(jobs)
        .set({ state: 'cancelled', reasonCode: 'cancelled', reason: 'Cancelled before it began.', endedAt: sql`now()` })
        .where(eq(jobs.id, row.id))
        .returning()
      await onSettled(tx, after!)
      return after
    })
    if (!job) break
    settled.push(job)
  }
  return settled
}

/**
 * Finds attempts whose lease ran out, marks them lost and requeues or fails their jobs, one transaction each.
 * `onSettled` runs in that transaction: the domain moves the job's subject along.
 */
export async function reapLost(db: Db, onSettled: (tx: Tx, job: JobRow) => Promise<void>): Promise<JobRow[]> {
  const settled: JobRow[] = []
  const expired = await db
    .select({ id: attempts.id, jobId: attempts.jobId, number: attempts.number })
    .from(attempts)
    .where(and(eq(attempts.state, 'running'), sql`${attempts.leaseUntil} < now()`))
    .limit(100)
  for (const attempt of expired) {
    const job = await db.transaction(async tx => {
      const [row] = await tx.select().from(jobs).where(eq(jobs.id, attempt.jobId)).for('no key update')
      const lost = await tx
        .update(attempts)
        .set({
          state: 'lost',
          reasonCode: 'lease_expired',
          reason: `The worker was silent for more than ${LEASE_SECONDS} s.`,
          endedAt: sql`now()`,
        })
        .where(and(eq(attempts.id, attempt.id), eq(attempts.state, 'running'), sql`${attempts.leaseUntil} < now()`))
        .returning({ id: attempts.id })
      if (lost.length === 0 || !row || row.state !== 'running' || row.attemptsMade !== attempt.number) return undefined
      const after = await settleJob(tx, row, { code: 'worker_lost', reason: 'The worker that had it went silent.' })
      await onSettled(tx, after)
      return after
    })
    if (job) settled.push(job)
  }
  return settled
}
