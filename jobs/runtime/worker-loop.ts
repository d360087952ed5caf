import { nowDate } from '#server/kernel/clock.ts'
import { isDatabaseAway } from '#server/kernel/errors.ts'
import { systemActor } from '#server/kernel/scope.ts'
import { jobCancelled } from '#server/orchestration/events.ts'
import { claimNext, type JobRow, LEASE_SECONDS, reapLost, settleCancelled } from '#server/platform/attempts.ts'
import { change } from '#server/platform/change.ts'
import { LANES, type Lane } from '#server/platform/define-job.ts'
import { writeEvent } from '#server/platform/events.ts'
import type { Kernel } from '#server/platform/kernel.ts'
import { keepPartitions } from '#server/platform/partitions.ts'
import { takeDue } from '#server/platform/schedules.ts'
import type { JobHandler } from '../handler.ts'
import { runAttempt, Stop } from './run-attempt.ts'

const POLL_MS = 2_000
const MAINTENANCE_MS = 6 * 3_600_000

export interface WorkerLoop {
  /** Stops claiming, gives back what runs (it is tried again elsewhere), and resolves when nothing of it is left. */
  stop(): Promise<void>
}

/** Claims jobs for the free slots of each lane: at once on a wake-up, and every 2 s whatever happened to the wake-ups. */
export async function startWorkerLoop(
  kernel: Kernel,
  workerId: string,
  slots: Record<Lane, number>,
  list: JobHandler[],
): Promise<WorkerLoop> {
  const handlers = new Map(list.map(h => [h.definition.name, h]))
  const running = new Map<string, { lane: Lane; controller: AbortController; done: Promise<void> }>()
  const filling = new Map<Lane, Promise<void>>()
  const again = new Set<Lane>()
  let stopped = false

  const free = (lane: Lane) => slots[lane] - [...running.values()].filter(r => r.lane === lane).length

  const fillOnce = async (lane: Lane) => {
    while (!stopped && free(lane) > 0) {
      const claim = await claimNext(kernel.db, lane, workerId)
      if (!claim) return
      const controller = new AbortController()
      const done = runAttempt(kernel, handlers.get(claim.job.name), claim, controller)
        .catch(error =>
          kernel.log.error({ err: error, jobId: claim.job.id }, 'attempt could not be ended; its lease will'),
        )
        .finally(() => {
          running.delete(claim.job.id)
          fill(lane)
        })
      running.set(claim.job.id, { lane, controller, done })
      kernel.notifier.wake({ topic: 'job', projectId: claim.job.projectId, id: claim.job.id })
    }
  }
  /** One filler per lane; a wake-up during it makes it look once more. */
  const fill = (lane: Lane) => {
    if (stopped) return
    if (filling.has(lane)) return void again.add(lane)
    const work = (async () => {
      do {
        again.delete(lane)
        await fillOnce(lane)
      } while (again.has(lane) && !stopped)
    })()
      .catch(error => {
        if (!isDatabaseAway(error)) kernel.log.error({ err: error }, 'claiming failed')
      })
      .finally(() => filling.delete(lane))
    filling.set(lane, work)
  }

  const settleSubject = async (tx: Parameters<NonNullable<JobHandler['settle']>>[0], job: JobRow) =>
    handlers.get(job.name)?.settle?.(tx, job, {
      state: job.state as 'queued' | 'failed' | 'cancelled',
      reasonCode: job.reasonCode ?? 'worker_lost',
      reason: job.reason ?? '',
    })

  let cancelling: Promise<void> | undefined
  /** Ends queued jobs that somebody cancelled, with their subjects. One at a time; a wake-up during it is made up for by the poll. */
  const endCancelled = () => {
    cancelling ??= settleCancelled(kernel.db, async (tx, job) => {
      await settleSubject(tx, job)
      await writeEvent(tx, systemActor('worker'), jobCancelled, {
        projectId: job.projectId,
        id: job.id,
        reason: job.reason ?? undefined,
        payload: { name: job.name, title: job.title },
      })
    })
      .then(ended => {
        for (const job of ended) kernel.notifier.wake({ topic: 'job', projectId: job.projectId, id: job.id })
        if (ended.length > 0) kernel.notifier.wake({ topic: 'events' })
      })
      .finally(() => {
        cancelling = undefined
      })
    return cancelling
  }

  const every = (ms: number, name: string, work: () => Promise<void>) => {
    let busy = false
    const timer = setInterval(() => {
      if (busy || stopped) return
      busy = true
      work()
        .catch(error => {
          if (!isDatabaseAway(error)) kernel.log.error({ err: error }, `${name} failed`)
        })
        .finally(() => {
          busy = false
        })
    }, ms)
    return () => clearInterval(timer)
  }

  const unlisten = await kernel.notifier.listen(
    signal => {
      const lane = LANES.find(l => signal.topic === `lane:${l}`)
      if (lane) fill(lane)
      if (signal.topic !== 'cancel' || !signal.id) return
      const mine = running.get(signal.id)
      if (mine) mine.controller.abort(new Stop('cancelled'))
      else if (!stopped)
        void endCancelled().catch(error => kernel.log.debug({ err: error }, 'cancelled jobs are ended by the poll'))
    },
    () => LANES.forEach(fill),
  )
  const timers = [
    every(POLL_MS, 'polling', async () => {
      await endCancelled()
      for (const lane of LANES) {
        await kernel.queue.takeWakeUps(lane, 100)
        fill(lane)
      }
    }),
    every((LEASE_SECONDS * 1000) / 3, 'reaping', async () => {
      for (const job of await reapLost(kernel.db, settleSubject)) {
        kernel.log.warn({ jobId: job.id, state: job.state }, 'attempt lost')
        if (job.state === 'queued') await change(kernel, systemActor('reaper'), c => c.requeue(job))
        kernel.notifier.wake({ topic: 'job', projectId: job.projectId, id: job.id })
        kernel.notifier.wake({ topic: job.subjectKind, projectId: job.projectId, id: job.subjectId })
      }
    }),
    every(5_000, 'scheduling', async () => {
      await change(kernel, systemActor('scheduler'), async c => {
        for (const due of await takeDue(c.tx, nowDate(kernel.clock))) {
          const handler = handlers.get(due.job)
          if (handler)
            await c.enqueue(handler.definition, {
              projectId: due.projectId,
              title: due.name,
              subject: { kind: due.subjectKind, id: due.subjectId },
              payload: due.payload,
            })
        }
      })
    }),
    every(MAINTENANCE_MS, 'partitions', async () => {
      await keepPartitions(kernel.db, kernel.env)
    }),
  ]
  await keepPartitions(kernel.db, kernel.env)
  LANES.forEach(fill)

  return {
    async stop() {
      stopped = true
      for (const stop of timers) stop()
      await Promise.allSettled([...filling.values(), cancelling])
      for (const { controller } of running.values()) controller.abort(new Stop('shutdown'))
      await Promise.allSettled([...running.values()].map(r => r.done))
      await unlisten().catch(() => undefined)
    },
  }
}
