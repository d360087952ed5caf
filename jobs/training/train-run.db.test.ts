import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { after, before, describe, it } from 'node:test'
import { loadPredictor } from '#ml/index.ts'
import type { Caller } from '#server/access/caller.ts'
import { newId } from '#server/kernel/ids.ts'
import { type TestKernel, testKernel } from '#server/kernel/testing.ts'
import { type LaunchInput, launchInput } from '#server/training/contract.ts'
import { launchExperiment, showExperiment, showRun } from '#server/training/index.ts'
import { addData } from '#server/training/testing.ts'
import { handlers } from '../handlers.ts'
import { startWorkerLoop, type WorkerLoop } from '../runtime/worker-loop.ts'

let kernel: TestKernel
let loop: WorkerLoop
let caller: Caller

before(async () => {
  kernel = await testKernel()
  kernel.log.level = 'fatal'
  loop = await startWorkerLoop(kernel, newId(), { interactive: 2, compute: 2, maintenance: 1 }, handlers)
  caller = { actor: { kind: 'user', id: newId() }, scope: await kernel.project(), role: 'engineer' }
  const csv = (await readFile('bin/sample-data/bike-sharing-hourly.csv', 'utf8')).split('\n').slice(0, 1500).join('\n')
  await addData(kernel, caller, 'bikes', csv, { target: 'cnt', time: 'dteday' })
})
after(async () => {
  await loop.stop()
  await kernel.close()
})

const launch = (input: Partial<LaunchInput>) =>
  launchExperiment(kernel, caller, launchInput.parse({ data: 'bikes', target: 'cnt', ...input }))

/** Waits for what the database says, not for a time. */
async function ended(experiment: string) {
  for (let i = 0; i < 4000; i++) {
    const shown = await showExperiment(kernel, caller, experiment)
    if (shown.status !== 'running') return shown
    await new Promise(resolve => setTimeout(resolve, 25))
  }
  throw new Error('the experiment did not end')
}

describe('training', () => {
  it('launch → every run done, measured, explained, with a model that loads', async () => {
    const launched = await launch({ ignore: ['casual', 'registered'] })
    assert.equal(launched.status, 'running')
    const shown = await ended(launched.experiment)
    assert.deepEqual(
      shown.items.filter(r => r.status !== 'done').map(r => [r.name, r.reason]),
      [],
    )
    assert.equal(shown.best!.trainer === 'baseline', false)
    for (const item of shown.items) {
      const run = await showRun(kernel, caller, item.run)
      assert.ok(run.metrics.rmse! > 0)
      assert.ok(run.intervals.rmse!.low! <= run.metrics.rmse!)
      assert.ok(run.recipe.length > 3)
      assert.ok(run.peakMemoryBytes! > 20e6)
      const { bundle } = loadPredictor(await kernel.blobs.readAll(run.digest!))
      assert.equal(bundle.trainer, run.trainer)
    }
  })
})
