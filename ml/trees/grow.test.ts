import assert from 'node:assert/strict'
import test from 'node:test'
import type { Matrix } from '../matrix.ts'
import { takeMatrixRows } from '../matrix.ts'
import { compilePredictor, getTrainer } from '../node.ts'
import { createRandom } from '../random.ts'
import { matrixOf, problem } from '../testing.ts'
import type { FitContext, Model, Parameters, Task } from '../trainers/types.ts'
import { chooseBins, codeMatrix, trainingBins } from './bins.ts'
import { edgeBetween, findEdges, MAX_BINS } from './edges.ts'
import { compileKernel } from './kernels/compile.ts'
import { GROWING_WASM } from './kernels/growing-wasm.ts'
import { readTrees } from './model.ts'
import { weightedQuantile } from './quantile.ts'

const still = () => undefined
const fit = (context: FitContext, parameters: Parameters = {}): Promise<Model> =>
  getTrainer('gbdt').fit({ ...context, parameters })
const bytesOf = (model: Model) =>
  Object.values(model.tensors).map(({ data }) =>
    Buffer.from(data.buffer, data.byteOffset, data.byteLength).toString('base64'),
  )

/** Large enough that all threads work on one node. */
function large(task: Task, rows = 70_000, cols = 5): FitContext {
  const random = createRandom(8)
  const data = new Float64Array(rows * cols).map(() => random.normal())
  for (let k = 0; k < data.length; k += 11) data[k] = Number.NaN
  const y = Float64Array.from({ length: rows }, (_, i) => {
    const a = (data[i * cols] || 0) + Math.sin(3 * (data[i * cols + 1] || 0)) + 0.5 * random.normal()
    return task === 'regression' ? a : Math.max(0, Math.min(task === 'binary' ? 1 : 2, Math.round(a)))
  })
  return { ...problem(task, 4), x: { names: ['a', 'b', 'c', 'd', 'e'], rows, cols, data }, y }
}

test('the compiled kernels are those of the sources', async () => {
  assert.equal(await compileKernel('growing'), GROWING_WASM)
})

test('edges lie between neighbours, also beside infinities, and are single-precision where that fits', () => {
  const values = [
    Number.NEGATIVE_INFINITY,
    -Number.MAX_VALUE,
    -1,
    0,
    Number.MIN_VALUE,
    1,
    1 + 2 ** -52,
    3,
    Number.POSITIVE_INFINITY,
  ]
  for (let k = 0; k + 1 < values.length; k++) {
    const edge = edgeBetween(values[k]!, values[k + 1]!)
    assert.ok(values[k]! <= edge && edge < values[k + 1]!, `${values[k]} ${edge} ${values[k + 1]}`)
  }
  assert.equal(edgeBetween(0.1, 0.2), Math.fround(edgeBetween(0.1, 0.2)))
})

test('few values get a bin each; many are spread evenly, with frequent ones alone', () => {
  assert.deepEqual([...findEdges(Float64Array.of(1, 1, 2, 4))], [1.5, 3])
  assert.deepEqual([...findEdges(new Float64Array(0))], [])
  const many = Float64Array.from({ length: 30_000 }, (_, i) => (i < 10_000 ? 0 : i)).sort()
  const edges = findEdges(many)
  assert.equal(edges.length, MAX_BINS - 1)
  assert.ok(edges[0]! > 0 && edges[0]! < 10_000)
  const widths = edges.slice(2).map((edge, k) => edge - edges[k + 1]!)
  assert.ok(Math.max(...widths) < 2 * Math.min(...widths))
})

test('a cell is in the bin whose edges enclose it; missing and infinite cells and rare levels have theirs', async () => {
  const rows = 600
  const cells = [Number.NEGATIVE_INFINITY, -2, 0, 0.5, 7, Number.POSITIVE_INFINITY, Number.NaN]
  const matrix: Matrix = {
    ...matrixOf(rows, 3, (i, j) => (j === 0 ? cells[i % 7]! : j === 1 ? i : Number.NaN)),
    levels: [0, 10_000, 0],
  }
  matrix.data[1] = 9999
  const features = chooseBins(matrix.data, rows, 3, c => matrix.levels![c]!)
  const bins = await codeMatrix(matrix, features, still)
  for (let i = 0; i < 7; i++) {
    const { edges, values } = features[0]!
    const cell = cells[i]!
    const bin = bins.codes[i * 3]!
    if (Number.isNaN(cell)) assert.equal(bin, values)
    else assert.equal(bin, edges.filter(edge => edge < cell).length)
  }
  assert.deepEqual(
    features.map(feature => feature.values),
    [6, 255, 1],
  )
  assert.equal(bins.codes[1], 254)
  assert.equal(bins.codes[3 * 300 + 1], 254)
  assert.equal(bins.codes[3 * 20 + 1], 20)
  assert.deepEqual(bins.missing, [true, false, true])
})

test('rows taken from a matrix share its bins', async () => {
  const matrix = matrixOf(100, 2, (i, j) => i * (j + 1))
  const whole = await trainingBins(matrix, still)
  const part = await trainingBins(takeMatrixRows(matrix, [99, 3, 3, ...Array(20).keys()]), still)
  assert.equal(part.features[0], whole.features[0])
  assert.deepEqual([...part.codes.subarray(0, 2)], [...whole.codes.subarray(198)])
})

for (const task of ['regression', 'binary', 'multiclass'] as const) {
  test(`${task}: the same bytes from one thread and from three, sampled and weighted`, async () => {
    const context = large(task)
    context.weights = Float64Array.from(context.y, (_, i) => 0.3 + (i % 5))
    context.validation = { x: takeMatrixRows(context.x, [...Array(500).keys()]), y: context.y.slice(0, 500) }
    const parameters = { trees: 3, rowSample: 0.9, columnSample: 0.8, objective: 'absolute' }
    const one = await fit(context, parameters)
    // The first fit starts the threads, the next ones have them.
    for (let k = 0; k < 2; k++)
      assert.deepEqual(bytesOf(await fit({ ...context, threads: 3 }, parameters)), bytesOf(one))
  })
}

test('the loss reported is that of the model, on training and on validation rows', async () => {
  const context = large('regression', 3000)
  const held = large('regression', 800)
  let last: Record<string, number> = {}
  const report = (_step: number, metrics: Record<string, number>) => {
    last = metrics
  }
  const model = await fit({ ...context, validation: held, report }, { trees: 20, earlyStopping: 0 })
  for (const [rows, loss] of [
    [context, last.loss!],
    [held, last.validation_loss!],
  ] as const) {
    const predicted = compilePredictor(model).predict(rows.x)
    const error = predicted.reduce((sum, value, i) => sum + (value - rows.y[i]!) ** 2, 0) / rows.y.length
    assert.ok(Math.abs(error - loss) < 1e-4 * loss, `${error} ${loss}`)
  }
})

test('early stopping keeps the best round', async () => {
  const context = large('binary', 600)
  const held = large('binary', 2000)
  const losses: number[] = []
  const report = (_step: number, metrics: Record<string, number>) => losses.push(metrics.validation_loss!)
  const model = await fit(
    { ...context, validation: held, report },
    { trees: 400, learningRate: 0.3, earlyStopping: 10 },
  )
  const best = losses.indexOf(Math.min(...losses)) + 1
  assert.equal(model.config.bestIteration, best)
  assert.equal(model.tensors.roots!.data.length, best)
  assert.equal(losses.length, best + 10)
})

test('a category of 10,000 levels, infinities and missing cells: predictions on cells are those learned on bins', async () => {
  const random = createRandom(4)
  const rows = 4000
  const x: Matrix = {
    ...matrixOf(rows, 3, (i, j) =>
      j === 0
        ? Math.floor(10_000 * random.next() ** 6)
        : j === 1
          ? [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, i % 9, Number.NaN][i % 4]!
          : i % 3,
    ),
    levels: [10_000, 0, 3],
  }
  const y = Float64Array.from({ length: rows }, (_, i) => {
    const code = x.data[i * 3]!
    return ((code * 7919) % 11) + (i % 4 === 0 ? 5 : i % 4 === 3 ? -4 : 0) + (x.data[i * 3 + 2] === 1 ? 3 : 0)
  })
  let loss = 0
  const context = {
    ...problem('regression', 4),
    x,
    y,
    report: (_: number, metrics: Record<string, number>) => (loss = metrics.loss!),
  }
  const model = await fit(context, { trees: 150, maxLeaves: 63, categorySmoothing: 1, categoryL2: 1 })
  const predicted = compilePredictor(model).predict(x)
  const error = predicted.reduce((sum, value, i) => sum + (value - y[i]!) ** 2, 0) / rows
  assert.ok(Math.abs(error - loss) < 1e-4 * loss, `${error} ${loss}`)
  assert.ok(error < 6, `error ${error}`)
  const { trees } = readTrees(model)
  assert.ok(trees.flags.some(flags => flags & 2))
})

test('a few distinct rows are learned exactly', async () => {
  const x = matrixOf(5, 1, i => i)
  const context = { ...problem('regression', 5), x, y: Float64Array.of(3, -1, 4, 1, -5) }
  const model = await fit(context, { trees: 60, learningRate: 0.5, minChildSamples: 1, l2: 0 })
  compilePredictor(model)
    .predict(x)
    .forEach((value, i) => {
      assert.ok(Math.abs(value - context.y[i]!) < 1e-4)
    })
})

test('depth, leaves and rows per leaf are kept; level by level grows level by level', async () => {
  const context = large('regression', 5000)
  for (const growth of ['leaf', 'level']) {
    const model = await fit(context, { trees: 3, maxDepth: 3, maxLeaves: 7, minChildSamples: 50, growth })
    const { trees } = readTrees(model)
    for (const root of trees.roots) {
      const visit = (node: number): { leaves: number; depth: number } => {
        if (trees.feature[node]! < 0) {
          assert.ok(trees.cover[node]! >= 50)
          return { leaves: 1, depth: 0 }
        }
        const [left, right] = [visit(trees.left[node]!), visit(trees.right[node]!)]
        assert.equal(trees.cover[node], trees.cover[trees.left[node]!]! + trees.cover[trees.right[node]!]!)
        return { leaves: left.leaves + right.leaves, depth: 1 + Math.max(left.depth, right.depth) }
      }
      const { leaves, depth } = visit(root)
      assert.ok(leaves <= 7 && depth <= 3 && leaves > 4)
    }
  }
})

test('objectives: quantiles cover their share, absolute and Huber errors bear outliers, Poisson predicts counts', async () => {
  const context = large('regression', 4000)
  const high = compilePredictor(await fit(context, { trees: 80, objective: 'quantile', quantile: 0.9 })).predict(
    context.x,
  )
  const covered = high.filter((value, i) => context.y[i]! <= value).length / high.length
  assert.ok(Math.abs(covered - 0.9) < 0.03, `${covered}`)
  const y = context.y.slice()
  for (let i = 0; i < y.length; i += 50) y[i] = 1e6
  for (const objective of ['absolute', 'huber']) {
    const predicted = compilePredictor(await fit({ ...context, y }, { trees: 80, objective })).predict(context.x)
    const errors = Float64Array.from(predicted, (value, i) => Math.abs(value - context.y[i]!))
    assert.ok(weightedQuantile(errors, undefined, 0.5) < 0.8, objective)
  }
  const counts = Float64Array.from(context.y, value => Math.max(0, Math.round(2 + 2 * value)))
  const predicted = compilePredictor(await fit({ ...context, y: counts }, { trees: 80, objective: 'poisson' })).predict(
    context.x,
  )
  const sum = (values: Float64Array) => values.reduce((all, value) => all + value, 0)
  assert.ok(predicted.every(value => value > 0))
  assert.ok(Math.abs(sum(predicted) / sum(counts) - 1) < 0.01)
})

test('weighted quantiles are those of the sorted values', () => {
  const random = createRandom(2)
  for (let round = 0; round < 50; round++) {
    const values = Float64Array.from({ length: 1 + random.integer(40) }, () => random.integer(12))
    const weights = values.map(() => random.integer(4) + 1)
    const share = random.next()
    const order = [...values.keys()].sort((a, b) => values[a]! - values[b]!)
    const aim = share * weights.reduce((all, weight) => all + weight, 0)
    let reached = 0
    const expected = order.find(i => {
      reached += weights[i]!
      return reached >= aim
    })!
    assert.equal(weightedQuantile(values.slice(), weights.slice(), share), values[expected])
  }
})

test('monotone features: predictions never go against the promise, missing cells aside', async () => {
  const random = createRandom(6)
  const rows = 1500
  const x = matrixOf(rows, 3, () => random.normal())
  const signal = (i: number) =>
    x.data[i * 3]! + Math.sin(4 * x.data[i * 3]!) - x.data[i * 3 + 1]! + x.data[i * 3 + 2]! ** 2
  for (const task of ['regression', 'binary'] as const) {
    const y = Float64Array.from({ length: rows }, (_, i) => {
      const value = signal(i) + random.normal()
      return task === 'regression' ? value : value > 0.5 ? 1 : 0
    })
    const context = { ...problem(task, 4), x, y }
    const predictor = compilePredictor(await fit(context, { trees: 60, increasing: 'x0', decreasing: ' x1 ,' }))
    const free = compilePredictor(await fit(context, { trees: 60 }))
    const violations = (of: typeof predictor, column: number, direction: number): number => {
      let found = 0
      for (let i = 0; i < 40; i++) {
        const grid = matrixOf(60, 3, (k, j) => (j === column ? -3 + k / 10 : x.data[i * 3 + j]!))
        const predicted = of.predict(grid)
        const [step, at] = task === 'regression' ? [1, 0] : [2, 1]
        for (let k = 1; k < 60; k++) {
          if (direction * (predicted[k * step + at]! - predicted[(k - 1) * step + at]!) < -1e-12) found++
        }
      }
      return found
    }
    assert.equal(violations(predictor, 0, 1), 0)
    assert.equal(violations(predictor, 1, -1), 0)
    assert.ok(violations(free, 0, 1) > 0)
  }
  const refused = (parameters: Parameters) => assert.rejects(fit({ ...problem('binary', 60) }, parameters), /monotone/)
  await refused({ increasing: 'nothing' })
  await refused({ increasing: 'x0', decreasing: 'x0' })
})
