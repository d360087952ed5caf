import { z } from 'zod'
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

const job = defineJob({
  name: 'bench.nothing',
  lane: 'interactive',
  payload: z.object({ v: z.literal(1) }),
  attemptsAllowed: 1,
})

/** From the commit of the change that asks for a job until its handler runs, one job at a time, on a real database. */
async function pickUps(): Promise<number[]> {
  const kernel = await testKernel({ LOG_LEVEL: 'fatal' })
  const scope = await kernel.project()
  // Asked for by another process's kernel, as the web process does it.
  const asker = await openKernel('command', { ...process.env, FLEXIML_HOME: kernel.home, DATABASE_URL: kernel.url })
  let started: (() => void) | undefined
  const handler = defineHandler({ definition: job, run: async () => started?.() })
  const loop = await startWorkerLoop(kernel, newId(), { interactive: 1, compute: 1, maintenance: 1 }, [handler])
  const took: number[] = []
  try {
    for (let i = 0; i < TIMES; i++) {
      const running = new Promise<void>(resolve => {
        started = resolve
      })
      await change(asker, systemActor('bench'), c =>
        c.enqueue(job, {
          projectId: scope.projectId,
          title: 'Nothing',
          subject: { kind: 'bench', id: newId() },
          payload: { v: 1 },
        }),
      )
      const committed = performance.now()
      await running
      took.push(performance.now() - committed)
      // Not in step with the notifier's interval.
      await new Promise(resolve => setTimeout(resolve, 7 + (i % 13) * 5))
    }
  } finally {
    await loop.stop()
    await asker.close()
    await kernel.close()
  }
  return took.sort((a, b) => a - b)
}

let measured: ReturnType<typeof pickUps> | undefined
const row = (name: string, share: number, goal?: BenchRow['goal']): BenchRow => ({
  row: `jobs/pickup-${name}`,
  unit: 'ms',
  better: 'less',
  goal,
  async measure() {
    measured ??= pickUps()
    return { ours: { samples: [(await measured)[Math.floor(TIMES * share)]!], answer: `${TIMES} jobs, one at a time` } }
  },
})

export const rows: BenchRow[] = [row('p50', 0.5, { value: 20 }), row('p99', 0.99)]
