import { eq, sql } from 'drizzle-orm'
import { fromDrizzle, PgBoss } from 'pg-boss'
import type { Tx } from '#db/client.ts'
import { jobs } from '#db/schema/index.ts'
import { AppError } from '#server/kernel/errors.ts'
import { newId } from '#server/kernel/ids.ts'
import type { Logger } from '#server/kernel/log.ts'
import { type Actor, actorKey } from '#server/kernel/scope.ts'
import type { JobRow } from './attempts.ts'
import { type JobDefinition, LANES, type Lane } from './define-job.ts'

export interface NewJob {
  /** A job of this id that exists already is returned as it is. */
  id?: string
  projectId: string
  /** What a person reads in the tray: `Train mlp on bikes v1`. */
  title: string
  subject: { kind: string; id: string }
  payload: Record<string, unknown>
  /** Not before this instant. */
  runAfter?: Date
}

/** A pg-boss message only wakes a worker; the `jobs` row says what is to be done and its attempts who does it. */
export interface Queue {
  enqueue(tx: Tx, actor: Actor, definition: JobDefinition, job: NewJob): Promise<JobRow>
  /** Sends the wake-up of a job that goes back to queued. */
  requeue(tx: Tx, job: JobRow): Promise<void>
  /** Takes up to `count` wake-ups of a lane and settles them at once. */
  takeWakeUps(lane: Lane, count: number): Promise<number>
  close(): Promise<void>
}

const DEAD_LETTER = 'dead-letter'

export async function openQueue(url: string, log: Logger): Promise<Queue> {
  const boss = new PgBoss({
    connectionString: url,
    schema: 'pgboss',
    max: 3,
    application_name: 'fleximl-queue',
    schedule: false,
  })
  boss.on('error', error => log.warn({ err: error }, 'queue'))
  await boss.start()
  await boss.createQueue(DEAD_LETTER)
  for (const lane of LANES)
    await boss.createQueue(lane, {
      deadLetter: DEAD_LETTER,
      retryLimit: 3,
      expireInSeconds: 60,
      deleteAfterSeconds: 3600,
    })

  const wake = (tx: Tx, job: JobRow) =>
    boss.send(job.lane, { v: 1, jobId: job.id }, { db: fromDrizzle(tx as never, sql), startAfter: job.runAfter })
  return {
    async enqueue(tx, actor, definition, job) {
      const payload = definition.payload.safeParse(job.payload)
      if (!payload.success)
        throw new AppError(
          'internal',
          `Job ${definition.name} was given a payload that does not fit: ${payload.error.message}`,
        )
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
      await wake(tx, row)
      return row
    },
    async requeue(tx, job) {
      await wake(tx, job)
    },
    async takeWakeUps(lane, count) {
      const messages = await boss.fetch(lane, { batchSize: count })
      if (messages.length > 0)
        await boss.complete(
          lane,
          messages.map(m => m.id),
        )
      return messages.length
    },
    close: () => boss.stop({ graceful: false }),
  }
}
