import assert from 'node:assert/strict'
import test from 'node:test'
import { createRandom } from '../random.ts'
import { assertClose, problem } from '../testing.ts'
import { mlp } from './mlp.ts'
import { mlpPredictor } from './mlp-forward.ts'
import { lossOf } from './mlp-loss.ts'
import { createNetwork } from './mlp-network.ts'
import { backend, loadTensorFlow } from './tensorflow.ts'
import type { Model, Tensor } from './types.ts'

test('the backend has a name, a version and, when not native, a reason', async () => {
  const { name, version, reason } = await backend()
  assert.ok(name === 'tensorflow' || (name === 'wasm' && reason))
  assert.match(version, /^\d+\./)
})

test('our forward pass equals TensorFlow’s to 1e-5', async () => {
  const { tf } = await loadTensorFlow()
  const random = createRandom(4)
  const sizes = [30, 64, 32, 3]
  const network = createNetwork(tf, 'multiclass', sizes, { seed: 8, dropout: 0, weightDecay: 0 })
  const x = Float32Array.from({ length: 30 * 500 }, () => random.normal())
  const raw = network.outputs(x, 500)
  const weights = network.weights()
  network.dispose()
  const tensors: Record<string, Tensor> = { fill: { dtype: 'F32', shape: [30], data: new Float32Array(30) } }
  for (let k = 0; k < 3; k++) {
    tensors[`kernel.${k}`] = { dtype: 'F32', shape: [sizes[k]!, sizes[k + 1]!], data: weights[2 * k]! }
    tensors[`bias.${k}`] = { dtype: 'F32', shape: [sizes[k + 1]!], data: weights[2 * k + 1]! }
  }
  const model: Model = { trainer: 'mlp', task: 'multiclass', classCount: 3, cols: 30, tensors, config: {} }
  const ours = mlpPredictor(model).predict({ names: [], rows: 500, cols: 30, data: x })
  const theirs = tf.softmax(tf.tensor2d(raw, [500, 3])).dataSync()
  for (let k = 0; k < ours.length; k++) assertClose(ours[k]!, theirs[k]!, 1e-5)
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
