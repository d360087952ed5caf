import { sql } from 'drizzle-orm'
import type { Db, Handle } from '#db/client.ts'
import { lockJob, requeueLost } from '#server/platform/attempts.ts'
import { change } from '#server/platform/change.ts'
import type { Kernel } from '#server/platform/kernel.ts'
import { type Handlers, settleSubject, worker } from './settle-job.ts'

/** One lock for all workers of an instance. */
const LOCK = 7_166_003

const unsentJobs = async (db: Handle): Promise<string[]> =>
  (
    (await db.execute(sql`
      SELECT id FROM jobs j WHERE state IN ('queued', 'running')
        AND NOT EXISTS (SELECT 1 FROM pgboss.job p WHERE p.name = j.lane AND p.id = j.id)
      ORDER BY created_at, id`)) as unknown as { id: string }[]
  ).map(row => row.id)

const untimedSchedules = async (db: Db) =>
  (await db.execute(sql`
    SELECT id, cron, zone FROM schedules s WHERE enabled
      AND NOT EXISTS (SELECT 1 FROM pgboss.schedule p WHERE p.key = s.id::text)`)) as unknown as {
    id: string
    cron: string
    zone: string
  }[]

/**
 * Sends pg-boss the open jobs and the schedules that it does not have: those of an instance that was upgraded to it. A job that was
 * running keeps its number of attempts, and its attempt is lost. Does nothing the second time.
 */
export async function adoptJobs(kernel: Kernel, handlers: Handlers): Promise<void> {
  for (const schedule of await untimedSchedules(kernel.db)) await kernel.queue.schedule(kernel.db, schedule)
  const found = await unsentJobs(kernel.db)
  if (found.length === 0) return
  await change(kernel, worker, async c => {
    await c.tx.execute(sql`SELECT pg_advisory_xact_lock(${LOCK})`)
    for (const id of await unsentJobs(c.tx)) {
      const job = await lockJob(c.tx, id)
      if (!job) continue
      const queued = job.state === 'running' ? await requeueLost(c.tx, job) : job
      await c.queue.sendAgain(c.tx, queued)
      if (queued.cancelRequestedAt) await c.queue.requestCancel(c.tx, queued)
      else if (job.state === 'running') await settleSubject(c, handlers, queued)
    }
  })
  kernel.log.info({ jobs: found.length }, 'open jobs were sent to the queue')
}
