import { authorize, type Caller } from '#server/access/caller.ts'
import { findBlockingJobs } from '#server/platform/deliveries.ts'
import type { Kernel } from '#server/platform/kernel.ts'
import { findDeadLetters, readQueueStats } from '#server/platform/read-queue-stats.ts'
import { readSnapshot } from '#server/platform/read-snapshot.ts'
import type { Percentiles, QueueOverview, QueueSummary } from './contract.ts'
import { summarizeJobs } from './read-jobs.ts'

const MAX_DEAD_LETTERS = 200

const toPercentiles = (values: number[] | null): Percentiles | null =>
  values?.[0] == null ? null : { p50: values[0], p95: values[1]!, p99: values[2]! }

/** Returns depth, results, wait and run times of each queue of the project, and its dead letters. */
export async function readQueues(kernel: Kernel, caller: Caller, input: { hours: number }): Promise<QueueOverview> {
  await authorize(kernel, caller, 'orchestration:read')
  const [stats, dead] = await readSnapshot(kernel, ({ db }) =>
    Promise.all([readQueueStats(db, caller.scope, input.hours), findDeadLetters(db, caller.scope, MAX_DEAD_LETTERS)]),
  )
  const summary = await summarizeJobs(kernel, caller, dead)
  const ids = dead.map(job => job.id)
  const blocking = await findBlockingJobs(kernel.db, caller.scope, ids)
  return {
    hours: input.hours,
    queues: stats.map(({ lane, waitSeconds, runSeconds, ...counts }) => ({
      lane: lane as QueueSummary['lane'],
      ...counts,
      waitSeconds: toPercentiles(waitSeconds),
      runSeconds: toPercentiles(runSeconds),
    })),
    deadLetters: dead.map(job => ({ ...summary(job), blocksEvent: blocking.has(job.id) })),
  }
}
