import { eq, sql } from 'drizzle-orm'
import { fromDrizzle, PgBoss } from 'pg-boss'
import type { Handle, Tx } from '#db/client.ts'
import { jobs } from '#db/schema/platform.ts'
import { AppError, isDatabaseAway } from '#server/kernel/errors.ts'
import { newId } from '#server/kernel/ids.ts'
import type { Logger } from '#server/kernel/log.ts'
import { type Actor, actorKey } from '#server/kernel/scope.ts'
import type { JobRow } from './attempts.ts'
import type { JobDefinition } from './define-job.ts'
import { CANCELLATIONS, ensureQueues, SCHEDULES } from './queues.ts'

export interface NewJob {
  /** A job with this id that already exists is returned unchanged. */
  id?: string
  projectId: string
  /** Title in the list of jobs: `Train mlp on bikes v1`. */
  title: string
  subject: { kind: string; id: string }
  payload: Record<string, unknown>
  /** The job does not start before this instant. */
  runAfter?: Date
}

/** Identifies one delivery of a job: pg-boss refuses messages of an earlier delivery. */
export interface DeliveryRef {
  id: string
  retryCount: number
}

/** Queue on pg-boss: a job of pg-boss has the id of its `jobs` row, which is the permanent record. */
export interface Queue {
  enqueue(tx: Tx, actor: Actor, definition: JobDefinition, job: NewJob): Promise<JobRow>
  /** Sends a job again under its id; its next attempt gets the number after `attemptsMade`. */
  sendAgain(tx: Tx, job: JobRow): Promise<void>
  /** Fails the attempt: pg-boss delivers the job again after a backoff, or moves it to the dead letters if no retry is left. */
  fail(tx: Tx, job: JobRow, delivery: DeliveryRef, reason: string): Promise<void>
  /** Returns a job of a worker that stops: it is delivered again at once and keeps its retries. */
  release(tx: Tx, job: JobRow, delivery: DeliveryRef): Promise<void>
  /** Makes a worker settle the cancelled job, unless the worker that runs it does. */
  requestCancel(tx: Tx, job: JobRow): Promise<void>
  /** Removes a job without a running attempt from the queue. */
  remove(tx: Tx, job: JobRow): Promise<void>
  /** Returns true if a worker has the job, judged by its heartbeat. */
  isDelivered(tx: Tx, job: JobRow): Promise<boolean>
  schedule(tx: Handle, schedule: { id: string; cron: string; zone: string }): Promise<void>
  unschedule(tx: Handle, id: string): Promise<void>
  /** Opens the instance that delivers, supervises heartbeats and runs schedules. The caller stops it. */
  openWorkers(): Promise<PgBoss>
  close(): Promise<void>
}

/** Runs statements of pg-boss in our transaction. The driver sends JSON as text. */
function within(tx: Handle): ReturnType<typeof fromDrizzle> {
  const db = fromDrizzle(tx as never, sql)
  const isJson = (value: unknown) =>
    typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Date)
  return {
    executeSql: (text, values) =>
      db.executeSql(
        text,
        values?.map(value => (isJson(value) ? JSON.stringify(value) : value)),
      ),
  }
}

function openBoss(url: string, log: Logger, name: string, options: ConstructorParameters<typeof PgBoss>[0] & object) {
  const boss = new PgBoss({
    connectionString: url,
    schema: 'pgboss',
    application_name: name,
    registerInstance: false,
    flowIntervalSeconds: 60,
    ...options,
  })
  boss.on('error', error =>
    isDatabaseAway(error) ? log.debug({ err: error }, 'queue') : log.warn({ err: error }, 'queue'),
  )
  boss.on('warning', warning => log.debug({ warning }, 'queue'))
  return boss
}

/**
 * Returns a job's priority by start-time fair queueing between projects: a project's next job ranks one behind its last, but never ahead of
 * the next job to run, so that a backlog of one project delays another's job by one job, not by all. pg-boss takes the highest priority
 * first.
 */
async function fairPriority(tx: Tx, lane: string, projectId: string): Promise<number> {
  const [row] = (await tx.execute(sql`
    SELECT least(
      coalesce(max(priority) FILTER (WHERE state < 'active'), min(priority), 0),
      coalesce(min(priority) FILTER (WHERE group_id = ${projectId}) - 1, 0))::int AS priority
    FROM pgboss.job WHERE name = ${lane} AND state < 'completed'`)) as unknown as [{ priority: number }]
  return row.priority
}

export async function openQueue(url: string, log: Logger): Promise<Queue> {
  const boss = openBoss(url, log, 'fleximl-queue', { max: 3, schedule: false, supervise: false })
  await boss.start()
  await ensureQueues(boss)

  const send = async (tx: Tx, job: JobRow) =>
    boss.send(
      job.lane,
      { v: 2, jobId: job.id },
      {
        id: job.id,
        db: within(tx),
        // The stored instant is rounded: a job that may run now could be microseconds in the future, and pg-boss would not notify.
        startAfter: job.runAfter.getTime() > Date.now() + 1_000 ? job.runAfter : undefined,
        retryLimit: job.attemptsAllowed - 1,
        group: { id: job.projectId },
        priority: await fairPriority(tx, job.lane, job.projectId),
      },
    )
  return {
    async enqueue(tx, actor, definition, job) {
      const payload = definition.payload.safeParse(job.payload)
      if (!payload.success)
        throw new AppError('internal', `Job ${definition.name} got an invalid payload: ${payload.error.message}`)
      const [row] = await tx
        .insert(jobs)
        .values({
          id: job.id ?? newId(),
          projectId: job.projectId,
          name: definition.name,
          lane: definition.lane,
          title: job.title,
          subjectKind: job.subject.kind,
          subjectId: job.subject.id,
          payload: job.payload,
          attemptsAllowed: definition.attemptsAllowed,
          createdBy: actorKey(actor),
          ...(job.runAfter ? { runAfter: job.runAfter } : {}),
        })
        .onConflictDoNothing({ target: jobs.id })
        .returning()
      if (!row) return (await tx.select().from(jobs).where(eq(jobs.id, job.id!)))[0]!
      await send(tx, row)
      return row
    },
    async sendAgain(tx, job) {
      await boss.deleteJob(job.lane, job.id, { db: within(tx) })
      await send(tx, job)
      // pg-boss counts a retry at the next delivery if the job has started before.
      if (job.attemptsMade > 0)
        await tx.execute(sql`
          UPDATE pgboss.job SET state = 'retry', started_on = now(), retry_count = ${job.attemptsMade - 1}
          WHERE name = ${job.lane} AND id = ${job.id}`)
    },
    async fail(tx, job, delivery, reason) {
      await boss.fail(job.lane, delivery, { message: reason }, { db: within(tx) })
    },
    async release(tx, job, delivery) {
      const db = within(tx)
      // All three leave the job unchanged if its heartbeat was late and another worker has it.
      await boss.cancel(job.lane, delivery, { db })
      await boss.resume(job.lane, job.id, { db })
      await boss.update(job.lane, undefined, { id: job.id, retryLimit: job.attemptsAllowed - 1, db })
    },
    async requestCancel(tx, job) {
      await boss.send(
        CANCELLATIONS,
        { v: 1, jobId: job.id },
        { db: within(tx), startAfter: job.state === 'running' ? 2 : 0 },
      )
    },
    async remove(tx, job) {
      await boss.cancel(job.lane, job.id, { db: within(tx) })
    },
    async isDelivered(tx, job) {
      return (await boss.getJobById(job.lane, job.id, { db: within(tx) }))?.state === 'active'
    },
    async schedule(tx, { id, cron, zone }) {
      await boss.schedule(
        SCHEDULES,
        cron,
        { v: 1, scheduleId: id },
        { db: within(tx), tz: zone, key: id, missed: 'once' },
      )
    },
    async unschedule(tx, id) {
      await boss.unschedule(SCHEDULES, id, { db: within(tx) })
    },
    async openWorkers() {
      const workers = openBoss(url, log, 'fleximl-worker-queue', {
        max: 4,
        useListenNotify: true,
        supervise: true,
        superviseIntervalSeconds: 2,
        monitorIntervalSeconds: 2,
        maintenanceIntervalSeconds: 3_600,
        schedule: true,
        cronMonitorIntervalSeconds: 10,
        cronWorkerIntervalSeconds: 2,
      })
      return workers.start()
    },
    close: () => boss.stop({ graceful: false }),
  }
}
