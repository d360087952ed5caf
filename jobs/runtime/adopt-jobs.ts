import { lockJob, requeueLost } from '#server/platform/attempts.ts'
import { change } from '#server/platform/change.ts'
import type { Kernel } from '#server/platform/kernel.ts'
import { findUnsentJobs, findUntimedSchedules, lockUnsent } from '#server/platform/unsent-work.ts'
import { type Handlers, settleSubject, worker } from './settle-job.ts'

/**
 * Sends pg-boss the open jobs and schedules that it lacks after an upgrade. A running job keeps its number of attempts; its attempt is
 * lost. Idempotent.
 */
export async function adoptJobs(kernel: Kernel, handlers: Handlers): Promise<void> {
  for (const schedule of await findUntimedSchedules(kernel.db)) await kernel.queue.schedule(kernel.db, schedule)
  const found = await findUnsentJobs(kernel.db)
  if (found.length === 0) return
  await change(kernel, worker, async c => {
    await lockUnsent(c.tx)
    for (const id of await findUnsentJobs(c.tx)) {
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
