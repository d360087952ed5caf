import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import test from 'node:test'
import { BundleError } from '../errors.ts'
import type { Matrix } from '../matrix.ts'
import { loadPredictor } from '../predictor.ts'
import { createRandom } from '../random.ts'
import { assertClose, matrixOf, problem } from '../testing.ts'
import { mlp } from './mlp.ts'
import { embeddingWidth, inputsOf, toBatch } from './mlp-data.ts'
import { mlpPredictor } from './mlp-forward.ts'
import { lossOf } from './mlp-loss.ts'
import { createNetwork, type NetworkOptions } from './mlp-network.ts'
import { clipGradient, scheduledRate } from './mlp-optimizer.ts'
import { createProducts, transpose } from './mlp-products.ts'
import { backend, loadTensorFlow } from './tensorflow.ts'
import type { FitContext, Model, Parameters, Tensor } from './types.ts'

test('the backend has a name, a version and, when not native, a reason', async () => {
  const { name, version, reason } = await backend()
  assert.ok(name === 'tensorflow' || (name === 'wasm' && reason))
  assert.match(version, /^\d+\./)
})

const PLAIN: NetworkOptions = {
  hidden: [64, 32],
  outputs: 3,
  seed: 8,
  dropout: 0,
  batchNorm: false,
  residual: false,
  optimiser: 'adam',
  momentum: 0.9,
  weightDecay: 0,
  clip: 0,
}

test('our forward pass equals TensorFlow’s to 1e-5', async () => {
  const { tf, backend } = await loadTensorFlow()
  const random = createRandom(4)
  const x = Float32Array.from({ length: 30 * 500 }, () => random.normal())
  const matrix: Matrix = { names: [], rows: 500, cols: 30, data: x }
  const network = createNetwork(
    createProducts(tf, backend.name === 'tensorflow'),
    'multiclass',
    inputsOf(matrix),
    PLAIN,
  )
  const { kernels, biases } = network.weights()
  const tensors: Record<string, Tensor> = { fill: { dtype: 'F32', shape: [30], data: new Float32Array(30) } }
  const sizes = [30, 64, 32, 3]
  for (let k = 0; k < 3; k++) {
    tensors[`kernel.${k}`] = { dtype: 'F32', shape: [sizes[k]!, sizes[k + 1]!], data: kernels[k]! }
    tensors[`bias.${k}`] = { dtype: 'F32', shape: [sizes[k + 1]!], data: biases[k]! }
  }
  const model: Model = { trainer: 'mlp', task: 'multiclass', classCount: 3, cols: 30, tensors, config: {} }
  const ours = mlpPredictor(model).predict(matrix)
  const theirs = tf.tidy(() => {
    let h = tf.tensor2d(x, [500, 30])
    for (let k = 0; k < 3; k++) {
      h = tf.add(tf.matMul(h, tf.tensor2d(kernels[k]!, [sizes[k]!, sizes[k + 1]!])), tf.tensor1d(biases[k]!))
      if (k < 2) h = tf.relu(h)
    }
    return tf.softmax(h)
  })
  const expected = theirs.dataSync()
  theirs.dispose()
  for (let k = 0; k < ours.length; k++) assertClose(ours[k]!, expected[k]!, 1e-5)
})

test('the gradient of the whole network is that of its loss (finite differences)', async () => {
  const { tf, backend } = await loadTensorFlow()
  const products = createProducts(tf, backend.name === 'tensorflow')
  const random = createRandom(6)
  // Numbers and two categories, one of them with missing codes.
  const levels = [0, 3, 0, 5]
  const x = matrixOf(24, 4, (i, j) => (levels[j] === 0 ? random.normal() : i % 7 === 0 ? Number.NaN : i % levels[j]!))
  const inputs = inputsOf({ ...x, levels })
  const y = Float64Array.from({ length: 24 }, (_, i) => i % 3)
  const batch = toBatch({ x, y, weights: y.map(each => 1 + each) }, inputs, new Float64Array(4), {
    mean: 0,
    deviation: 1,
  })
  for (const change of [{}, { batchNorm: true }, { residual: true }, { batchNorm: true, residual: true }]) {
    const network = createNetwork(products, 'multiclass', inputs, { ...PLAIN, hidden: [6, 6, 6], ...change })
    const { gradient, parameters } = network.gradientOf(batch)
    const analytic = gradient.slice()
    let [dot, own, other] = [0, 0, 0]
    for (let k = 0; k < parameters.length; k++) {
      const kept = parameters[k]!
      parameters[k] = kept + 2e-3
      const above = network.gradientOf(batch).loss
      parameters[k] = kept - 2e-3
      const below = network.gradientOf(batch).loss
      parameters[k] = kept
      const slope = (above - below) / 4e-3
      dot += slope * analytic[k]!
      own += analytic[k]! ** 2
      other += slope ** 2
    }
    // Same direction and length; single entries may sit on a kink of ReLU.
    assert.ok(dot / Math.sqrt(own * other) > 0.999, `${JSON.stringify(change)}: cosine ${dot / Math.sqrt(own * other)}`)
    assertClose(Math.sqrt(own / other), 1, 0.02, JSON.stringify(change))
  }
})

test('gradients are those of the loss (finite differences)', async () => {
  const random = createRandom(2)
  for (const task of ['regression', 'binary', 'multiclass'] as const) {
    const width = task === 'multiclass' ? 3 : 1
    const outputs = Float64Array.from({ length: 4 * width }, () => random.normal())
    const y = task === 'regression' ? [0.3, -1, 2, 0] : [0, 1, 1, 0]
    const weights = [1, 2, 0.5, 1]
    const gradient = new Float32Array(outputs.length)
    const { weight } = lossOf(task, outputs, width, y, weights, gradient)
    for (let k = 0; k < outputs.length; k++) {
      const moved = outputs.slice()
      moved[k]! += 1e-6
      const slope = (lossOf(task, moved, width, y, weights).loss - lossOf(task, outputs, width, y, weights).loss) / 1e-6
      assertClose(gradient[k]!, slope / weight, 1e-5, task)
    }
  }
})

test('training stops early on validation and keeps the best weights', async () => {
  const context = problem('regression', 200)
  const held = problem('regression', 100, 4, 99)
  const epochs: Record<string, number>[] = []
  const model = await mlp.fit({
    ...context,
    validation: { x: held.x, y: held.y },
    parameters: { epochs: 500, patience: 5, learningRate: 0.05, schedule: 'constant' },
    report: (_step, metrics) => epochs.push(metrics),
  })
  assert.ok(epochs.length < 500)
  const best = epochs.reduce((low, each) => Math.min(low, each.validation_rmse!), Number.POSITIVE_INFINITY)
  const predicted = mlpPredictor(model).predict(held.x)
  const rmse = Math.sqrt(held.y.reduce((sum, y, i) => sum + (y - predicted[i]!) ** 2, 0) / 100)
  assertClose(rmse, best, 1e-4)
  assert.equal(model.config.bestEpoch, epochs.findIndex(each => each.validation_rmse === best) + 1)
})

test('dropout and no hidden layer train too, leaving no tensors behind', async () => {
  const { tf } = await loadTensorFlow()
  const before = tf.memory().numTensors
  const context = problem('multiclass', 120)
  await mlp.fit({ ...context, parameters: { dropout: 0.5, epochs: 3, hidden: [16, 8] } })
  await mlp.fit({ ...context, parameters: { epochs: 3, hidden: [] } })
  assert.equal(tf.memory().numTensors, before)
})

test('a bundle from before embeddings still loads and predicts the same', () => {
  const old = JSON.parse(readFileSync(new URL('../../bench/golden/mlp-v1.json', import.meta.url), 'utf8')) as {
    bundle: string
    rows: Record<string, unknown>[]
    predictions: number[]
  }
  const { predictions, errors } = loadPredictor(Buffer.from(old.bundle, 'base64')).predictRows(old.rows)
  assert.deepEqual(errors, [])
  for (const [i, value] of predictions.entries()) assertClose(Number(value), old.predictions[i]!, 1e-6)
})

/** The target is a number by level of one column, plus the other column; some codes are missing. */
function byLevel(levels = 12): FitContext {
  const random = createRandom(5)
  const effects = Array.from({ length: levels + 1 }, () => 5 * random.normal())
  const x = matrixOf(400, 2, (_, j) =>
    j ? random.normal() : random.next() < 0.1 ? Number.NaN : random.integer(levels),
  )
  const y = Float64Array.from({ length: 400 }, (_, i) => {
    const code = x.data[2 * i]!
    return effects[Number.isNaN(code) ? levels : code]! + x.data[2 * i + 1]!
  })
  return { ...problem('regression'), x: { ...x, levels: [levels, 0] }, y }
}

for (const parameters of [
  {},
  { batchNorm: true, hidden: [32, 16] },
  { batchNorm: true, residual: true, hidden: [16, 16, 16] },
  { optimiser: 'sgd', learningRate: 0.03, hidden: [32] },
] as Parameters[]) {
  test(`levels get embeddings, missing ones their own: ${JSON.stringify(parameters)}`, async () => {
    const context = { ...byLevel(), parameters: { epochs: 40, learningRate: 0.02, batchSize: 40, ...parameters } }
    const model = await mlp.fit(context)
    assert.deepEqual(model.tensors['embedding.0']!.shape, [13, embeddingWidth(12)])
    const predicted = mlpPredictor(model).predict(context.x)
    let [error, variance] = [0, 0]
    for (let i = 0; i < 400; i++) {
      error += (predicted[i]! - context.y[i]!) ** 2
      variance += context.y[i]! ** 2
    }
    assert.ok(error < 0.05 * variance, `share of variance left: ${error / variance}`)
    const again = await mlp.fit(context)
    for (const [name, { data }] of Object.entries(model.tensors))
      assert.deepEqual(again.tensors[name]!.data, data, name)
    // A level never seen in training, a code no level has and none at all: one answer.
    const [unseen, beyond, none] = mlpPredictor(model).predict({
      ...context.x,
      rows: 3,
      data: Float64Array.of(12, 0, -1, 0, Number.NaN, 0),
    })
    assert.ok(unseen === none && beyond === none)
  })
}

test('widths of embeddings, and descriptions that do not fit the columns, are checked', async () => {
  assert.deepEqual([1, 2, 10, 100, 1000, 100_000].map(embeddingWidth), [2, 3, 6, 22, 50, 50])
  const model = await mlp.fit({ ...byLevel(), parameters: { epochs: 1 } })
  for (const levels of [[12], [13, 0], [12, -1], 'many']) {
    const wrong = { ...model, config: { ...model.config, levels } }
    assert.throws(() => mlpPredictor(wrong), BundleError)
  }
})

test('rates rise over the warm-up, then fall along a cosine; long gradients are shortened', () => {
  const rates = Array.from({ length: 101 }, (_, step) => scheduledRate(step, 100, 0.1, 'cosine'))
  assertClose(rates[0]!, 1 / 11, 1e-12)
  assertClose(rates[10]!, 1, 1e-12)
  assertClose(rates[55]!, 0.5, 1e-12)
  assertClose(rates[100]!, 0, 1e-12)
  assert.equal(scheduledRate(99, 100, 0, 'constant'), 1)
  const gradient = Float32Array.of(3, 4)
  clipGradient(gradient, 0)
  clipGradient(gradient, 6)
  assert.deepEqual([...gradient], [3, 4])
  clipGradient(gradient, 1)
  assertClose(Math.hypot(...gradient), 1, 1e-6)
})

test('the three products are those of plain loops, small and large', async () => {
  const { tf, backend } = await loadTensorFlow()
  const products = createProducts(tf, backend.name === 'tensorflow')
  const random = createRandom(3)
  const fill = (length: number) => Float32Array.from({ length }, () => random.normal())
  for (const [rows, inner, cols] of [
    [3, 4, 5],
    [50, 1, 40],
    [60, 40, 1],
    [40, 50, 60],
  ] as const) {
    const [a, b] = [fill(rows * inner), fill(inner * cols)]
    const answers = [
      products.multiply(a, b, rows, inner, cols),
      products.multiplyTransposedLeft(transpose(a, rows, inner), b, rows, inner, cols),
      products.multiplyTransposedRight(a, transpose(b, inner, cols), rows, inner, cols),
    ]
    for (let i = 0; i < rows; i++) {
      for (let j = 0; j < cols; j++) {
        let sum = 0
        for (let k = 0; k < inner; k++) sum += a[i * inner + k]! * b[k * cols + j]!
        for (const answer of answers) assertClose(answer[i * cols + j]!, sum, 1e-5)
      }
    }
  }
})
