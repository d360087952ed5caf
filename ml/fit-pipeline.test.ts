import assert from 'node:assert/strict'
import test from 'node:test'
import { driftOf } from './drift/drift.ts'
import { driftValues } from './drift/summary.ts'
import { EngineError } from './errors.ts'
import { frameFromRows } from './frame/builder.ts'
import { loadPredictor, type TrainRequest, trainPipeline } from './node.ts'
import { frameSpecs, type Schema } from './schema.ts'
import { SHOP, shopRows } from './testing.ts'

const rows = shopRows(600)
const frame = frameFromRows(frameSpecs(SHOP), rows)
const request = (change: Partial<TrainRequest> = {}): TrainRequest => ({
  frame,
  schema: SHOP,
  target: 'amount',
  trainerId: 'linear',
  seed: 1,
  now: () => performance.now(),
  ...change,
})
const QUICK = { hidden: [16], epochs: 30, learningRate: 0.02 }

test('every trainer: frame in, bundle out, and the bundle predicts what validation saw', async () => {
  for (const trainerId of ['baseline', 'linear', 'mlp']) {
    const parameters = trainerId === 'mlp' ? QUICK : {}
    const result = await trainPipeline(request({ trainerId, parameters }))
    assert.deepEqual([result.task, result.rowsTrain, result.rowsValidation], ['regression', 480, 120])
    const predictor = loadPredictor(result.bundle)
    assert.equal(predictor.digest, result.digest)
    const held = [...result.validation.rows].map(row => rows[row]!)
    const { errors, predictions } = predictor.predictRows(held)
    assert.deepEqual(errors, [])
    assert.deepEqual(predictions, [...result.validation.predicted])
    for (const [i, row] of held.entries()) {
      const one = predictor.predictOne(row)
      assert.ok(one.ok && one.prediction === predictions[i])
    }
    const { value, low, high } = result.metrics.rmse!
    assert.ok(value! >= low! && value! <= high!)
  }
})

test('the same request gives the same bytes, another seed others', async () => {
  for (const trainerId of ['linear', 'mlp']) {
    const parameters = trainerId === 'mlp' ? { ...QUICK, epochs: 3, dropout: 0.2 } : {}
    const a = await trainPipeline(request({ trainerId, parameters }))
    const b = await trainPipeline(request({ trainerId, parameters, threads: 4 }))
    assert.deepEqual(a.bundle, b.bundle)
    const c = await trainPipeline(request({ trainerId, parameters, seed: 2 }))
    assert.notEqual(a.digest, c.digest)
  }
})

test('the linear model beats the baseline, the signature is what it needs and no more', async () => {
  const [base, linear] = [
    await trainPipeline(request({ trainerId: 'baseline' })),
    await trainPipeline(request({ trainerId: 'linear' })),
  ]
  assert.ok(linear.metrics.rmse!.value! < base.metrics.rmse!.value! / 3)
  const { signature, bundle } = loadPredictor(linear.bundle)
  assert.deepEqual(
    signature.columns.map(column => column.name),
    ['when', 'price', 'items', 'colour', 'member'],
  )
  assert.deepEqual(bundle.target, { name: 'amount', type: 'number' })
  assert.deepEqual(Object.keys(bundle.baseline.columns).sort(), ['colour', 'items', 'member', 'price', 'when'])
})

test('a time column makes the latest rows the validation', async () => {
  const { validation } = await trainPipeline(request())
  assert.deepEqual(
    [...validation.rows],
    Array.from({ length: 120 }, (_, i) => 480 + i),
  )
  const random = await trainPipeline(request({ split: { kind: 'random', fraction: 0.5 } }))
  assert.equal(random.rowsValidation, 300)
  assert.notEqual(random.validation.rows[0], 480)
})

test('classification targets may be text, booleans or whole numbers', async () => {
  const labels: [string, (i: number) => unknown, Schema['columns'][number]['type'], string[]][] = [
    ['text', i => (i % 2 ? 'yes' : 'no'), 'category', ['no', 'yes']],
    ['booleans', i => i % 2 === 0, 'boolean', ['false', 'true']],
    ['numbers', i => [10, 9, 2][i % 3], 'integer', ['2', '9', '10']],
  ]
  for (const [name, label, type, classes] of labels) {
    const items = rows.map((row, i) => ({ ...row, amount: label(i) }))
    const schema: Schema = {
      columns: SHOP.columns.map(column => (column.name === 'amount' ? { ...column, type } : column)),
    }
    const result = await trainPipeline(request({ frame: frameFromRows(frameSpecs(schema), items), schema }))
    assert.equal(result.task, classes.length === 2 ? 'binary' : 'multiclass', name)
    assert.deepEqual(result.classes, classes)
    const answer = loadPredictor(result.bundle).predictRows(items.slice(0, 3))
    assert.ok(answer.predictions.every(each => classes.includes(String(each))))
    assert.ok(Math.abs(answer.probabilities![0]!.reduce((sum, p) => sum + p, 0) - 1) < 1e-12)
    assert.deepEqual(answer.classes, classes)
  }
})

test('targets from which nothing can be learned are refused in words', async () => {
  const code = async (
    change: Partial<TrainRequest>,
    amount?: (i: number) => unknown,
    type: 'number' | 'category' = 'number',
  ) => {
    const schema: Schema = {
      columns: SHOP.columns.map(column => (column.name === 'amount' ? { ...column, type } : column)),
    }
    const items = rows.map((row, i) => ({ ...row, amount: amount ? amount(i) : row.amount }))
    try {
      await trainPipeline(request({ frame: frameFromRows(frameSpecs(schema), items), schema, ...change }))
    } catch (error) {
      assert.ok(error instanceof EngineError, String(error))
      assert.ok(error.message.endsWith('.') && error.hint.length > 5, error.message)
      return error.code
    }
    return 'trained'
  }
  assert.equal(await code({}, () => 4), 'target-constant')
  assert.equal(await code({ task: 'regression' }, () => 4), 'target-constant')
  assert.equal(await code({}, () => null), 'target-missing')
  assert.equal(await code({}, i => `name ${i}`, 'category'), 'target-classes')
  assert.equal(await code({ task: 'binary' }, i => i % 3), 'target-classes')
  assert.equal(await code({ task: 'regression' }, i => `${i}x`, 'category'), 'target-type')
  assert.equal(await code({ target: 'nothing' }), 'target-column')
  assert.equal(await code({ trainerId: 'magic' }), 'trainer')
  assert.equal(await code({ metric: 'accuracy' }), 'metric')
  assert.equal(await code({ parameters: { alpha: -1 } }), 'parameter')
  assert.equal(await code({ split: { kind: 'group' } }), 'split-column')
})

test('rows without a target are left out and counted', async () => {
  const items = rows.map((row, i) => ({ ...row, amount: i % 4 === 0 ? null : row.amount }))
  const result = await trainPipeline(request({ frame: frameFromRows(frameSpecs(SHOP), items) }))
  assert.deepEqual([result.rowsWithoutTarget, result.rowsTrain + result.rowsValidation], [150, 450])
})

test('a learning rate that explodes ends in words, not in a model of NaN', async () => {
  const parameters = { ...QUICK, learningRate: 1, schedule: 'constant', epochs: 5, weightDecay: 10 }
  const running = trainPipeline(request({ trainerId: 'mlp', parameters }))
  await running.then(
    result => assert.ok(Number.isFinite(result.metrics.rmse!.value)),
    error => assert.equal((error as EngineError).code, 'diverged'),
  )
})

test('the baseline in the bundle recognises its own data and a shift', async () => {
  const { bundle } = loadPredictor((await trainPipeline(request({ split: { kind: 'random' } }))).bundle)
  const price = bundle.baseline.columns.price!
  assert.equal(driftOf(price, driftValues(frame.columns.get('price')!)!).drifted, false)
  const dearer = rows.map(row => ({ ...row, price: typeof row.price === 'number' ? row.price + 30 : null }))
  const shifted = frameFromRows(frameSpecs(SHOP), dearer).columns.get('price')!
  assert.equal(driftOf(price, driftValues(shifted)!).drifted, true)
})

test('wrong rows give errors and no predictions, on both paths', async () => {
  const predictor = loadPredictor((await trainPipeline(request())).bundle)
  const wrong = { ...rows[0]!, items: 'three' }
  const many = predictor.predictRows([rows[0]!, wrong])
  assert.deepEqual([many.predictions.length, many.errors[0]!.row, many.errors[0]!.column], [0, 1, 'items'])
  const one = predictor.predictOne(wrong)
  assert.ok(!one.ok && one.errors[0]!.column === 'items')
  for (const junk of [null, 3, [], 'x']) assert.equal(predictor.predictOne(junk).ok, false)
  const unseen = predictor.predictOne({ ...rows[0]!, colour: 'ultraviolet' })
  assert.ok(unseen.ok && Number.isFinite(unseen.prediction))
})

test('an aborted pipeline rejects with the reason', async () => {
  const reason = new Error('cancelled')
  await assert.rejects(trainPipeline(request({ signal: AbortSignal.abort(reason) })), reason)
})

test('weights change the model; impossible ones are refused', async () => {
  const schema: Schema = {
    columns: SHOP.columns.map(column => (column.name === 'items' ? { ...column, role: 'weight' } : column)),
  }
  const plain = await trainPipeline(request())
  const weighted = await trainPipeline(request({ schema }))
  assert.notEqual(weighted.digest, plain.digest)
  const negative = frameFromRows(
    frameSpecs(schema),
    rows.map(row => ({ ...row, items: -1 })),
  )
  await assert.rejects(trainPipeline(request({ schema, frame: negative })), /weight column “items”/)
})

test('the chosen class is the positive one, whatever its name, and every binary metric is about it', async () => {
  const train = (positive?: string) =>
    trainPipeline(request({ target: 'member', task: 'binary', ...(positive ? { positive } : {}) }))
  const [usual, no, yes] = [await train(), await train('false'), await train('true')]
  assert.deepEqual(
    [usual, no, yes].map(result => result.classes),
    [
      ['false', 'true'],
      ['true', 'false'],
      ['false', 'true'],
    ],
  )
  assert.deepEqual(yes.bundle, usual.bundle, 'the default is as it was')
  assert.deepEqual(loadPredictor(no.bundle).classes, ['true', 'false'])
  assert.ok(Math.abs(no.metrics.accuracy!.value! - yes.metrics.accuracy!.value!) < 1e-9)
  const found = ({ curves }: typeof no) => (curves.kind === 'classification' ? curves.byClass[0]!.class : undefined)
  assert.deepEqual([found(no), found(yes)], ['false', 'true'])
  await assert.rejects(train('maybe'), /has no class “maybe”/)
})
