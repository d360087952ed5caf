import assert from 'node:assert/strict'
import test from 'node:test'
import { frameFromRows } from '../frame/builder.ts'
import { frameSpecs } from '../schema.ts'
import { assertClose, SHOP, shopRows } from '../testing.ts'
import { getTrainer } from '../trainers/registry.ts'
import { explainImbalance, weighClasses } from './class-weights.ts'
import { crossValidate, crossValidateNested, foldInterval } from './cross-validate.ts'
import { makeFolds } from './folds.ts'
import { createFoldData } from './learning-data.ts'
import { openTable } from './table.ts'

const rows = shopRows(150)
const frame = frameFromRows(frameSpecs(SHOP), rows)
const { data, facts } = openTable(frame, SHOP, 'amount', 'regression')
const options = {
  seed: 1,
  threads: 1,
  signal: new AbortController().signal,
  now: () => performance.now(),
}
const linear = getTrainer('linear')

test('every row gets a prediction by models that had not seen it, mean over repeats', async () => {
  const folds = makeFolds({ kind: 'k-fold', folds: 3, repeats: 2 }, facts, 1)
  const result = await crossValidate(data, folds, { ...options, trainer: linear, parameters: {} })
  assert.equal(result.folds.length, 6)
  assert.deepEqual([...result.outOfFold.positions], [...Array(150).keys()])
  assert.deepEqual(result.outOfFold.truth, data.y)
  const { value, low, high } = result.metrics.rmse!
  assert.ok(low! < value! && value! < high! && value! < 30)
  assertClose(
    value!,
    result.folds.reduce((sum, fold) => sum + fold.metrics.rmse! / 6, 0),
    1e-12,
  )
})

test('a model of a fold does not depend on the rows held out', async () => {
  const folds = makeFolds({ kind: 'k-fold', folds: 3 }, facts, 1)
  const held = new Set(folds.folds[0]!.validation)
  const changed = rows.map((row, i) => (held.has(i) ? { ...row, price: 1e6, colour: 'never seen', amount: 7 } : row))
  const other = openTable(frameFromRows(frameSpecs(SHOP), changed), SHOP, 'amount', 'regression')
  for (const features of ['numeric', 'embedded'] as const) {
    const [a, b] = [data, other.data].map(each => createFoldData(each, folds.folds, 1).fold(features, 0))
    assert.deepEqual(a!.recipe, b!.recipe)
    assert.deepEqual(a!.train, b!.train)
  }
})

test('tree features are made once for all folds, unless a step of a person learns from rows', () => {
  const { folds } = makeFolds({ kind: 'k-fold', folds: 3 }, facts, 1)
  const plain = createFoldData(data, folds, 1)
  assert.ok(plain.shared('native') && !plain.shared('numeric'))
  const parts = [0, 1].map(f => plain.fold('native', f))
  assert.equal(parts[0]!.train.x.origin!.matrix, parts[1]!.train.x.origin!.matrix)
  const clipped = { ...data, steps: [{ step: 'clip' as const, columns: ['price'] }] }
  assert.ok(!createFoldData(clipped, folds, 1).shared('native'))
})

test('nested: what is measured had no part in the choice', async () => {
  const outer = makeFolds({ kind: 'k-fold', folds: 3 }, facts, 1)
  const candidates = [0.0001, 1e5].map(alpha => ({ trainer: linear, parameters: { alpha } }))
  const inner = (part: typeof data, fold: number) =>
    makeFolds({ kind: 'k-fold', folds: 2 }, { rows: part.rows.length }, fold)
  const { chosen, values, metric } = await crossValidateNested(data, outer, inner, candidates, {
    ...options,
    metric: 'rmse',
  })
  assert.deepEqual(chosen, [0, 0, 0])
  assert.equal(values.length, 3)
  assert.ok(metric.value! < 30)
})

test('the interval of folds counts the rows they share (Nadeau and Bengio)', () => {
  const folds = [1, 2, 3, 4, 5].map(value => ({ value, rowsTrain: 80, rowsValidation: 20 }))
  const { value, low, high } = foldInterval(folds)
  const reach = 2.7764451051977987 * Math.sqrt((1 / 5 + 0.25) * 2.5)
  assertClose(value!, 3, 1e-12)
  assertClose(low!, 3 - reach, 1e-9)
  assertClose(high!, 3 + reach, 1e-9)
  assert.deepEqual(foldInterval([{ value: null, rowsTrain: 8, rowsValidation: 2 }]).value, null)
})

test('balanced weights give every class the same say, and unequal classes are said', () => {
  const y = Float64Array.from({ length: 100 }, (_, i) => (i < 5 ? 1 : 0))
  const weights = weighClasses(y, 2, 'balanced')!
  const sums = [0, 0]
  for (const [i, code] of y.entries()) sums[code]! += weights[i]!
  assertClose(sums[0]!, 50, 1e-9)
  assertClose(sums[1]!, 50, 1e-9)
  assert.equal(weighClasses(y, 2, 'none'), undefined)
  assert.match(explainImbalance(y, ['no', 'yes'], 'none')[0]!, /“yes” has only 5 %/)
  assert.deepEqual(explainImbalance(Float64Array.of(0, 1), ['no', 'yes'], 'none'), [])
})
