import { authorize, type Caller } from '#server/access/caller.ts'
import { AppError } from '#server/kernel/errors.ts'
import { change } from '#server/platform/change.ts'
import { skipDeadDelivery } from '#server/platform/deliveries.ts'
import type { Kernel } from '#server/platform/kernel.ts'
import { findJob } from '#server/platform/read-jobs.ts'

/**
 * Skips the event whose delivery by this job failed, so that later events of its subject are delivered. Throws `not_found`, and `conflict`
 * if the job blocks no event.
 */
export async function skipEvent(kernel: Kernel, caller: Caller, jobId: string): Promise<{ job: string }> {
  await authorize(kernel, caller, 'orchestration:cancel')
  const { scope } = caller
  return change(kernel, caller.actor, async c => {
    if (!(await findJob(c.tx, scope, jobId))) throw new AppError('not_found', 'There is no such job in this project.')
    const skipped = await skipDeadDelivery(c.tx, scope, jobId)
    if (!skipped)
      throw new AppError('conflict', 'This job blocks no event.', {
        hint: 'Only the event of a dead letter can be skipped.',
      })
    await c.record({
      projectId: scope.projectId,
      subject: { kind: 'job', id: jobId },
      audit: { action: 'orchestration.skip-event', details: { consumer: skipped.consumer, event: skipped.seq } },
    })
    c.wakeAfter({ topic: 'events' })
    return { job: jobId }
  })
}
