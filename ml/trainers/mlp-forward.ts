import { BundleError } from '../errors.ts'
import { sigmoid, softmax } from './statistics.ts'
import { takeTensor } from './tensors.ts'
import { type Model, type Predictor, predictByRow } from './types.ts'

/**
 * Forward pass of a trained network with float32 weights: numbers and embeddings, dense layers with ReLU (optionally residual), linear
 * output,
 * then softmax, sigmoid or the target's scale. Missing and infinite numbers take the training mean, missing and unknown levels have their
 * own
 * embedding. Without TensorFlow, so that worker, server and browser give the same numbers.
 */
export function mlpPredictor(model: Model): Predictor {
  const { task, cols } = model
  const { targetMean, targetDeviation, residual } = model.config as Config
  const fill = Float32Array.from(takeTensor(model, 'fill', [cols]))
  const { numbers, categories, width: inputWidth } = readInputs(model)
  const layers: { units: number; kernel: Float32Array; bias: Float32Array; skips: boolean }[] = []
  let width = inputWidth
  for (let k = 0; k === 0 || Object.hasOwn(model.tensors, `kernel.${k}`); k++) {
    const units = model.tensors[`kernel.${k}`]?.shape[1] ?? 1
    const isHidden = Object.hasOwn(model.tensors, `kernel.${k + 1}`)
    layers.push({
      units,
      kernel: Float32Array.from(takeTensor(model, `kernel.${k}`, [width, units])),
      bias: Float32Array.from(takeTensor(model, `bias.${k}`, [units])),
      skips: residual === true && k > 0 && isHidden && units === width,
    })
    width = units
  }
  if (width !== (task === 'multiclass' ? model.classCount : 1)) {
    throw new BundleError('weights', `The network ends in ${width} outputs, which does not fit its task.`)
  }
  // Sums are in double precision: the cost is the same, and single-precision rounding would differ between platforms.
  const input = new Float64Array(inputWidth)
  const activations = layers.map(layer => new Float64Array(layer.units))
  const last = layers.length - 1
  const mean = targetMean ?? 0
  const deviation = targetDeviation ?? 1

  const predictRow = (x: ArrayLike<number>, offset: number, out: Float64Array) => {
    for (let k = 0; k < numbers.length; k++) {
      input[k] = Math.fround(x[offset + numbers[k]!]!)
      if (!Number.isFinite(input[k])) input[k] = fill[numbers[k]!]!
    }
    for (const { column, levels, table, at } of categories) {
      const code = x[offset + column]!
      const units = table.length / (levels + 1)
      const from = (code >= 0 && code < levels ? code : levels) * units
      for (let k = 0; k < units; k++) input[at + k] = table[from + k]!
    }
    let from = input
    for (let k = 0; k <= last; k++) {
      const { units, kernel, bias, skips } = layers[k]!
      const to = activations[k]!
      to.set(bias)
      // Row by row through the kernel: contiguous, and zero inputs (one-hot, dead ReLU) cost nothing.
      for (let i = 0; i < from.length; i++) {
        const value = from[i]!
        if (value === 0) continue
        const at = i * units
        for (let j = 0; j < units; j++) to[j]! += value * kernel[at + j]!
      }
      if (k < last) for (let j = 0; j < units; j++) if (!(to[j]! > 0)) to[j] = 0
      if (skips) for (let j = 0; j < units; j++) to[j]! += from[j]!
      from = to
    }
    if (task === 'regression') out[0] = from[0]! * deviation + mean
    else if (task === 'binary') {
      const positive = sigmoid(from[0]!)
      out[0] = 1 - positive
      out[1] = positive
    } else {
      for (let k = 0; k < out.length; k++) out[k] = from[k]!
      softmax(out)
    }
  }
  const outputs = task === 'regression' ? 1 : model.classCount
  return { predictRow, predict: matrix => predictByRow(matrix, outputs, predictRow) }
}

type Config = { targetMean?: number; targetDeviation?: number; levels?: unknown; residual?: boolean }

/** Numbers come first, then the embeddings; networks of older engines have numbers only. */
function readInputs(model: Model) {
  const { levels = Array.from({ length: model.cols }, () => 0) } = model.config as Config
  const fits = Array.isArray(levels) && levels.length === model.cols
  if (!fits || !levels.every(each => Number.isInteger(each) && each >= 0)) {
    throw new BundleError('weights', 'The network’s description of its categories does not fit its columns.')
  }
  const numbers = levels.flatMap((count: number, column) => (count === 0 ? [column] : []))
  const categories: { column: number; levels: number; table: Float32Array; at: number }[] = []
  let width = numbers.length
  for (const [column, count] of (levels as number[]).entries()) {
    if (count === 0) continue
    const units = model.tensors[`embedding.${column}`]?.shape[1] ?? 0
    const table = Float32Array.from(takeTensor(model, `embedding.${column}`, [count + 1, units]))
    categories.push({ column, levels: count, table, at: width })
    width += units
  }
  return { numbers, categories, width }
}
