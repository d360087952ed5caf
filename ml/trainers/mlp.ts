import { createRandom, deriveSeed } from '../random.ts'
import { finiteMeans } from './linear-design.ts'
import { type Batch, copyOf, type Inputs, inputsOf, reorder, slice, toBatch } from './mlp-data.ts'
import { lossOf } from './mlp-loss.ts'
import { createNetwork, type Network, type Weights } from './mlp-network.ts'
import { scheduledRate } from './mlp-optimizer.ts'
import { chooseBatchSize, mlpParameters, mlpSettings } from './mlp-parameters.ts'
import { createProducts } from './mlp-products.ts'
import { resolveParameters } from './parameters.ts'
import { weightSum } from './statistics.ts'
import { loadTensorFlow } from './tensorflow.ts'
import { createYielder, type FitContext, type LabeledData, type Model, type Tensor, type Trainer } from './types.ts'

/** Neural network trained on TensorFlow.js; needs Node. Inference (`mlpPredictor`) is portable. */
export const mlp: Trainer = {
  id: 'mlp',
  label: 'Neural network',
  summary: 'Layers of neurons trained with TensorFlow.js. Learns curves and interactions that a linear model cannot.',
  tasks: ['regression', 'binary', 'multiclass'],
  features: 'embedded',
  parameters: mlpParameters,
  defaultSettings: mlpSettings,
  fit,
}

async function fit(context: FitContext): Promise<Model> {
  context.signal.throwIfAborted()
  const { tf, backend } = await loadTensorFlow()
  const parameters = resolveParameters(mlpParameters, context.parameters)
  const { task, classCount, seed, x } = context
  const inputs = inputsOf(x)
  const fill = finiteMeans(x, context.weights)
  for (const { column } of inputs.categories) fill[column] = 0
  const scale = task === 'regression' ? targetScale(context) : { mean: 0, deviation: 1 }
  const train = toBatch(context, inputs, fill, scale)
  const held = context.validation?.y.length ? toBatch(context.validation, inputs, fill, scale) : null
  const hidden = parameters.hidden as number[]
  const residual = Boolean(parameters.residual)
  const network = createNetwork(createProducts(tf, backend.name === 'tensorflow'), task, inputs, {
    hidden,
    outputs: task === 'multiclass' ? classCount : 1,
    seed: deriveSeed(seed, 'initial weights'),
    dropout: Number(parameters.dropout),
    batchNorm: Boolean(parameters.batchNorm),
    residual,
    optimiser: parameters.optimiser as 'adam' | 'sgd',
    momentum: Number(parameters.momentum),
    weightDecay: Number(parameters.weightDecay),
    clip: Number(parameters.clip),
  })
  const batchSize = Number(parameters.batchSize) || chooseBatchSize(train.rows)
  const schedule = {
    epochs: Number(parameters.epochs),
    batchSize,
    patience: Number(parameters.patience),
    rate: (step: number, steps: number) =>
      Number(parameters.learningRate) *
      scheduledRate(step, steps, Number(parameters.warmUp), parameters.schedule as 'constant' | 'cosine'),
  }
  const trained = await trainEpochs(context, network, train, held, schedule, scale.deviation)
  return {
    trainer: 'mlp',
    task,
    classCount,
    cols: x.cols,
    tensors: tensorsOf(trained.weights, inputs, [inputs.width, ...hidden], fill),
    config: {
      backend,
      batchSize,
      epochs: trained.epochs,
      bestEpoch: trained.bestEpoch,
      ...(task === 'regression' ? { targetMean: scale.mean, targetDeviation: scale.deviation } : {}),
      ...(inputs.categories.length > 0 ? { levels: [...x.levels!] } : {}),
      ...(residual ? { residual } : {}),
    },
  }
}

type Schedule = {
  epochs: number
  batchSize: number
  patience: number
  rate(step: number, steps: number): number
}

/**
 * Trains until the epochs are over or validation has not improved for `patience` epochs; returns the best epoch's weights, with validation.
 */
async function trainEpochs(
  context: FitContext,
  network: Network,
  train: Batch,
  held: Batch | null,
  { epochs, batchSize, patience, rate }: Schedule,
  deviation: number,
) {
  const { task } = context
  // Batches of equal size: a small last one would have the noisiest gradient.
  const batches = Math.ceil(train.rows / batchSize)
  const order = Int32Array.from({ length: train.rows }, (_, i) => i)
  const shuffled = copyOf(train)
  const random = createRandom(deriveSeed(context.seed, 'shuffle'))
  const yieldIfDue = createYielder(context)
  let best = { loss: Number.POSITIVE_INFINITY, epoch: 0, weights: network.weights() }
  let epoch = 0
  let step = 0
  while (epoch < epochs) {
    epoch++
    random.shuffle(order)
    reorder(train, order, shuffled)
    const sum = { loss: 0, weight: 0 }
    for (let b = 0; b < batches; b++) {
      const from = Math.floor((train.rows * b) / batches)
      const to = Math.floor((train.rows * (b + 1)) / batches)
      const result = network.trainStep(slice(shuffled, from, to), rate(step++, epochs * batches))
      sum.loss += result.loss
      sum.weight += result.weight
      const pause = yieldIfDue()
      if (pause) await pause
    }
    const metrics = epochMetrics(task, sum.loss / Math.max(sum.weight, Number.MIN_VALUE), '', deviation)
    if (held) {
      const loss = validationLoss(network, held, task)
      Object.assign(metrics, epochMetrics(task, loss, 'validation_', deviation))
      if (loss < best.loss) best = { loss, epoch, weights: network.weights() }
    }
    context.report(epoch, metrics)
    if (held && patience > 0 && epoch - best.epoch >= patience) break
  }
  const hasBest = held !== null && best.epoch > 0
  return {
    weights: hasBest ? best.weights : network.weights(),
    epochs: epoch,
    bestEpoch: held ? best.epoch : epoch,
  }
}

/** Mean and deviation that standardize a regression target, so that one learning rate suits all targets. */
function targetScale({ y, weights }: LabeledData): { mean: number; deviation: number } {
  const total = weightSum(y.length, weights)
  let [mean, squares] = [0, 0]
  for (let i = 0; i < y.length; i++) mean += ((weights?.[i] ?? 1) / total) * y[i]!
  for (let i = 0; i < y.length; i++) squares += ((weights?.[i] ?? 1) / total) * (y[i]! - mean) ** 2
  return { mean, deviation: squares > 0 ? Math.sqrt(squares) : 1 }
}

/** Mean loss in chunks, so that a large validation set does not need one huge tensor. */
function validationLoss(network: Network, held: Batch, task: FitContext['task']): number {
  const chunk = 4096
  const sum = { loss: 0, weight: 0 }
  for (let from = 0; from < held.rows; from += chunk) {
    const part = slice(held, from, Math.min(held.rows, from + chunk))
    const outputs = network.outputs(part)
    const { loss, weight } = lossOf(task, outputs, outputs.length / part.rows, part.y, part.weights)
    sum.loss += loss
    sum.weight += weight
  }
  return sum.loss / Math.max(sum.weight, Number.MIN_VALUE)
}

/** For regression also reports the RMSE in the target's unit. */
function epochMetrics(task: FitContext['task'], loss: number, prefix: string, deviation: number) {
  const metrics: Record<string, number> = { [`${prefix}loss`]: loss }
  if (task === 'regression') metrics[`${prefix}rmse`] = Math.sqrt(loss) * deviation
  return metrics
}

/** `embedding.<column>`, `kernel.<layer>`, `bias.<layer>`, and `fill` for missing numbers. @param sizes inputs of each layer. */
function tensorsOf(weights: Weights, inputs: Inputs, sizes: readonly number[], fill: Float64Array) {
  const tensors: Record<string, Tensor> = {
    fill: { dtype: 'F32', shape: [fill.length], data: Float32Array.from(fill) },
  }
  for (const [k, { column, levels, width }] of inputs.categories.entries()) {
    tensors[`embedding.${column}`] = { dtype: 'F32', shape: [levels + 1, width], data: weights.embeddings[k]! }
  }
  for (const [k, bias] of weights.biases.entries()) {
    tensors[`kernel.${k}`] = { dtype: 'F32', shape: [sizes[k]!, bias.length], data: weights.kernels[k]! }
    tensors[`bias.${k}`] = { dtype: 'F32', shape: [bias.length], data: bias }
  }
  return tensors
}
