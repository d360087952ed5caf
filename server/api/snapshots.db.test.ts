import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { sql } from 'drizzle-orm'
import type { Caller } from '#server/access/caller.ts'
import { listDatasets, showDataset, showExpectations } from '#server/data/index.ts'
import { AppError } from '#server/kernel/errors.ts'
import { newId } from '#server/kernel/ids.ts'
import { listMonitors, readStatus } from '#server/monitoring/index.ts'
import { listJobs, readQueues, readTimeline, showJob } from '#server/orchestration/index.ts'
import type { Kernel } from '#server/platform/kernel.ts'
import { readSnapshot } from '#server/platform/read-snapshot.ts'
import { type TestKernel, testKernel } from '#server/platform/testing.ts'
import { listModels, showModel } from '#server/registry/index.ts'
import { listEndpoints, showEndpoint } from '#server/serving/index.ts'
import { compareRuns, listExperiments, showExperiment, showRun } from '#server/training/index.ts'

let kernel: TestKernel
let caller: Caller
before(async () => {
  kernel = await testKernel()
  caller = { actor: { kind: 'user', id: newId() }, scope: await kernel.project(), role: 'owner' }
})
after(() => kernel.close())

/** A database that only opens transactions: a read beside the snapshot fails. */
const onlySnapshots = (real: Kernel): Kernel =>
  Object.create(real, {
    db: {
      value: new Proxy(real.db, {
        get(db, name) {
          if (name !== 'transaction') throw new Error(`${String(name)} outside of the snapshot`)
          return db.transaction.bind(db)
        },
      }),
    },
  }) as Kernel

describe('pages and commands that read several tables', () => {
  it('see one moment, whatever is written meanwhile', async () => {
    const count = async (db: Kernel['db']) =>
      Number(((await db.execute(sql`SELECT count(*) AS n FROM projects`)) as unknown as { n: string }[])[0]!.n)
    const [first, second] = await readSnapshot(kernel, async snapshot => {
      const before = await count(snapshot.db)
      await kernel.project()
      return [before, await count(snapshot.db)]
    })
    assert.equal(first, second)
    assert.equal(await count(kernel.db), second! + 1)
    await assert.rejects(
      readSnapshot(kernel, ({ db }) => db.execute(sql`DELETE FROM projects`)),
      'a snapshot is read only',
    )
  })

  const id = newId()
  const reads: Record<string, (k: Kernel) => Promise<unknown>> = {
    experiments: k => listExperiments(k, caller),
    experiment: k => showExperiment(k, caller, 'none'),
    run: k => showRun(k, caller, id),
    comparison: k => compareRuns(k, caller, [id, newId()]),
    monitors: k => listMonitors(k, caller),
    'monitor status': k => readStatus(k, caller, { endpoint: 'none', grain: 'month' }),
    datasets: k => listDatasets(k, caller),
    dataset: k => showDataset(k, caller, 'none'),
    expectations: k => showExpectations(k, caller, 'none'),
    models: k => listModels(k, caller),
    model: k => showModel(k, caller, 'none'),
    endpoints: k => listEndpoints(k, caller),
    endpoint: k => showEndpoint(k, caller, 'none'),
    jobs: k => listJobs(k, caller, { limit: 10 }),
    job: k => showJob(k, caller, id),
    timeline: k => readTimeline(k, caller, { minutes: 60 }),
    queues: k => readQueues(k, caller, { hours: 24 }),
  }
  for (const [name, read] of Object.entries(reads))
    it(`${name}: one snapshot`, async () => {
      await read(onlySnapshots(kernel)).catch((error: unknown) => {
        // What does not exist is looked for in the snapshot too.
        if (!(error instanceof AppError && error.code === 'not_found')) throw error
      })
    })
})
