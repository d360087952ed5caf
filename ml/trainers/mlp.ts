import type { Matrix } from '../matrix.ts'
import { createRandom, deriveSeed } from '../random.ts'
import { lossOf } from './mlp-loss.ts'
import { createNetwork, type Network } from './mlp-network.ts'
import { chooseBatchSize, mlpParameters, mlpSettings } from './mlp-parameters.ts'
import { resolveParameters } from './parameters.ts'
import { columnMeans, weightSum } from './statistics.ts'
import { loadTensorFlow } from './tensorflow.ts'
import { createBreather, type FitContext, type Labelled, type Model, type Tensor, type Trainer } from './types.ts'

/** Neural network trained by TensorFlow.js; needs Node. Inference is `mlpPredictor`, which needs nothing. */
export const mlp: Trainer = {
  id: 'mlp',
  label: 'Neural network',
  summary: 'Layers of neurons trained with TensorFlow.js. Learns curves and interactions that a linear model cannot.',
  tasks: ['regression', 'binary', 'multiclass'],
  features: 'numeric',
  parameters: mlpParameters,
  defaultSettings: mlpSettings,
  fit,
}

async function fit(context: FitContext): Promise<Model> {
  context.signal.throwIfAborted()
  const { tf, backend } = await loadTensorFlow()
  const parameters = resolveParameters(mlpParameters, context.parameters)
  const { task, classCount, seed } = context
  const fill = columnMeans(context.x, context.weights)
  const scale = task === 'regression' ? targetScale(context) : { mean: 0, deviation: 1 }
  const train = prepare(context, fill, scale)
  const held = context.validation && context.validation.y.length > 0 ? prepare(context.validation, fill, scale) : null
  const width = task === 'multiclass' ? classCount : 1
  const sizes = [context.x.cols, ...(parameters.hidden as number[]), width]
  const network = createNetwork(tf, task, sizes, {
    seed: deriveSeed(seed, 'initial weights'),
    dropout: Number(parameters.dropout),
    weightDecay: Number(parameters.weightDecay),
  })
  try {
    const epochs = Number(parameters.epochs)
    const batchSize = Number(parameters.batchSize) || chooseBatchSize(train.rows)
    const patience = Number(parameters.patience)
    const cosine = parameters.schedule === 'cosine'
    const totalSteps = epochs * Math.ceil(train.rows / batchSize)
    const order = Int32Array.from({ length: train.rows }, (_, i) => i)
    const random = createRandom(deriveSeed(seed, 'shuffle'))
    const breathe = createBreather(context)
    let best = { loss: Number.POSITIVE_INFINITY, epoch: 0, weights: network.weights() }
    let epoch = 0
    let step = 0
    for (epoch = 1; epoch <= epochs; epoch++) {
      random.shuffle(order)
      const sum = { loss: 0, weight: 0 }
      for (let from = 0; from < train.rows; from += batchSize) {
        const rate =
          Number(parameters.learningRate) * (cosine ? 0.5 * (1 + Math.cos((Math.PI * step) / totalSteps)) : 1)
        const rows = order.subarray(from, from + batchSize)
        const result = network.trainStep(takeBatch(train, rows), rate)
        sum.loss += result.loss
        sum.weight += result.weight
        step++
        const pause = breathe()
        if (pause) await pause
      }
      const metrics = epochMetrics(task, sum.loss / Math.max(sum.weight, Number.MIN_VALUE), '', scale.deviation)
      if (held) {
        const loss = validationLoss(network, held, task, width)
        Object.assign(metrics, epochMetrics(task, loss, 'validation_', scale.deviation))
        if (loss < best.loss) best = { loss, epoch, weights: network.weights() }
      }
      context.report(epoch, metrics)
      if (held && patience > 0 && epoch - best.epoch >= patience) break
    }
    const weights = held && best.epoch > 0 ? best.weights : network.weights()
    return {
      trainer: 'mlp',
      task,
      classCount,
      cols: context.x.cols,
      tensors: tensorsOf(weights, sizes, fill),
      config: {
        backend,
        batchSize,
        epochs: Math.min(epoch, epochs),
        bestEpoch: held ? best.epoch : Math.min(epoch, epochs),
        ...(task === 'regression' ? { targetMean: scale.mean, targetDeviation: scale.deviation } : {}),
      },
    }
  } finally {
    network.dispose()
  }
}

/** Mean and deviation by which a regression target is standardised, so that one learning rate suits all targets. */
function targetScale({ y, weights }: Labelled): { mean: number; deviation: number } {
  const total = weightSum(y.length, weights)
  let [mean, squares] = [0, 0]
  for (let i = 0; i < y.length; i++) mean += ((weights?.[i] ?? 1) / total) * y[i]!
  for (let i = 0; i < y.length; i++) squares += ((weights?.[i] ?? 1) / total) * (y[i]! - mean) ** 2
  return { mean, deviation: squares > 0 ? Math.sqrt(squares) : 1 }
}

type Prepared = { rows: number; cols: number; x: Float32Array; y: Float32Array; weights?: Float32Array }

function prepare(data: Labelled, fill: Float64Array, scale: { mean: number; deviation: number }): Prepared {
  return {
    rows: data.x.rows,
    cols: data.x.cols,
    x: toFloat32(data.x, fill),
    y: Float32Array.from(data.y, value => (value - scale.mean) / scale.deviation),
    ...(data.weights ? { weights: Float32Array.from(data.weights) } : {}),
  }
}

function toFloat32(x: Matrix, fill: Float64Array): Float32Array {
  const data = new Float32Array(x.data.length)
  for (let k = 0; k < data.length; k++) {
    const cell = x.data[k]!
    data[k] = Number.isNaN(cell) ? fill[k % x.cols]! : cell
  }
  return data
}

function takeBatch({ x, y, weights, cols }: Prepared, rows: Int32Array) {
  const batch = { x: new Float32Array(rows.length * cols), y: new Float32Array(rows.length) }
  const batchWeights = weights ? new Float32Array(rows.length) : undefined
  for (let i = 0; i < rows.length; i++) {
    const row = rows[i]!
    batch.x.set(x.subarray(row * cols, (row + 1) * cols), i * cols)
    batch.y[i] = y[row]!
    if (batchWeights) batchWeights[i] = weights![row]!
  }
  return batchWeights ? { ...batch, weights: batchWeights } : batch
}

/** Mean loss in chunks, so that a large validation set does not need one huge tensor. */
function validationLoss(network: Network, held: Prepared, task: FitContext['task'], width: number): number {
  const chunk = 4096
  const sum = { loss: 0, weight: 0 }
  for (let from = 0; from < held.rows; from += chunk) {
    const to = Math.min(held.rows, from + chunk)
    const outputs = network.outputs(held.x.subarray(from * held.cols, to * held.cols), to - from)
    const part = lossOf(task, outputs, width, held.y.subarray(from, to), held.weights?.subarray(from, to))
    sum.loss += part.loss
    sum.weight += part.weight
  }
  return sum.loss / Math.max(sum.weight, Number.MIN_VALUE)
}

/** For regression the RMSE in the target's unit as well: people read that. */
function epochMetrics(task: FitContext['task'], loss: number, prefix: string, deviation: number) {
  const metrics: Record<string, number> = { [`${prefix}loss`]: loss }
  if (task === 'regression') metrics[`${prefix}rmse`] = Math.sqrt(loss) * deviation
  return metrics
}

function tensorsOf(weights: readonly Float32Array[], sizes: readonly number[], fill: Float64Array) {
  const tensors: Record<string, Tensor> = {
    fill: { dtype: 'F32', shape: [fill.length], data: Float32Array.from(fill) },
  }
  for (let k = 0; k + 1 < sizes.length; k++) {
    tensors[`kernel.${k}`] = { dtype: 'F32', shape: [sizes[k]!, sizes[k + 1]!], data: weights[2 * k]! }
    tensors[`bias.${k}`] = { dtype: 'F32', shape: [sizes[k + 1]!], data: weights[2 * k + 1]! }
  }
  return tensors
}
