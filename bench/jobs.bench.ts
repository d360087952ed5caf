import { PgBoss } from 'pg-boss'
import { z } from 'zod'
import { testDatabase } from '#db/testing.ts'
import { defineHandler } from '#jobs/handler.ts'
import { startWorkerLoop } from '#jobs/runtime/worker-loop.ts'
import { newId } from '#server/kernel/ids.ts'
import { systemActor } from '#server/kernel/scope.ts'
import { change } from '#server/platform/change.ts'
import { defineJob } from '#server/platform/define-job.ts'
import { openKernel } from '#server/platform/kernel.ts'
import { testKernel } from '#server/platform/testing.ts'
import type { BenchRow } from './harness.ts'

const TIMES = 300
const BACKLOG = 300

const job = defineJob({
  name: 'bench.nothing',
  lane: 'interactive',
  payload: z.object({ v: z.literal(1) }),
  attemptsAllowed: 1,
})

interface Delivered {
  /** From the commit of the change that enqueues a job until its handler runs, one job at a time, sorted. */
  pickupsMs: number[]
  /** From one job of a backlog to the next in one slot, sorted. */
  gapsMs: number[]
}

/** Measures a queue: `send` enqueues and commits one job, `start` lets the worker run, `onRun` is called by each handler. */
async function measureQueue(
  send: () => Promise<void>,
  start: (onRun: () => void) => Promise<void>,
): Promise<Delivered> {
  for (let i = 0; i < BACKLOG; i++) await send()
  const runs: number[] = []
  let waiting: (() => void) | undefined
  const drained = new Promise<void>(resolve => {
    waiting = () => runs.length >= BACKLOG && resolve()
  })
  await start(() => {
    runs.push(performance.now())
    waiting?.()
  })
  await drained
  const gapsMs = runs.slice(1).map((at, i) => at - runs[i]!)
  const pickupsMs: number[] = []
  for (let i = 0; i < TIMES; i++) {
    const running = new Promise<void>(resolve => {
      waiting = resolve
    })
    await send()
    const committed = performance.now()
    await running
    pickupsMs.push(Math.max(0, runs.at(-1)! - committed))
    // Not in step with any interval.
    await new Promise(resolve => setTimeout(resolve, 7 + (i % 13) * 5))
  }
  const ascending = (a: number, b: number) => a - b
  return { pickupsMs: pickupsMs.sort(ascending), gapsMs: gapsMs.sort(ascending) }
}

async function measureOurs(): Promise<Delivered> {
  const kernel = await testKernel({ LOG_LEVEL: 'fatal' })
  const scope = await kernel.project()
  // The kernel of another process enqueues, as the web process does it.
  const sender = await openKernel('command', { ...process.env, FLEXIML_HOME: kernel.home, DATABASE_URL: kernel.url })
  let loop: Awaited<ReturnType<typeof startWorkerLoop>> | undefined
  const subject = { kind: 'bench', id: newId() }
  try {
    return await measureQueue(
      async () => {
        await change(sender, systemActor('bench'), c =>
          c.enqueue(job, { projectId: scope.projectId, title: 'Nothing', subject, payload: { v: 1 } }),
        )
      },
      async onRun => {
        const handler = defineHandler({ definition: job, run: async () => onRun() })
        loop = await startWorkerLoop(kernel, newId(), { interactive: 1, compute: 1, maintenance: 1 }, [handler])
      },
    )
  } finally {
    await loop?.stop()
    await sender.close()
    await kernel.close()
  }
}

/** pg-boss without attempts, records and reservations of ours, with the same options. */
async function measureBare(): Promise<Delivered> {
  const database = await testDatabase()
  const options = { connectionString: database.url, schedule: false, useListenNotify: true }
  const [sender, receiver] = [new PgBoss(options), new PgBoss(options)]
  await sender.start()
  await receiver.start()
  await sender.createQueue('bare', { notify: true, heartbeatSeconds: 10 })
  try {
    return await measureQueue(
      async () => void (await sender.send('bare', { v: 1 })),
      async onRun => {
        let id: string | undefined
        id = await receiver.work('bare', async () => {
          onRun()
          if (id) receiver.notifyWorker(id)
        })
      },
    )
  } finally {
    await receiver.stop({ graceful: false })
    await sender.stop({ graceful: false })
    await database.close()
  }
}

let measured: Promise<{ ours: Delivered; bare: Delivered }> | undefined
const measureBoth = async () => {
  const bare = await measureBare()
  return { ours: await measureOurs(), bare }
}
const at = (sorted: number[], share: number) => sorted[Math.floor(sorted.length * share)]!

const row = (what: keyof Delivered, share: number, goal: number): BenchRow => ({
  row: `jobs/${what === 'pickupsMs' ? 'pickup' : 'backlog-gap'}-p${share * 100}`,
  unit: 'ms',
  better: 'less',
  goal: { value: goal },
  async measure() {
    measured ??= measureBoth()
    const { ours, bare } = await measured
    const answer = what === 'pickupsMs' ? `${TIMES} jobs, one at a time` : `${BACKLOG} jobs in one slot`
    return {
      ours: { samples: [at(ours[what], share)], answer },
      peers: { 'bare pg-boss': { samples: [at(bare[what], share)], answer, version: '12.38.0' } },
    }
  },
})

export const rows: BenchRow[] = [row('pickupsMs', 0.5, 8), row('pickupsMs', 0.99, 50), row('gapsMs', 0.5, 5)]
