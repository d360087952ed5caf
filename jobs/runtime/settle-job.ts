import { systemActor } from '#server/kernel/scope.ts'
import { jobCancelled, jobFailed } from '#server/orchestration/events.ts'
import { isTerminal, type JobRow } from '#server/platform/attempts.ts'
import type { Change } from '#server/platform/change.ts'
import type { JobHandler } from '../handler.ts'

export type Handlers = ReadonlyMap<string, JobHandler>

export const worker = systemActor('worker')

/** Moves the subject of a job that did not finish, and emits the event of its end, in the transaction that changed the job. */
export async function settleSubject(c: Change, handlers: Handlers, job: JobRow): Promise<void> {
  await handlers.get(job.name)?.settle?.(c.tx, job, {
    state: job.state as 'queued' | 'failed' | 'cancelled',
    reasonCode: job.reasonCode ?? 'failed',
    reason: job.reason ?? '',
  })
  if (isTerminal(job))
    await c.record({
      projectId: job.projectId,
      event: job.state === 'cancelled' ? jobCancelled : jobFailed,
      subject: { kind: 'job', id: job.id },
      reason: job.reason ?? undefined,
      payload: { name: job.name, title: job.title },
    })
  c.wakeAfter({ topic: 'job', projectId: job.projectId, id: job.id })
  c.wakeAfter({ topic: job.subjectKind, projectId: job.projectId, id: job.subjectId })
}
