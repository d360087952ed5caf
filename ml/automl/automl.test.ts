import assert from 'node:assert/strict'
import test from 'node:test'
import { trainPipeline } from '../fit-pipeline.ts'
import { writeSafetensors } from '../format/safetensors.ts'
import { frameFromRows } from '../frame/builder.ts'
import { compilePipeline } from '../pipeline.ts'
import { loadPredictor } from '../predictor.ts'
import { createRandom } from '../random.ts'
import { frameSpecs, type Schema } from '../schema.ts'
import { SHOP, shopRows } from '../testing.ts'
import { getTrainer } from '../trainers/registry.ts'
import { createYielder, type Trainer } from '../trainers/types.ts'
import { openTable } from '../validation/table.ts'
import { runAutoml } from './run-automl.ts'
import type { AutomlProgress, AutomlRequest } from './types.ts'

const rows = shopRows(160)
const frame = frameFromRows(frameSpecs(SHOP), rows)
const quick = [getTrainer('baseline'), getTrainer('linear'), getTrainer('gbdt')]

/** A clock that goes on by a step whenever it is looked at: the same in every run. */
function clock(step = 0.2) {
  let time = 0
  return () => {
    time += step
    return time
  }
}

const request = (change: Partial<AutomlRequest> = {}): AutomlRequest => ({
  table: openTable(frame, SHOP, 'amount', 'regression'),
  budgetMs: 60_000,
  maxTrials: 6,
  threads: 1,
  seed: 3,
  now: clock(0.001),
  trainers: quick,
  ...change,
})

const bytesOf = (model: { tensors: Parameters<typeof writeSafetensors>[0]; config: unknown }) =>
  Buffer.from(writeSafetensors(model.tensors)).toString('base64') + JSON.stringify(model.config)

test('the same request gives the same model, whatever the clock says, as long as there is time', async () => {
  const first = await runAutoml(request())
  assert.equal(bytesOf((await runAutoml(request({ now: clock(0.0007) }))).model), bytesOf(first.model))
  assert.equal(first.trials, 6)
  const baseline = first.leaderboard.find(row => row.trainer === 'baseline')!
  assert.ok(first.leaderboard[0]!.value! < baseline.value! / 2)
  assert.ok(first.leaderboard.every((row, k) => row.rank === k + 1))
  const weight = first.leaderboard.reduce((sum, row) => sum + row.weight, 0)
  assert.ok(Math.abs(weight - 1) < 0.3)
  assert.ok(first.summary.every(sentence => /[.]$/.test(sentence)))
  assert.ok(first.summary.join(' ').includes('in the order of “when”'))
})

test('the final model predicts a row as in a batch, bit for bit', async () => {
  const { recipe, model } = await runAutoml(request())
  const pipeline = compilePipeline(recipe, model)
  const all = pipeline.predictFrame(frame)
  const out = new Float64Array(1)
  for (const [i, value] of pipeline.predictFrame(frameFromRows(frameSpecs(SHOP), rows.slice(0, 20))).entries()) {
    assert.equal(value, all[i])
  }
  const json = rows.map(row => ({ ...row, when: Date.parse(`${row.when}Z`) }))
  for (const i of [0, 7, 100]) {
    pipeline.predictRow(json[i]!, out)
    assert.equal(out[0], all[i])
  }
})

test('it ends when its time is over', async () => {
  for (const budgetMs of [300, 3000]) {
    const { elapsedMs, trials } = await runAutoml(request({ budgetMs, maxTrials: undefined, now: clock(0.5) }))
    assert.ok(elapsedMs <= 1.05 * budgetMs, `${elapsedMs} of ${budgetMs}`)
    assert.ok(trials > 1)
  }
})

/** Works until it is stopped, and looks at the clock. */
const endless: Trainer = {
  ...getTrainer('linear'),
  id: 'endless',
  label: 'Endless',
  fit: async context => {
    const yieldIfDue = createYielder(context)
    for (;;) await yieldIfDue()
  },
}
const broken: Trainer = {
  ...getTrainer('linear'),
  id: 'broken',
  label: 'Broken',
  fit: () => Promise.reject(new Error('It cannot.')),
}

test('trainers that never end or fail are survived and named', async () => {
  const trainers = [...quick, endless, broken]
  const { leaderboard, summary, elapsedMs } = await runAutoml(
    request({ trainers, maxTrials: 20, budgetMs: 2000, now: clock(0.5) }),
  )
  assert.ok(elapsedMs <= 2100)
  assert.equal(leaderboard.find(row => row.trainer === 'endless')?.state ?? 'slow', 'slow')
  assert.equal(leaderboard.find(row => row.trainer === 'broken')?.state ?? 'failed', 'failed')
  assert.ok(leaderboard[0]!.state === 'complete')
  assert.ok(summary.length > 3)
})

test('when only an endless trainer is there the baseline is given', async () => {
  const { model } = await runAutoml(
    request({ trainers: [getTrainer('baseline'), endless], budgetMs: 500, now: clock(0.5), maxTrials: undefined }),
  )
  assert.equal(model.trainer, 'baseline')
})

test('told to finish, it gives the best so far; told to stop, it stops', async () => {
  const finish = new AbortController()
  const told: AutomlProgress[] = []
  const report = (progress: AutomlProgress) => {
    told.push(progress)
    if (progress.trials === 3) finish.abort()
  }
  const { trials, model } = await runAutoml(request({ report, finish: finish.signal, maxTrials: undefined }))
  assert.equal(trials, 3)
  assert.notEqual(model.trainer, 'baseline')
  assert.deepEqual(
    told.map(each => each.trials),
    [1, 2, 3],
  )
  assert.equal(told[0]!.best!.trainer, 'baseline')
  const reason = new Error('cancelled')
  await assert.rejects(runAutoml(request({ signal: AbortSignal.abort(reason) })), reason)
  const stop = new AbortController()
  const stopping = runAutoml(request({ signal: stop.signal, report: () => stop.abort(reason) }))
  await assert.rejects(stopping, reason)
})

const NOISE: Schema = {
  columns: [
    ...['a', 'b', 'c'].map(name => ({ name, type: 'number' as const, role: 'feature' as const, nullable: false })),
    { name: 'who', type: 'category', role: 'group', nullable: false },
    { name: 'y', type: 'category', role: 'target', nullable: false },
  ],
}
function noise(count: number, classes: number) {
  const random = createRandom(2)
  return Array.from({ length: count }, (_, i) => ({
    a: random.normal(),
    b: random.normal(),
    c: random.normal(),
    who: `g${i % 30}`,
    y: `k${random.integer(classes)}`,
  }))
}

test('on noise it is not worse than the baseline by more than noise; groups stay whole', async () => {
  for (const classes of [2, 3]) {
    const task = classes === 2 ? 'binary' : 'multiclass'
    const table = openTable(frameFromRows(frameSpecs(NOISE), noise(150, classes)), NOISE, 'y', task)
    const { summary, leaderboard } = await runAutoml(request({ table, metric: 'log_loss' }))
    assert.ok(summary.join(' ').includes('each “who” wholly on one side'))
    const chosen = leaderboard.filter(row => row.weight > 0)
    const baseline = leaderboard.find(row => row.trainer === 'baseline')!
    assert.ok(chosen.every(row => row.value! < baseline.value! + 0.05))
  }
})

test('few rows, and classes of one row, are answered with the baseline and a reason', async () => {
  for (const count of [5, 12]) {
    const small = frameFromRows(frameSpecs(SHOP), rows.slice(0, count))
    const { model, summary } = await runAutoml(request({ table: openTable(small, SHOP, 'amount', 'regression') }))
    assert.equal(model.trainer, 'baseline')
    assert.match(summary[0]!, /too few/)
  }
  const lonely = noise(50, 2).map((row, i) => ({ ...row, y: i === 0 ? 'rare' : 'common' }))
  const table = openTable(frameFromRows(frameSpecs(NOISE), lonely), NOISE, 'y', 'binary')
  assert.equal((await runAutoml(request({ table }))).model.trainer, 'baseline')
})

test('a pipeline by AutoML: bundle, notes, leaderboard; calibration and threshold come from its own folds', async () => {
  const items = rows.map(row => ({ ...row, amount: Number(row.amount) > 180 ? 'high' : 'low' }))
  const schema: Schema = {
    columns: SHOP.columns.map(column => (column.name === 'amount' ? { ...column, type: 'category' } : column)),
  }
  const result = await trainPipeline({
    frame: frameFromRows(frameSpecs(schema), items),
    schema,
    target: 'amount',
    trainerId: 'automl',
    parameters: { minutes: 1, trials: 5 },
    calibration: 'platt',
    threshold: { by: 'f1' },
    classWeights: 'balanced',
    seed: 1,
    now: clock(0.001),
  })
  assert.ok(result.metrics.roc_auc!.value! > 0.9)
  assert.ok(result.notes.length > 4 && result.leaderboard!.length > 3)
  const predictor = loadPredictor(result.bundle)
  assert.deepEqual(predictor.bundle.threshold, result.threshold)
  assert.ok(Array.isArray(predictor.bundle.config.summary))
  const held = [...result.validation.rows].map(row => items[row]!)
  const { probabilities, predictions } = predictor.predictRows(held)
  for (const [i, row] of held.entries()) {
    assert.deepEqual(probabilities![i], [...result.validation.predicted.subarray(2 * i, 2 * i + 2)])
    const one = predictor.predictOne(row)
    assert.ok(one.ok)
    assert.deepEqual(one.probabilities, probabilities![i])
    assert.equal(one.prediction, predictions[i])
    const positive = probabilities![i]![1]! >= result.threshold!.value
    assert.equal(predictions[i], result.classes[positive ? 1 : 0])
  }
})
