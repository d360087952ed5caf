import assert from 'node:assert/strict'
import test from 'node:test'
import { BundleError } from '../errors.ts'
import type { Matrix } from '../matrix.ts'
import { createRandom } from '../random.ts'
import type { Model, Task } from '../trainers/types.ts'
import { compileKernel } from './kernels/compile.ts'
import { PREDICT_WASM } from './kernels/predict-wasm.ts'
import { type Link, readTrees } from './model.ts'
import { packTrees } from './pack.ts'
import { treePredictor } from './predict.ts'
import { loopScorer } from './score-loops.ts'
import { wasmScorer } from './score-wasm.ts'
import { randomTreeModel } from './testing.ts'

/** What the model says, straight from the definition in model.ts. */
function scoresByDefinition(model: Model, x: ArrayLike<number>, offset: number): number[] {
  const { trees, config } = readTrees(model)
  const scores = [...config.base]
  trees.roots.forEach((root, t) => {
    let node = root
    while (trees.feature[node]! >= 0) {
      const cell = x[offset + trees.feature[node]!]!
      const flags = trees.flags[node]!
      const at = trees.threshold[node]!
      let left: boolean
      if (Number.isNaN(cell)) left = (flags & 1) === 1
      else if (flags & 2) {
        const words = trees.categories[at]!
        left = cell < words * 32 && ((trees.categories[at + 1 + Math.floor(cell / 32)]! >>> (cell % 32)) & 1) === 1
      } else left = cell <= at
      node = left ? trees.left[node]! : trees.right[node]!
    }
    if (trees.leafWidth === 1) scores[t % scores.length]! += trees.value[node]!
    else for (let k = 0; k < trees.leafWidth; k++) scores[k]! += trees.value[node * trees.leafWidth + k]!
  })
  return scores
}

function rowsFor(model: Model, rows: number, seed: number): Matrix {
  const random = createRandom(seed)
  const levels = model.config.levels as number[]
  const data = Float64Array.from({ length: rows * model.cols }, (_, k) => {
    const count = levels[k % model.cols]!
    if (random.next() < 0.1) return Number.NaN
    // Sometimes a code that was never seen, sometimes a cell equal to a threshold.
    return count > 0 ? random.integer(count + 3) : Math.round(random.normal() * 8) / 8
  })
  return { names: [], rows, cols: model.cols, data, levels }
}

const softmax = (scores: number[]) => {
  const e = scores.map(score => Math.exp(score - Math.max(...scores)))
  return e.map(share => share / e.reduce((a, b) => a + b))
}

const cases: {
  link: Link
  task: Task
  classes: number
  leafWidth: number
  from(scores: number[], n: number): number[]
}[] = [
  { link: 'identity', task: 'regression', classes: 0, leafWidth: 1, from: s => s },
  { link: 'exp', task: 'regression', classes: 0, leafWidth: 1, from: s => s.map(Math.exp) },
  { link: 'average', task: 'regression', classes: 0, leafWidth: 1, from: (s, n) => s.map(v => v / n) },
  {
    link: 'logistic',
    task: 'binary',
    classes: 2,
    leafWidth: 1,
    from: s => [1, -1].map(k => 1 / (1 + Math.exp(k * s[0]!))),
  },
  { link: 'softmax', task: 'multiclass', classes: 3, leafWidth: 1, from: softmax },
  { link: 'softmax', task: 'multiclass', classes: 3, leafWidth: 3, from: softmax },
  { link: 'average', task: 'multiclass', classes: 4, leafWidth: 4, from: (s, n) => s.map(v => v / n) },
  { link: 'average', task: 'binary', classes: 2, leafWidth: 2, from: (s, n) => s.map(v => v / n) },
]

for (const { link, task, classes, leafWidth, from } of cases) {
  for (const depth of [0, 1, 4, 9]) {
    test(`${link}, ${task}, ${leafWidth} numbers a leaf, depth ${depth}: by definition, alone and in a batch alike`, () => {
      const trees = depth > 4 ? 13 : 33
      const model = randomTreeModel({ link, task, classes, leafWidth, depth, trees, cols: 5, seed: depth + 1 })
      const matrix = rowsFor(model, 203, 9)
      const predictor = treePredictor(model)
      const batch = predictor.predict(matrix)
      const width = batch.length / matrix.rows
      const out = new Float64Array(width)
      for (let i = 0; i < matrix.rows; i++) {
        const row = batch.subarray(i * width, (i + 1) * width)
        predictor.predictRow(matrix.data, i * matrix.cols, out)
        assert.deepEqual(out, row.slice())
        const expected = from(scoresByDefinition(model, matrix.data, i * matrix.cols), trees)
        for (let k = 0; k < width; k++) {
          assert.ok(Math.abs(row[k]! - expected[k]!) <= 1e-13 * Math.max(1, Math.abs(expected[k]!)))
        }
        if (task !== 'regression') assert.ok(Math.abs(row.reduce((a, b) => a + b) - 1) < 1e-12)
      }
    })
  }
}

test('no rows, no trees, float32 rows', () => {
  const model = randomTreeModel({ link: 'identity', task: 'regression', depth: 3, trees: 9, cols: 3, seed: 4 })
  const predictor = treePredictor(model)
  assert.equal(predictor.predict({ names: [], rows: 0, cols: 3, data: new Float64Array(0) }).length, 0)
  const data = Float32Array.from({ length: 30 }, (_, k) => Math.sin(k))
  assert.deepEqual(
    predictor.predict({ names: [], rows: 10, cols: 3, data }),
    predictor.predict({ names: [], rows: 10, cols: 3, data: Float64Array.from(data) }),
  )
  const bare = randomTreeModel({ link: 'identity', task: 'regression', depth: 3, trees: 0, cols: 3, seed: 4 })
  assert.deepEqual(
    treePredictor(bare).predict({ names: [], rows: 2, cols: 3, data: new Float64Array(6) }),
    new Float64Array(2).fill((bare.config.base as number[])[0]!),
  )
})

test('nodes that share a child, and so could multiply without end, are refused', () => {
  const model = randomTreeModel({ link: 'identity', task: 'regression', depth: 3, trees: 2, cols: 3, seed: 4 })
  const { right, left } = readTrees(model).trees
  right[0] = left[0]!
  assert.throws(() => treePredictor(model), BundleError)
})

test('WebAssembly and plain loops give the same bits, also for codes beyond every set and large sets', () => {
  for (const leafWidth of [1, 3]) {
    const model = randomTreeModel({
      link: 'softmax',
      task: 'multiclass',
      classes: 3,
      leafWidth,
      depth: 9,
      trees: 21,
      cols: 6,
      levels: 300,
      seed: 8,
    })
    const matrix = rowsFor(model, 61, 2)
    const odd = [
      -1,
      -0.5,
      1e300,
      -1e300,
      2 ** 31,
      2 ** 32 + 1,
      Number.POSITIVE_INFINITY,
      Number.NEGATIVE_INFINITY,
      63.5,
      64,
    ]
    odd.forEach((cell, k) => {
      matrix.data[k * 6 + (k % 6)] = cell
      matrix.data[(k + 20) * 6 + 1] = cell
    })
    const packed = packTrees(readTrees(model).trees, 6)
    const [loops, wasm] = [loopScorer(packed, 3), wasmScorer(packed, 3)!]
    const [a, b] = [new Float64Array(61 * 3).fill(0.1), new Float64Array(61 * 3).fill(0.1)]
    for (let first = 0; first < 61; first += 30) {
      const some = Math.min(30, 61 - first)
      loops.addRows(matrix.data, first, some, a.subarray(first * 3))
      wasm.addRows(matrix.data, first, some, b.subarray(first * 3))
    }
    assert.deepEqual(b, a)
    for (let i = 0; i < 61; i++) {
      const [c, d] = [new Float64Array(3).fill(0.1), new Float64Array(3).fill(0.1)]
      loops.addRow(matrix.data, i * 6, c)
      wasm.addRow(matrix.data, i * 6, d)
      assert.deepEqual(d, c)
      assert.deepEqual(c, a.slice(i * 3, i * 3 + 3))
    }
  }
})

test('the compiled kernel is that of its source', async () => {
  assert.equal(await compileKernel('predict'), PREDICT_WASM)
})
