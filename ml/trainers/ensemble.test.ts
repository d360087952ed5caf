import assert from 'node:assert/strict'
import test from 'node:test'
import { BundleError } from '../errors.ts'
import { packBundle, readBundle, unpackBundle } from '../format/bundle.ts'
import { frameFromRows } from '../frame/builder.ts'
import { getMetric } from '../metrics/registry.ts'
import { compilePipeline } from '../pipeline.ts'
import { createRandom } from '../random.ts'
import { completeRecipe } from '../recipe/complete.ts'
import { prepareTraining } from '../recipe/prepare-training.ts'
import { frameSpecs } from '../schema.ts'
import { problem, SHOP, shopRows } from '../testing.ts'
import { type Combination, ensembleRecipe, type Member, packEnsemble, unpackEnsemble } from './ensemble.ts'
import { lossOf } from './ensemble-loss.ts'
import { type HeldOut, selectForward, weightedAverage } from './ensemble-selection.ts'
import { applyStack, fitStack } from './ensemble-stacking.ts'
import { getTrainer } from './registry.ts'
import type { Model, Parameters, Task } from './types.ts'

const rows = shopRows(120)
const frame = frameFromRows(frameSpecs(SHOP), rows)
const all = Int32Array.from({ length: 120 }, (_, i) => i)

async function member(id: string, task: Task, weight: number): Promise<Member> {
  const trainer = getTrainer(id)
  const columns = SHOP.columns.filter(column => column.name !== 'amount')
  const amounts = Float64Array.from(rows, row => Number(row.amount))
  const classCount = task === 'regression' ? 0 : task === 'binary' ? 2 : 3
  const y = classCount === 0 ? amounts : amounts.map(value => Math.min(classCount - 1, Math.floor(value / 150)))
  const target = { y, task, classCount, seed: 1 }
  const { recipe, x } = prepareTraining(completeRecipe([], columns, trainer.features), frame, all, target)
  const parameters: Parameters = id === 'gbdt' ? { trees: 5 } : {}
  const model = await trainer.fit({ ...problem('regression'), x, y, task, classCount, parameters })
  return { recipe, model, weight }
}

for (const task of ['regression', 'binary', 'multiclass'] as const) {
  test(`an ensemble for ${task} is the sum of its members, comes back from a bundle, and predicts a row as in a batch`, async () => {
    const members = [await member('linear', task, 0.75), await member('gbdt', task, 0.25)]
    const kinds: Combination[] = [{ kind: 'average' }]
    if (task !== 'multiclass') kinds.push({ kind: 'stack', intercept: 0.3 })
    for (const combination of kinds) {
      const model = packEnsemble(members, combination)
      const recipe = ensembleRecipe(members)
      const parts = members.map(each => compilePipeline(each.recipe, each.model).predictFrame(frame))
      const predicted = compilePipeline(recipe, model).predictFrame(frame)
      const weights = Float64Array.of(0.75, 0.25)
      const expected =
        combination.kind === 'stack'
          ? applyStack({ weights, intercept: 0.3 }, parts, task)
          : weightedAverage(parts, weights)
      for (const [i, value] of predicted.entries()) assert.ok(Math.abs(value - expected[i]!) < 1e-9)
      const classes = ['a', 'b', 'c'].slice(0, model.classCount)
      const content = {
        signature: { columns: SHOP.columns.filter(column => column.name !== 'amount') },
        task,
        target: { name: 'amount' },
        ...(task === 'regression' ? {} : { classes }),
        recipe,
        model,
      }
      const loaded = readBundle(unpackBundle(packBundle(content)).files)
      const pipeline = compilePipeline(loaded.manifest.recipe, loaded.model)
      assert.deepEqual(pipeline.predictFrame(frame), predicted)
      const out = new Float64Array(pipeline.width)
      for (const i of [0, 7, 119]) {
        pipeline.predictRow(rows[i]!, out)
        assert.deepEqual(out, predicted.slice(i * out.length, (i + 1) * out.length))
      }
    }
  })
}

test('a damaged ensemble is refused', async () => {
  const model = packEnsemble([await member('linear', 'regression', 1)], { kind: 'average' })
  const [only] = model.config.members as Record<string, unknown>[]
  const damaged: Partial<Model>[] = [
    { config: {} },
    { config: { ...model.config, members: [] } },
    { config: { ...model.config, combination: { kind: 'magic' } } },
    { config: { ...model.config, combination: { kind: 'stack', intercept: 'x' } } },
    { config: { ...model.config, members: [{ ...only, weight: -1 }] } },
    { config: { ...model.config, members: [{ ...only, trainer: 'ensemble' }] } },
    { config: { ...model.config, members: [null] } },
    { tensors: { ...model.tensors, '9/extra': Object.values(model.tensors)[0]! } },
    { tensors: { ...model.tensors, plain: Object.values(model.tensors)[0]! } },
  ]
  for (const change of damaged) assert.throws(() => unpackEnsemble({ ...model, ...change }), BundleError)
})

function held(count: number, errors: readonly number[], seed: number): HeldOut {
  const random = createRandom(seed)
  const truth = Float64Array.from({ length: count }, () => random.normal())
  return { truth, predicted: errors.map(error => truth.map(value => value + error * random.normal())) }
}

test('forward selection mixes equally good models that err apart, and leaves a bad one out', () => {
  const folds = [held(300, [0.5, 0.5, 5], 1), held(300, [0.5, 0.5, 5], 2)]
  const loss = lossOf('rmse', 'regression', 0)
  const weights = selectForward(folds, loss, 20)
  assert.ok(Math.abs(weights[0]! - 0.5) < 0.15 && weights[2]! < 0.05)
  assert.ok(Math.abs(weights.reduce((sum, weight) => sum + weight, 0) - 1) < 1e-12)
})

test('a stack finds the weights that make the least error, none below zero', () => {
  const fold = held(3000, [0.2, 0.8], 3)
  const { weights } = fitStack(
    [{ ...fold, predicted: [...fold.predicted, fold.predicted[0]!.map(v => -v)] }],
    'regression',
    1e-6,
  )
  // Inverse variances, shrunk a little by the error in the predictors.
  assert.ok(Math.abs(weights[0]! / weights[1]! - 16) < 4)
  assert.ok(weights.every(weight => weight >= 0))
  const random = createRandom(5)
  const truth = Float64Array.from({ length: 4000 }, () => random.integer(2))
  const logits = [1, 0.2].map(size => truth.map(code => size * (2 * code - 1) + random.normal()))
  const predicted = logits.map(values => {
    const out = new Float64Array(8000)
    for (const [i, z] of values.entries()) {
      out[2 * i + 1] = 1 / (1 + Math.exp(-z))
      out[2 * i] = 1 - out[2 * i + 1]!
    }
    return out
  })
  const stack = fitStack([{ truth, predicted }], 'binary', 1e-6)
  // Of normal scores the logit is 2 · mean / variance.
  assert.ok(Math.abs(stack.weights[0]! - 2) < 0.2 && Math.abs(stack.weights[1]! - 0.4) < 0.15)
})

test('losses equal the metrics they stand for, with ties', () => {
  const random = createRandom(6)
  for (const [task, classCount, ids] of [
    ['binary', 2, ['roc_auc', 'log_loss', 'f1']],
    ['multiclass', 3, ['log_loss', 'f1_macro']],
    ['regression', 0, ['rmse', 'r2']],
  ] as const) {
    const truth = Float64Array.from({ length: 400 }, () =>
      classCount > 0 ? random.integer(classCount) : random.normal(),
    )
    const width = classCount || 1
    const predicted = Float64Array.from({ length: 400 * width }, () => Math.round(20 * random.next()) / 20)
    for (let i = 0; i < 400 && width === 2; i++) predicted[2 * i] = 1 - predicted[2 * i + 1]!
    for (const id of ids) {
      const { compute, direction } = getMetric(id)
      const value = compute({ task, classCount, truth, predicted })
      const loss = lossOf(id, task, classCount)(truth, predicted)
      assert.ok(Math.abs((direction === 'minimize' ? loss : -loss) - value) < 1e-9, id)
    }
  }
})
