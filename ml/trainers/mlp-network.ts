import { createRandom, type Random } from '../random.ts'
import { type BatchNorm, createBatchNorm } from './mlp-batch-norm.ts'
import type { Batch, Inputs } from './mlp-data.ts'
import { lossOf } from './mlp-loss.ts'
import { clipGradient, createOptimizer } from './mlp-optimizer.ts'
import type { Products } from './mlp-products.ts'
import type { Task } from './types.ts'

export type NetworkOptions = {
  hidden: readonly number[]
  outputs: number
  seed: number
  dropout: number
  batchNorm: boolean
  residual: boolean
  optimiser: 'adam' | 'sgd'
  momentum: number
  weightDecay: number
  /** Maximum gradient norm; 0: unlimited. */
  clip: number
}

/** Weights for inference: dense layers with batch normalization folded in. */
export type Weights = {
  /** By category: (levels + 1) × width; the last row is for a missing or unknown level. */
  embeddings: Float32Array[]
  kernels: Float32Array[]
  biases: Float32Array[]
}

export type Network = {
  /** One gradient step; returns the weighted sum of losses before it, and the sum of weights. */
  trainStep(batch: Batch, learningRate: number): { loss: number; weight: number }
  /** Returns the gradient of the mean loss of a batch by all parameters, and the parameters; for tests. */
  gradientOf(batch: Batch): { gradient: Float32Array; parameters: Float32Array; loss: number }
  /** Raw outputs as in inference, rows × outputs. */
  outputs(batch: Batch): Float32Array
  weights(): Weights
}

type Layer = {
  inputs: number
  units: number
  kernel: Float32Array
  bias: Float32Array
  kernelSlope: Float32Array
  biasSlope: Float32Array
  norm?: BatchNorm
  /** Residual: adds its input to its output. */
  skips: boolean
}

/**
 * Embeddings and numbers → hidden layers (dense, batch normalization, ReLU, dropout, optionally residual) → a dense layer. Forward and
 * backward pass in typed loops around the matrix products of `products`.
 */
export function createNetwork(products: Products, task: Task, inputs: Inputs, options: NetworkOptions): Network {
  const random = createRandom(options.seed)
  const { layers, embeddings, parameters, gradient, decays } = allocate(inputs, options, random)
  const optimiser = createOptimizer(options.optimiser, parameters, decays, options)
  const width = options.outputs
  const zeros = new Float32Array(Math.max(0, ...options.hidden))
  let current: Weights | undefined

  const assemble = (batch: Batch, tables: readonly Float32Array[]): Float32Array => {
    if (inputs.categories.length === 0) return batch.numbers
    const numbers = inputs.numbers.length
    const x = new Float32Array(batch.rows * inputs.width)
    for (let i = 0; i < batch.rows; i++) {
      let at = i * inputs.width
      for (let k = 0; k < numbers; k++) x[at++] = batch.numbers[i * numbers + k]!
      for (const [c, category] of inputs.categories.entries()) {
        const from = batch.codes[i * inputs.categories.length + c]! * category.width
        const table = tables[c]!
        for (let k = 0; k < category.width; k++) x[at++] = table[from + k]!
      }
    }
    return x
  }

  /** Writes `gradient`; the batch's loss and weight. */
  const backpropagate = (batch: Batch) => {
    const { rows } = batch
    gradient.fill(0)
    const activations: Float32Array[] = [
      assemble(
        batch,
        embeddings.map(each => each.table),
      ),
    ]
    const gates: Float32Array[] = []
    for (const [k, layer] of layers.entries()) {
      const from = activations[k]!
      const z = products.multiply(from, layer.kernel, rows, layer.inputs, layer.units)
      const isHidden = k < layers.length - 1
      if (layer.norm) layer.norm.forward(z, rows)
      if (isHidden) rectify(z, layer.norm ? zeros : layer.bias, rows)
      else addBias(z, layer.bias, rows)
      if (isHidden && options.dropout > 0) dropUnits(z, options.dropout, random)
      gates.push(layer.skips ? z.slice() : z)
      if (layer.skips) for (let i = 0; i < z.length; i++) z[i]! += from[i]!
      activations.push(z)
    }
    let slope = new Float32Array(rows * width)
    const result = lossOf(task, activations.at(-1)!, width, batch.y, batch.weights, slope)
    for (let k = layers.length - 1; k >= 0; k--) {
      const layer = layers[k]!
      const skipped = layer.skips ? slope.slice() : null
      if (k < layers.length - 1) closeGates(slope, gates[k]!, 1 / (1 - options.dropout))
      if (layer.norm) layer.norm.backward(slope, rows)
      else sumRows(slope, layer.biasSlope, rows)
      layer.kernelSlope.set(products.multiplyTransposedLeft(activations[k]!, slope, layer.inputs, rows, layer.units))
      if (k > 0) {
        slope = products.multiplyTransposedRight(slope, layer.kernel, rows, layer.units, layer.inputs) as typeof slope
        if (skipped) for (let i = 0; i < slope.length; i++) slope[i]! += skipped[i]!
      } else if (embeddings.length > 0) backToEmbeddings(slope, layer, batch)
    }
    return result
  }

  /** Only the embeddings' part of the input gradient is needed. */
  const backToEmbeddings = (slope: Float32Array, layer: Layer, batch: Batch) => {
    const skipped = inputs.numbers.length * layer.units
    const cols = inputs.width - inputs.numbers.length
    const part = layer.kernel.subarray(skipped)
    const back = products.multiplyTransposedRight(slope, part, batch.rows, layer.units, cols)
    let left = 0
    for (const [c, category] of inputs.categories.entries()) {
      const into = embeddings[c]!.slope
      for (let i = 0; i < batch.rows; i++) {
        const to = batch.codes[i * inputs.categories.length + c]! * category.width
        const from = i * cols + left
        for (let k = 0; k < category.width; k++) into[to + k]! += back[from + k]!
      }
      left += category.width
    }
  }

  const weights = (): Weights => {
    current ??= {
      embeddings: embeddings.map(each => each.table.slice()),
      kernels: layers.map(({ kernel, units, norm }) => {
        if (!norm) return kernel.slice()
        const { factor } = norm.folded()
        return kernel.map((value, k) => value * factor[k % units]!)
      }),
      biases: layers.map(({ bias, norm }) => (norm ? Float32Array.from(norm.folded().offset) : bias.slice())),
    }
    return current
  }

  return {
    trainStep(batch, learningRate) {
      const result = backpropagate(batch)
      clipGradient(gradient, options.clip)
      optimiser.step(gradient, learningRate)
      current = undefined
      return result
    },
    gradientOf(batch) {
      const { loss, weight } = backpropagate(batch)
      return { gradient, parameters, loss: loss / weight }
    },
    outputs(batch) {
      const { embeddings: tables, kernels, biases } = weights()
      let from = assemble(batch, tables)
      for (const [k, layer] of layers.entries()) {
        const to = products.multiply(from, kernels[k]!, batch.rows, layer.inputs, layer.units)
        if (k < layers.length - 1) rectify(to, biases[k]!, batch.rows)
        else addBias(to, biases[k]!, batch.rows)
        if (layer.skips) for (let i = 0; i < to.length; i++) to[i]! += from[i]!
        from = to
      }
      return from
    },
    weights,
  }
}

/** All parameters side by side in one array, their gradients in another; layers and embeddings are views. */
function allocate(inputs: Inputs, options: NetworkOptions, random: Random) {
  const sizes = [inputs.width, ...options.hidden, options.outputs]
  const normed = (k: number) => options.batchNorm && k + 2 < sizes.length
  let length = 0
  for (const { levels, width } of inputs.categories) length += (levels + 1) * width
  for (let k = 0; k + 1 < sizes.length; k++) length += sizes[k]! * sizes[k + 1]! + sizes[k + 1]! * (normed(k) ? 2 : 1)
  const parameters = new Float32Array(length)
  const gradient = new Float32Array(length)
  const decays: [number, number][] = []
  let at = 0
  const take = (count: number) => {
    at += count
    return [parameters.subarray(at - count, at), gradient.subarray(at - count, at)] as const
  }
  const embeddings = inputs.categories.map(({ levels, width }) => {
    const [table, slope] = take((levels + 1) * width)
    // The row of missing levels starts at the mean of the others.
    for (let k = 0; k < levels * width; k++) table[k] = 0.1 * random.normal()
    decays.push([at - table.length, at])
    return { table, slope }
  })
  const layers = sizes.slice(1).map((units, k): Layer => {
    const count = sizes[k]!
    const [kernel, kernelSlope] = take(count * units)
    // He's normal initializer (2015).
    const deviation = Math.sqrt(2 / Math.max(1, count))
    for (let j = 0; j < kernel.length; j++) kernel[j] = random.normal() * deviation
    decays.push([at - kernel.length, at])
    const [bias, biasSlope] = take(units)
    const skips = options.residual && k > 0 && k + 2 < sizes.length && count === units
    const layer = { inputs: count, units, kernel, bias, kernelSlope, biasSlope, skips }
    if (!normed(k)) return layer
    const [scale, scaleSlope] = take(units)
    scale.fill(1)
    return { ...layer, norm: createBatchNorm(units, scale, bias, { scale: scaleSlope, shift: biasSlope }) }
  })
  return { layers, embeddings, parameters, gradient, decays }
}

function addBias(z: Float32Array, bias: Float32Array, rows: number): void {
  const units = bias.length
  for (let i = 0; i < rows; i++) for (let j = 0; j < units; j++) z[i * units + j]! += bias[j]!
}

function sumRows(slope: Float32Array, into: Float32Array, rows: number): void {
  const units = into.length
  const sums = new Float64Array(units)
  for (let i = 0; i < rows; i++) for (let j = 0; j < units; j++) sums[j]! += slope[i * units + j]!
  into.set(sums)
}

/** Adds the bias and applies ReLU in place, without a branch. @param bias one per unit, or more. */
function rectify(z: Float32Array, bias: Float32Array, rows: number): void {
  const units = z.length / Math.max(1, rows)
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < units; j++) z[i * units + j] = Math.max(z[i * units + j]! + bias[j]!, 0)
  }
}

/**
 * Dropout in place: a unit becomes 0 with the given probability, otherwise 1 / (1 − probability) of itself, so that the expected sum is
 * kept.
 */
function dropUnits(z: Float32Array, chance: number, random: Random): void {
  const limit = chance * 4294967296
  const kept = 1 / (1 - chance)
  for (let i = 0; i < z.length; i++) z[i] = random.uint32() >= limit ? z[i]! * kept : 0
}

/**
 * The slope is 0 where a unit returned 0, otherwise `kept` times itself. Units are never negative, so their bits show whether they are 0.
 */
function closeGates(slope: Float32Array, units: Float32Array, kept: number): void {
  const bits = new Int32Array(slope.buffer, slope.byteOffset, slope.length)
  const gates = new Int32Array(units.buffer, units.byteOffset, units.length)
  for (let i = 0; i < bits.length; i++) bits[i]! &= -gates[i]! >> 31
  if (kept !== 1) for (let i = 0; i < slope.length; i++) slope[i]! *= kept
}
