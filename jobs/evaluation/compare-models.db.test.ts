import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { eq, sql } from 'drizzle-orm'
import { evaluations } from '#db/schema/evaluation.ts'
import { runs } from '#db/schema/training.ts'
import type { Caller } from '#server/access/caller.ts'
import { compareModels, evaluateBoth, showEvaluation, startEvaluation } from '#server/evaluation/index.ts'
import { newId } from '#server/kernel/ids.ts'
import { type TestKernel, testKernel } from '#server/platform/testing.ts'
import { launchInput } from '#server/training/contract.ts'
import { launchExperiment, showExperiment } from '#server/training/index.ts'
import { addData } from '#server/training/testing.ts'
import { handlers } from '../handlers.ts'
import { startWorkerLoop, type WorkerLoop } from '../runtime/worker-loop.ts'
import { until } from '../training/testing.ts'

let kernel: TestKernel
let caller: Caller
let loop: WorkerLoop
/** Runs: a linear model and a baseline on v1 (400 rows), a linear model on v2 (those and 400 more). */
let old: string
let weak: string
let newer: string

const rowsOf = (from: number, to: number) =>
  Array.from({ length: to - from }, (_, k) => {
    const i = from + k
    const x = ((i * 7919) % 1009) / 10
    return `${i},${x},${(i * 31) % 13},${3 * x + ((i * 53) % 41)}`
  })
const csv = (rows: string[]) => `id,x,z,y\n${rows.join('\n')}\n`

async function train(data: string, name: string, trainer: string): Promise<string> {
  const input = { data, target: 'y', name, trainers: [trainer], trials: 1, ignore: ['id'] }
  await launchExperiment(kernel, caller, launchInput.parse(input))
  const shown = await until(async () => {
    const now = await showExperiment(kernel, caller, name)
    return now.status !== 'running' && now
  }, 'the end of the experiment')
  return shown.items.at(-1)!.id
}
const ends = (id: string) =>
  until(async () => {
    const seen = await showEvaluation(kernel, caller, id)
    return seen.state !== 'queued' && seen.state !== 'running' && seen
  }, 'the end of the evaluation')

before(async () => {
  kernel = await testKernel()
  kernel.log.level = 'fatal'
  caller = { actor: { kind: 'user', id: newId() }, scope: await kernel.project(), role: 'engineer' }
  loop = await startWorkerLoop(kernel, newId(), { interactive: 2, compute: 1, maintenance: 1 }, handlers)
  await addData(kernel, caller, 'shop', csv(rowsOf(0, 400)))
  old = await train('shop@1', 'one', 'linear')
  weak = await train('shop@1', 'one', 'baseline')
  await addData(kernel, caller, 'shop', csv(rowsOf(0, 800)))
  newer = await train('shop@2', 'two', 'linear')
})
after(async () => {
  await loop.stop()
  await kernel.close()
})

describe('rows that a model was trained on', () => {
  it('are counted on the version it was trained on and on others, and the rest is measured apart', async () => {
    const same = await ends((await startEvaluation(kernel, caller, { run: old, data: 'shop@1' })).id)
    assert.deepEqual([same.state, same.rows, same.rowsSeen, same.seenInTraining], ['succeeded', 400, 320, true])
    const grown = await ends((await startEvaluation(kernel, caller, { run: old, data: 'shop@2' })).id)
    assert.deepEqual([grown.rows, grown.rowsSeen, grown.seenInTraining], [800, 320, true])
    assert.equal(grown.unseen!.rows, 480)
    assert.ok(grown.unseen!.intervals.rmse!.value! > 0)
    await addData(kernel, caller, 'fresh', csv(rowsOf(5000, 5100)))
    const fresh = await ends((await startEvaluation(kernel, caller, { run: old, data: 'fresh' })).id)
    assert.deepEqual([fresh.rows, fresh.rowsSeen, fresh.seenInTraining, fresh.unseen], [100, 0, false, null])
  })
})

describe('two models', () => {
  it('of one version are compared on their validation rows at once', async () => {
    const found = await compareModels(kernel, caller, { base: weak, other: old })
    assert.deepEqual([found.state, found.dataset, found.version, found.rows], ['compared', 'shop', 1, 80])
    const rmse = found.metrics.find(m => m.name === 'rmse')!
    assert.equal(rmse.verdict, 'better')
    assert.ok(rmse.differenceHigh! < 0 && rmse.value! < rmse.reference!)
  })

  it('of two versions have no verdict until both are evaluated on common rows, which neither was trained on', async () => {
    const before = await compareModels(kernel, caller, { base: weak, other: newer })
    assert.deepEqual([before.state, before.code, before.metrics], ['unknown', 'not_evaluated', []])
    assert.deepEqual([before.base.source, before.other.source, before.version], [null, 'validation', 2])
    const { started, dataset, version } = await evaluateBoth(kernel, caller, { base: weak, other: newer })
    assert.deepEqual([dataset, version, started.length], ['shop', 2, 1], 'only the one that has none')
    assert.equal((await evaluateBoth(kernel, caller, { base: weak, other: newer })).started.length, 0)
    await ends(started[0]!.id)
    const found = await compareModels(kernel, caller, { base: weak, other: newer })
    assert.equal(found.state, 'compared')
    assert.ok(found.rowsTrainedOn > 30 && found.rows! + found.rowsTrainedOn === 160, JSON.stringify(found))
    assert.equal(found.metrics.find(m => m.name === 'rmse')!.verdict, 'better')
  })

  it('one of which is older than stored predictions have no verdict on its own rows', async () => {
    await kernel.db
      .update(runs)
      .set({ result: sql`${runs.result} - 'scores'` })
      .where(eq(runs.id, weak))
    await kernel.db
      .update(evaluations)
      .set({ result: sql`${evaluations.result} - 'scores'` })
      .where(eq(evaluations.runId, weak))
    const before = await compareModels(kernel, caller, { base: weak, other: old })
    assert.deepEqual([before.state, before.code], ['unknown', 'not_evaluated'])
    const { started } = await evaluateBoth(kernel, caller, { base: weak, other: old })
    await ends(started[0]!.id)
    const found = await compareModels(kernel, caller, { base: weak, other: old })
    assert.deepEqual([found.state, found.code], ['unknown', 'unknown_training_rows'])
  })
})
