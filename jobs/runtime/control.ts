import type { Job } from 'pg-boss'
import { nowDate } from '#server/kernel/clock.ts'
import { systemActor } from '#server/kernel/scope.ts'
import { cancelIdle, deadLetterJob, hasJob, isTerminal, lockJob } from '#server/platform/attempts.ts'
import { change } from '#server/platform/change.ts'
import type { Kernel } from '#server/platform/kernel.ts'
import { isArchived } from '#server/platform/projects.ts'
import { startSchedule } from '#server/platform/schedules.ts'
import { type Handlers, settleSubject, worker } from './settle-job.ts'

export interface JobMessage {
  jobId: string
}
export interface ScheduleMessage {
  scheduleId: string
}

/**
 * Ends a job to be cancelled that no attempt works on. Throws while a worker runs it, so that pg-boss retries until that worker ended it
 * or lost its heartbeat.
 */
export async function settleCancelled(kernel: Kernel, handlers: Handlers, jobId: string): Promise<void> {
  await change(kernel, worker, async c => {
    const job = await lockJob(c.tx, jobId)
    if (!job?.cancelRequestedAt || isTerminal(job)) return
    if (job.state === 'running' && (await c.queue.isDelivered(c.tx, job)))
      throw new Error(`Job ${jobId} is running; its worker cancels it.`)
    await c.queue.remove(c.tx, job)
    await settleSubject(c, handlers, await cancelIdle(c.tx, job))
  })
}

/** Records a dead letter. Fails job and subject if the last attempt was lost, because no worker did. */
export async function settleDeadLetter(kernel: Kernel, handlers: Handlers, jobId: string): Promise<void> {
  await change(kernel, worker, async c => {
    const job = await lockJob(c.tx, jobId)
    if (!job) return
    const after = await deadLetterJob(c.tx, job)
    if (!isTerminal(job)) await settleSubject(c, handlers, after)
    kernel.log.warn({ jobId, job: job.name, state: after.state }, 'dead letter')
    c.wakeAfter({ topic: 'job', projectId: job.projectId, id: job.id })
  })
}

/** Enqueues the job of a due schedule. The job has the id of the message, so a repeated delivery creates no second one. */
export async function enqueueScheduled(kernel: Kernel, handlers: Handlers, due: Job<ScheduleMessage>): Promise<void> {
  await change(kernel, systemActor('scheduler'), async c => {
    const schedule = await startSchedule(c.tx, due.data.scheduleId, nowDate(kernel.clock))
    if (!schedule) return c.queue.unschedule(c.tx, due.data.scheduleId)
    // It keeps its times and goes on when the project is restored.
    if (await isArchived(c.tx, schedule.projectId)) return
    const handler = handlers.get(schedule.job)
    if (!handler || (await hasJob(c.tx, due.id))) return
    await c.enqueue(handler.definition, {
      id: due.id,
      projectId: schedule.projectId,
      title: schedule.name,
      subject: { kind: schedule.subjectKind, id: schedule.subjectId },
      payload: schedule.payload,
    })
  })
}
