import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { eq, sql } from 'drizzle-orm'
import { runs } from '#db/schema/training.ts'
import { loadPredictor } from '#ml/node.ts'
import type { Caller } from '#server/access/caller.ts'
import { newId } from '#server/kernel/ids.ts'
import { type TestKernel, testKernel } from '#server/platform/testing.ts'
import { type LaunchInput, launchInput } from '#server/training/contract.ts'
import { compareRuns, launchExperiment, readLaunchOptions, showExperiment, showRun } from '#server/training/index.ts'
import { addData } from '#server/training/testing.ts'
import { handlers } from '../handlers.ts'
import { startWorkerLoop, type WorkerLoop } from '../runtime/worker-loop.ts'
import { until } from './testing.ts'

let kernel: TestKernel
let caller: Caller
let loop: WorkerLoop

before(async () => {
  kernel = await testKernel()
  kernel.log.level = 'fatal'
  caller = { actor: { kind: 'user', id: newId() }, scope: await kernel.project(), role: 'engineer' }
  loop = await startWorkerLoop(kernel, newId(), { interactive: 2, compute: 1, maintenance: 1 }, handlers)
  await addData(kernel, caller, 'loans', loans)
})
after(async () => {
  await loop.stop()
  await kernel.close()
})

/** 4 % bad ones, which income tells apart somewhat; `good` would be the positive class by its name. */
const loans = `income,age,loan\n${Array.from({ length: 1000 }, (_, i) => {
  const isBad = i % 25 === 0
  return `${isBad ? 20 + (i % 30) : 30 + ((i * 7) % 60)},${20 + ((i * 13) % 50)},${isBad ? 'bad' : 'good'}`
}).join('\n')}\n`

async function train(input: Partial<LaunchInput> & Pick<LaunchInput, 'data' | 'target' | 'name'>) {
  await launchExperiment(kernel, caller, launchInput.parse(input))
  return until(async () => {
    const shown = await showExperiment(kernel, caller, input.name!)
    return shown.status !== 'running' && shown
  }, 'the end of the experiment')
}

describe('the positive class', () => {
  it('is the rarer one by default, is named by the run, and the model keeps it', async () => {
    const options = await readLaunchOptions(kernel, caller, { data: 'loans', target: 'loan' })
    assert.deepEqual(options.classes, [
      { name: 'good', label: 'good', rows: 960 },
      { name: 'bad', label: 'bad', rows: 40 },
    ])
    assert.equal(options.positive, 'bad')
    const shown = await train({ data: 'loans', target: 'loan', name: 'rare', trainers: ['linear'], trials: 1 })
    const run = await showRun(kernel, caller, shown.items[0]!.id)
    assert.equal(run.positive, 'bad')
    assert.deepEqual(loadPredictor(await kernel.blobs.readAll(run.digest!)).classes, ['good', 'bad'])
    assert.ok(run.metrics.pr_auc! < 0.9, 'of the rare class')
    assert.equal(shown.positive, 'bad')
  })

  it('can be chosen; an experiment has one', async () => {
    const base = { data: 'loans', target: 'loan', trainers: ['baseline'], trials: 1 }
    const shown = await train({ ...base, name: 'chosen', positive: 'good' })
    assert.equal(shown.items[0]!.positive, 'good')
    await assert.rejects(train({ ...base, name: 'chosen', positive: 'bad' }), /positive class \(good\)/)
    await assert.rejects(train({ ...base, name: 'none', positive: 'ugly' }), /no class “ugly”/)
    await assert.rejects(
      train({ ...base, name: 'none', target: 'age', positive: 'bad' }),
      /needs a target of two classes/,
    )
    const more = await train({ ...base, name: 'chosen', seed: 1 })
    assert.equal(more.items.at(-1)!.positive, 'good')
  })

  it('of an experiment from before the choice stays what it was', async () => {
    const base = { data: 'loans', target: 'loan', trainers: ['baseline'], trials: 1, name: 'old' }
    await train(base)
    await kernel.db.execute(sql`UPDATE experiments SET settings = settings - 'positive' WHERE name = 'old'`)
    const more = await train({ ...base, seed: 1 })
    assert.equal(more.items.at(-1)!.positive, 'good')
  })
})

describe('what the validation rows or the predictions lack', () => {
  it('a model that predicts one class only is flagged', async () => {
    const shown = await train({ data: 'loans', target: 'loan', name: 'blind', trainers: ['baseline'], trials: 1 })
    const [warning] = shown.items[0]!.classWarnings
    assert.deepEqual(warning, { code: 'predicts_one_class', facts: { class: 'good', rows: 200, missed: 8 } })
    assert.equal(shown.best!.predictsOneClass, true, 'no headline')
  })

  it('one row of a class gives wide intervals and a warning, not a certain 1', async () => {
    const rows = Array.from(
      { length: 240 },
      (_, i) => `${i % 120 === 0 ? 990 : i % 17},${i % 120 === 0 ? 'fraud' : 'ok'}`,
    )
    await addData(kernel, caller, 'two-frauds', `amount,label\n${rows.join('\n')}\n`)
    const shown = await train({ data: 'two-frauds', target: 'label', name: 'frauds', trainers: ['linear'], trials: 1 })
    const run = await showRun(kernel, caller, shown.items[0]!.id)
    assert.ok(
      run.classWarnings.some(w => w.code === 'class_rare' && w.facts.class === 'fraud' && w.facts.rows === 1),
      JSON.stringify(run.classWarnings),
    )
    const auc = run.intervals.roc_auc!
    assert.ok(auc.low! < 0.5 && auc.high! - auc.low! > 0.5, JSON.stringify(auc))
  })
})

describe('runs of an experiment', () => {
  it('are tied with the best or worse by their differences on the same rows', async () => {
    const rows = Array.from({ length: 600 }, (_, i) => {
      const x = (i * 37) % 101
      return `${x},${(i * 11) % 7},${2 * x + ((i * 53) % 19)}`
    })
    await addData(kernel, caller, 'line', `x,z,y\n${rows.join('\n')}\n`)
    const shown = await train({ data: 'line', target: 'y', name: 'line', trainers: ['linear', 'baseline'], trials: 4 })
    const best = shown.items.find(run => run.best)!
    const worst = shown.items.find(run => run.trainer === 'baseline')!
    assert.equal(best.trainer, 'linear')
    assert.equal(best.versusBest, null)
    assert.deepEqual([worst.versusBest!.verdict, worst.tied], ['worse', false])
    assert.ok(worst.versusBest!.differenceLow! > 0 && worst.versusBest!.p! < 0.001)
    const others = shown.items.filter(run => run.trainer === 'linear' && !run.best)
    assert.ok(others.length > 0 && others.every(run => run.versusBest!.verdict !== 'unknown'))
    const compared = await compareRuns(kernel, caller, [worst.run, best.run])
    assert.equal(compared.best, best.run)
    assert.equal(compared.versusBest[0]!.verdict, 'worse')
    const rmse = compared.paired[1]!.metrics.find(m => m.name === 'rmse')!
    assert.deepEqual([rmse.verdict, rmse.method, compared.paired[1]!.rows], ['better', 'bootstrap', 120])
    assert.ok(Math.abs(rmse.difference! - (best.metrics.rmse! - worst.metrics.rmse!)) < 1e-9)
    assert.equal(compared.paired[0], null)
  })

  it('measured on other rows, or without stored predictions, have no verdict and say why', async () => {
    const base = { data: 'line', target: 'y', name: 'line', trainers: ['linear'], trials: 1 }
    const shown = await train({ ...base, seed: 7 })
    const other = shown.items.at(-1)!
    const best = shown.items.find(run => run.best)!
    const [a, b] = other.best ? [shown.items[0]!, other] : [other, best]
    assert.deepEqual([a.versusBest!.verdict, a.versusBest!.code, a.tied], ['unknown', 'other_rows', false])
    assert.equal((await compareRuns(kernel, caller, [a.run, b.run])).paired[1]!.code, 'other_rows')
    await kernel.db
      .update(runs)
      .set({ result: sql`${runs.result} - 'scores'` })
      .where(eq(runs.id, a.id))
    const [old] = (await showExperiment(kernel, caller, 'line')).items.filter(run => run.id === a.id)
    assert.deepEqual([old!.versusBest!.verdict, old!.versusBest!.code], ['unknown', 'no_rows_kept'])
  })
})
