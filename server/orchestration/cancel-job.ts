import { authorize, type Caller } from '#server/access/caller.ts'
import { AppError } from '#server/kernel/errors.ts'
import { change } from '#server/platform/change.ts'
import type { Kernel } from '#server/platform/kernel.ts'
import { findJob } from '#server/platform/read-jobs.ts'
import type { JobDetail } from './contract.ts'
import { showJob } from './read-jobs.ts'

/**
 * Requests that a job end. A running one stops within two seconds, a queued one does not start; its subject is updated in both cases.
 * Throws `conflict` if it has ended.
 */
export async function cancelJob(kernel: Kernel, caller: Caller, id: string): Promise<JobDetail> {
  await authorize(kernel, caller, 'orchestration:cancel')
  await change(kernel, caller.actor, async c => {
    const job = await findJob(c.tx, caller.scope, id)
    if (!job) throw new AppError('not_found', 'There is no such job in this project.')
    const asked = await c.cancelJob(caller.scope, id)
    if (!asked)
      throw new AppError('conflict', `“${job.title}” has already ended (${job.state}).`, {
        hint: 'There is nothing left to cancel.',
      })
    await c.record({
      projectId: caller.scope.projectId,
      subject: { kind: 'job', id },
      audit: { action: 'orchestration.cancel-job', details: { name: job.name, title: job.title, state: job.state } },
    })
  })
  return showJob(kernel, caller, id)
}
