import {
  cancelIdle,
  clearRedriven,
  isTerminal,
  lockJob,
  type OpenAttempt,
  openAttempt,
  REDRIVEN,
  requeueLost,
} from '#server/platform/attempts.ts'
import { change } from '#server/platform/change.ts'
import type { Kernel } from '#server/platform/kernel.ts'
import { type Handlers, settleSubject, worker } from './settle-job.ts'

/** Prepares a job for an attempt. Returns false if none may be opened. */
async function prepareJob(kernel: Kernel, handlers: Handlers, jobId: string, number: number): Promise<boolean> {
  return change(kernel, worker, async c => {
    const job = await lockJob(c.tx, jobId)
    if (!job || isTerminal(job) || job.attemptsMade >= number) return false
    if (job.cancelRequestedAt) {
      await settleSubject(c, handlers, await cancelIdle(c.tx, job))
      return false
    }
    if (job.state === 'running') {
      kernel.log.warn({ jobId, attempt: job.attemptsMade }, 'attempt lost')
      await settleSubject(c, handlers, await requeueLost(c.tx, job))
    } else if (job.reasonCode === REDRIVEN) {
      await settleSubject(c, handlers, job)
      await clearRedriven(c.tx, job)
    }
    return true
  })
}

/** Opens the attempt of a delivery. Returns undefined when there is nothing to do: the job has ended or was cancelled. */
export async function beginAttempt(
  kernel: Kernel,
  handlers: Handlers,
  jobId: string,
  number: number,
  workerId: string,
): Promise<OpenAttempt | undefined> {
  const opened = await openAttempt(kernel.db, jobId, number, workerId)
  if (opened) return opened
  if (!(await prepareJob(kernel, handlers, jobId, number))) return undefined
  return openAttempt(kernel.db, jobId, number, workerId)
}
