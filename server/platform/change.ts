import type { Tx } from '#db/client.ts'
import type { Actor, ProjectScope } from '#server/kernel/scope.ts'
import { type JobRow, requestCancel } from './attempts.ts'
import type { JobDefinition } from './define-job.ts'
import type { Kernel } from './kernel.ts'
import { type Link, writeLinks } from './links.ts'
import type { Signal } from './notifier.ts'
import type { NewJob, Queue } from './queue.ts'
import { createRecorder, type Recorder } from './record.ts'

/** One transaction of a use case: its writes, events, audit, links and jobs are committed together; signals are sent after the commit. */
export interface Change {
  tx: Tx
  queue: Queue
  actor: Actor
  record: Recorder
  /** Writes links of several subjects; links of one subject are written with its record. */
  link(projectId: string, links: Link[]): Promise<void>
  // biome-ignore lint/suspicious/noExplicitAny: a definition of any payload; the payload is checked against it
  enqueue(definition: JobDefinition<any>, job: NewJob): Promise<JobRow>
  /**
   * Requests that a queued or running job end as cancelled; its handler's `settle` moves the subject. Returns undefined if it had ended.
   */
  cancelJob(scope: ProjectScope, jobId: string): Promise<JobRow | undefined>
  /** Sends a signal after the commit. */
  wakeAfter(signal: Signal): void
}

export async function change<T>(kernel: Kernel, actor: Actor, work: (change: Change) => Promise<T>): Promise<T> {
  const signals: Signal[] = []
  const result = await kernel.db.transaction(tx =>
    work({
      tx,
      actor,
      queue: kernel.queue,
      record: createRecorder(tx, actor, signals),
      link: (projectId, links) => writeLinks(tx, projectId, links),
      async enqueue(definition, job) {
        const row = await kernel.queue.enqueue(tx, actor, definition, job)
        signals.push({ topic: 'job', projectId: row.projectId, id: row.id })
        return row
      },
      async cancelJob(scope, jobId) {
        const job = await requestCancel(tx, scope, jobId)
        if (!job) return undefined
        await kernel.queue.requestCancel(tx, job)
        signals.push({ topic: 'cancel', id: job.id }, { topic: 'job', projectId: job.projectId, id: job.id })
        return job
      },
      wakeAfter: signal => void signals.push(signal),
    }),
  )
  for (const signal of signals) kernel.notifier.wake(signal)
  return result
}
