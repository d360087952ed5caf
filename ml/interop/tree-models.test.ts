import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import test from 'node:test'
import { EngineError } from '../errors.ts'
import { treeExplainer } from '../explain/tree-shap.ts'
import { createRandom } from '../random.ts'
import { assertClose } from '../testing.ts'
import type { Model, Task } from '../trainers/types.ts'
import { type Link, readTrees } from '../trees/model.ts'
import { treePredictor } from '../trees/predict.ts'
import { randomTreeModel } from '../trees/testing.ts'
import { readLightGBM } from './lightgbm.ts'
import { writeLightGBM } from './lightgbm-write.ts'
import { readXGBoost } from './xgboost.ts'
import { highestBelow } from './xgboost-tree.ts'

type Case = {
  settings: Record<string, unknown>
  model: string
  predictions: number[]
  rows?: number
  contributions?: number[]
}

/** What LightGBM and XGBoost predict (bench/golden/make-tree-models.py). */
const golden = JSON.parse(readFileSync(new URL('../../bench/golden/tree-models.json', import.meta.url), 'utf8')) as {
  versions: Record<string, string>
  cols: number
  x: (number | null)[]
  lightgbm: Case[]
  xgboost: Case[]
}
const { cols } = golden
const x = Float64Array.from(golden.x, cell => cell ?? Number.NaN)

function predict(model: Model, rows: number): Float64Array {
  const all = treePredictor(model).predict({ names: [], rows, cols, data: x.subarray(0, rows * cols) })
  // Both libraries give the second class's probability alone.
  return model.task === 'binary' ? all.filter((_, k) => k % 2 === 1) : all
}

for (const { settings, model: text, predictions, contributions } of golden.lightgbm) {
  const name = Object.entries(settings).join('; ')
  test(`LightGBM ${golden.versions.lightgbm}'s predictions and contributions: ${name}`, () => {
    const { model, names } = readLightGBM(text)
    assert.deepEqual(names, ['Column_0', 'Column_1', 'Column_2', 'Column_3'])
    const predicted = predict(model, x.length / cols)
    assert.equal(predicted.length, predictions.length)
    predicted.forEach((value, i) => {
      assertClose(value, predictions[i]!, 1e-12, `row ${i}`)
    })

    // Where zero is a value and a missing one, a node became three, which share its training rows differently.
    if (settings.zero_as_missing) return
    const { scores, expected, explain } = treeExplainer(model)
    const parts = explain({ names, rows: 10, cols, data: x.subarray(0, 10 * cols) })
    // Ours are of the score before the link, theirs before the factor of the sigmoid, and summed where a forest averages.
    const factor = Number(settings.sigmoid ?? 1) / (settings.boosting === 'rf' ? 4 : 1)
    for (let i = 0; i < 10; i++) {
      for (let k = 0; k < scores; k++) {
        const from = (i * scores + k) * (cols + 1)
        for (let c = 0; c < cols; c++) {
          assertClose(parts[(i * cols + c) * scores + k]!, contributions![from + c]! * factor, 1e-10)
        }
        assertClose(expected[k]!, contributions![from + cols]! * factor, 1e-10)
      }
    }
  })
}

for (const { settings, model: text, predictions, rows } of golden.xgboost) {
  test(`XGBoost ${golden.versions.xgboost}'s predictions: ${Object.entries(settings).join('; ')}`, () => {
    const { model, names } = readXGBoost(text)
    assert.deepEqual(names, ['f0', 'f1', 'f2', 'f3'])
    const predicted = predict(model, rows!)
    assert.equal(predicted.length, predictions.length)
    predicted.forEach((value, i) => {
      assertClose(value, predictions[i]!, 1e-6, `row ${i}`)
    })
  })
}

test('XGBoost of old: one base score as a number; feature names', () => {
  const text = golden.xgboost[0]!.model.replace(/"base_score":"\[(.*?)\]"/, '"base_score":"$1"').replace(
    '"feature_names":[]',
    '"feature_names":["a","b","c","d"]',
  )
  assert.match(text, /"base_score":"[\d.E-]+"/)
  const { model, names } = readXGBoost(text)
  assert.deepEqual(names, ['a', 'b', 'c', 'd'])
  assert.deepEqual(predict(model, 9), predict(readXGBoost(golden.xgboost[0]!.model).model, 9))
})

test('a float64 cell is below a float32 threshold exactly when its float32 is', () => {
  const random = createRandom(2)
  const thresholds = [0, 1, -1, 2 ** -149, -(2 ** -149), 3.4028234663852886e38, -3.4028234663852886e38, 0.1, 16777216]
  for (let k = 0; k < 200; k++) thresholds.push(Math.fround(random.normal() * 10 ** (random.integer(20) - 10)))
  const view = new DataView(new ArrayBuffer(8))
  for (const wide of thresholds) {
    const threshold = Math.fround(wide)
    const limit = highestBelow(threshold)
    assert.ok(Math.fround(limit) < threshold)
    view.setFloat64(0, limit)
    view.setBigInt64(0, view.getBigInt64(0) + (limit > 0 ? 1n : -1n))
    assert.ok(!(Math.fround(view.getFloat64(0)) < threshold), `${threshold}`)
  }
})

const shapes: [Link, Task, number, number][] = [
  ['identity', 'regression', 0, 1],
  ['exp', 'regression', 0, 1],
  ['average', 'regression', 0, 1],
  ['logistic', 'binary', 2, 1],
  ['softmax', 'multiclass', 3, 1],
  ['softmax', 'multiclass', 3, 3],
]
for (const [link, task, classes, leafWidth] of shapes) {
  test(`written as LightGBM and read again: ${link}, ${leafWidth} numbers a leaf`, () => {
    const model = randomTreeModel({ link, task, classes, leafWidth, depth: 5, trees: 9, cols: 4, levels: 70, seed: 3 })
    const { model: again, names } = readLightGBM(writeLightGBM(model, ['a b', 'c,d', 'é', 'f']))
    assert.deepEqual(names, ['a_b', 'c_d', 'é', 'f'])
    assert.deepEqual(again.config.levels, model.config.levels)
    const random = createRandom(4)
    const data = Float64Array.from({ length: 400 }, (_, k) =>
      random.next() < 0.1 ? Number.NaN : k % 2 ? random.integer(70) : random.normal(),
    )
    const matrix = { names, rows: 100, cols: 4, data }
    const expected = treePredictor(model).predict(matrix)
    treePredictor(again)
      .predict(matrix)
      .forEach((value, k) => {
        assertClose(value, expected[k]!, 1e-14)
      })
  })
}

test('forests of classes are written without an objective, and so not read back', () => {
  const model = randomTreeModel({
    link: 'average',
    task: 'binary',
    classes: 2,
    leafWidth: 2,
    depth: 2,
    trees: 3,
    cols: 1,
    seed: 1,
  })
  const text = writeLightGBM(model, ['a'])
  assert.match(text, /num_class=2\n[\s\S]*\naverage_output\n/)
  assert.throws(() => readLightGBM(text), EngineError)
})

const refused = (pattern: RegExp) => (error: unknown) => error instanceof EngineError && pattern.test(error.message)

test('what the engine does not have is refused in words', () => {
  const light = golden.lightgbm[0]!.model
  assert.throws(
    () => readLightGBM(light.replace('objective=regression', 'objective=lambdarank')),
    refused(/lambdarank/),
  )
  assert.throws(() => readLightGBM(light.replace('objective=regression\n', '')), refused(/custom objective/))
  assert.throws(() => readLightGBM(light.replace('is_linear=0', 'is_linear=1')), refused(/linear models/))
  assert.throws(() => readLightGBM(light.replace('end of trees', '')), refused(/its end is missing/))
  assert.throws(() => readLightGBM(''), refused(/does not begin/))
  const xgb = golden.xgboost[0]!.model
  assert.throws(() => readXGBoost(xgb.replace('"name":"gbtree"', '"name":"dart"')), refused(/dropout/))
  assert.throws(() => readXGBoost(xgb.replace('reg:squarederror', 'rank:ndcg')), refused(/rank:ndcg/))
  assert.throws(() => readXGBoost('{}'), refused(/learner/))
  assert.throws(() => readXGBoost('<xml>'), refused(/JSON/))
})

test('a node that leads back, to itself or to another’s child is refused', () => {
  for (const [key, value] of [
    ['left_child', '0'],
    ['right_child', '0'],
    ['right_child', '-99'],
  ] as const) {
    const text = golden.lightgbm[0]!.model.replace(new RegExp(`(${key}=)\\S+`), `$1${value}`)
    assert.throws(() => readLightGBM(text), refused(/leads? (nowhere|to the same one)/))
  }
  const text = golden.xgboost[0]!.model.replace('"left_children":[1', '"left_children":[2')
  assert.throws(() => readXGBoost(text), refused(/lead to the same one/))
})

test('damaged text: an error in words or a sound model, never a hang', () => {
  const random = createRandom(6)
  const kinds = [
    { read: readLightGBM, text: golden.lightgbm[1]!.model },
    { read: readLightGBM, text: golden.lightgbm[7]!.model },
    { read: readXGBoost, text: golden.xgboost[1]!.model },
  ]
  let refusals = 0
  for (const { read, text } of kinds) {
    for (let round = 0; round < 150; round++) {
      const at = random.integer(text.length)
      const damaged =
        round % 3 === 0
          ? text.slice(0, at)
          : text.slice(0, at) + ['-', '9', ' ', '=', '"', ']', 'e9', '\n'][random.integer(8)] + text.slice(at + 1)
      try {
        readTrees(read(damaged).model)
      } catch (error) {
        assert.ok(error instanceof EngineError, String(error))
        refusals++
      }
    }
  }
  assert.ok(refusals > 150)
})
