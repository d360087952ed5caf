import type { Job, PgBoss } from 'pg-boss'
import { isDatabaseAway } from '#server/kernel/errors.ts'
import { LANES, type Lane } from '#server/platform/define-job.ts'
import type { Kernel } from '#server/platform/kernel.ts'
import { keepPartitions } from '#server/platform/partitions.ts'
import { CANCELLATIONS, DEAD_LETTERS, SCHEDULES } from '#server/platform/queues.ts'
import type { JobHandler } from '../handler.ts'
import { adoptJobs } from './adopt-jobs.ts'
import { beginAttempt } from './begin-attempt.ts'
import {
  enqueueScheduled,
  type JobMessage,
  type ScheduleMessage,
  settleCancelled,
  settleDeadLetter,
} from './control.ts'
import { runAttempt, Stop } from './run-attempt.ts'
import type { Handlers } from './settle-job.ts'

/** Retries become due without a notification. */
const POLL_SECONDS = 2
const HEARTBEAT_REFRESH_SECONDS = 2
const MAINTENANCE_MS = 6 * 3_600_000
const STOP_MS = 5_000

export interface WorkerLoop {
  /** Takes no more jobs, returns the running ones to the queue, and resolves when they have stopped. */
  stop(): Promise<void>
}

/** Starts a pg-boss worker that fetches again as soon as its handler ends, so that a backlog does not wait for the polling interval. */
async function startWorker<T extends object>(
  boss: PgBoss,
  queue: string,
  options: { groupConcurrency?: number; heartbeatRefreshSeconds?: number },
  handle: (job: Job<T>) => Promise<void>,
): Promise<void> {
  let workerId: string | undefined
  workerId = await boss.work<T>(
    queue,
    {
      ...options,
      batchSize: 1,
      localConcurrency: 1,
      pollingIntervalSeconds: POLL_SECONDS,
      notifyPollingIntervalSeconds: POLL_SECONDS,
    },
    async ([job]) => {
      try {
        await handle(job!)
      } finally {
        if (workerId) boss.notifyWorker(workerId)
      }
    },
  )
}

/** Runs jobs delivered to this process and stops them by id. */
function createRunner(kernel: Kernel, handlers: Handlers, workerId: string) {
  const running = new Map<string, { controller: AbortController; done: Promise<void> }>()
  let stopped = false

  const run = async (delivery: Job<JobMessage>, controller: AbortController) => {
    const opened = await beginAttempt(kernel, handlers, delivery.id, delivery.retryCount + 1, workerId)
    if (!opened) return
    kernel.notifier.wake({ topic: 'job', projectId: opened.job.projectId, id: delivery.id })
    await runAttempt(kernel, handlers, opened, { id: delivery.id, retryCount: delivery.retryCount }, controller)
  }
  return {
    async deliver(delivery: Job<JobMessage>): Promise<void> {
      const controller = new AbortController()
      const lose = () => controller.abort(new Stop('lost'))
      delivery.signal.addEventListener('abort', lose, { once: true })
      if (stopped) controller.abort(new Stop('shutdown'))
      const done = run(delivery, controller).finally(() => {
        delivery.signal.removeEventListener('abort', lose)
        running.delete(delivery.id)
      })
      running.set(delivery.id, { controller, done })
      await done.catch(error => {
        if (!isDatabaseAway(error)) kernel.log.error({ err: error, jobId: delivery.id }, 'attempt could not be ended')
        throw error
      })
    },
    cancel: (id: string) => running.get(id)?.controller.abort(new Stop('cancelled')),
    async stop(): Promise<void> {
      stopped = true
      for (const { controller } of running.values()) controller.abort(new Stop('shutdown'))
      await Promise.allSettled([...running.values()].map(r => r.done))
    },
  }
}

/** Starts the workers of each lane in its own slots, so that short jobs never wait for training, and the workers of control messages. */
export async function startWorkerLoop(
  kernel: Kernel,
  workerId: string,
  slots: Record<Lane, number>,
  list: JobHandler[],
): Promise<WorkerLoop> {
  const handlers: Handlers = new Map(list.map(h => [h.definition.name, h]))
  const boss = await kernel.queue.openWorkers()
  const runner = createRunner(kernel, handlers, workerId)
  const unlisten = await kernel.notifier.listen(signal => {
    if (signal.topic === 'cancel' && signal.id) runner.cancel(signal.id)
  })
  await keepPartitions(kernel.db, kernel.env)
  await adoptJobs(kernel, handlers)

  const options = {
    heartbeatRefreshSeconds: HEARTBEAT_REFRESH_SECONDS,
    groupConcurrency: kernel.env.WORKER_PROJECT_CONCURRENCY,
  }
  for (const lane of LANES)
    for (let slot = 0; slot < slots[lane]; slot++) await startWorker<JobMessage>(boss, lane, options, runner.deliver)
  await startWorker<JobMessage>(boss, CANCELLATIONS, {}, job => settleCancelled(kernel, handlers, job.data.jobId))
  await startWorker<JobMessage>(boss, DEAD_LETTERS, {}, job => settleDeadLetter(kernel, handlers, job.data.jobId))
  await startWorker<ScheduleMessage>(boss, SCHEDULES, {}, job => enqueueScheduled(kernel, handlers, job))

  const partitions = setInterval(() => {
    keepPartitions(kernel.db, kernel.env).catch(error => {
      if (!isDatabaseAway(error)) kernel.log.error({ err: error }, 'partitions failed')
    })
  }, MAINTENANCE_MS)
  return {
    async stop() {
      clearInterval(partitions)
      const drained = [...LANES, CANCELLATIONS, DEAD_LETTERS, SCHEDULES].map(queue => boss.offWork(queue))
      await runner.stop()
      await Promise.allSettled(drained)
      await unlisten().catch(() => undefined)
      await boss.stop({ timeout: STOP_MS })
    },
  }
}
