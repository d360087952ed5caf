import { authorize, type Caller } from '#server/access/caller.ts'
import { AppError } from '#server/kernel/errors.ts'
import { redriveJob as requeueDeadLetter } from '#server/platform/attempts.ts'
import { change } from '#server/platform/change.ts'
import type { Kernel } from '#server/platform/kernel.ts'
import { findJob } from '#server/platform/read-jobs.ts'
import type { JobDetail } from './contract.ts'
import { showJob } from './read-jobs.ts'

/** Sends a dead letter to its queue again for one more attempt. Throws `conflict` if the job is not a dead letter. */
export async function redriveJob(kernel: Kernel, caller: Caller, id: string): Promise<JobDetail> {
  await authorize(kernel, caller, 'orchestration:redrive')
  await change(kernel, caller.actor, async c => {
    const job = await findJob(c.tx, caller.scope, id)
    if (!job) throw new AppError('not_found', 'There is no such job in this project.')
    const queued = await requeueDeadLetter(c.tx, caller.scope, id)
    if (!queued)
      throw new AppError('conflict', `“${job.title}” is not a dead letter (${job.state}).`, {
        hint: 'Only jobs whose retries are used up can be sent again.',
      })
    await c.queue.sendAgain(c.tx, queued)
    await c.record({
      projectId: caller.scope.projectId,
      subject: { kind: 'job', id },
      audit: {
        action: 'orchestration.redrive-job',
        details: { name: job.name, title: job.title, attempts: job.attemptsMade },
      },
    })
  })
  return showJob(kernel, caller, id)
}
