import { BundleError } from '../errors.ts'
import { sigmoid, softmax } from './statistics.ts'
import { takeTensor } from './tensors.ts'
import { type Model, type Predictor, predictByRow } from './types.ts'

/**
 * Our own float32 forward pass of a trained network: dense layers with ReLU, linear output, then softmax, sigmoid or
 * the target's scale. Missing features take the training mean. No TensorFlow: the same in worker, server and browser.
 */
export function mlpPredictor(model: Model): Predictor {
  const { task, cols } = model
  const fill = Float32Array.from(takeTensor(model, 'fill', [cols]))
  const layers: { units: number; kernel: Float32Array; bias: Float32Array }[] = []
  let width = cols
  for (let k = 0; k === 0 || Object.hasOwn(model.tensors, `kernel.${k}`); k++) {
    const units = model.tensors[`kernel.${k}`]?.shape[1] ?? 1
    layers.push({
      units,
      kernel: Float32Array.from(takeTensor(model, `kernel.${k}`, [width, units])),
      bias: Float32Array.from(takeTensor(model, `bias.${k}`, [units])),
    })
    width = units
  }
  if (width !== (task === 'multiclass' ? model.classCount : 1)) {
    throw new BundleError('weights', `The network ends in ${width} outputs, which does not fit its task.`)
  }
  const input = new Float32Array(cols)
  const activations = layers.map(layer => new Float32Array(layer.units))
  const last = layers.length - 1
  const { targetMean, targetDeviation } = model.config as { targetMean?: number; targetDeviation?: number }
  const mean = targetMean ?? 0
  const deviation = targetDeviation ?? 1

  const predictRow = (x: ArrayLike<number>, offset: number, out: Float64Array) => {
    for (let j = 0; j < cols; j++) {
      const cell = x[offset + j]!
      input[j] = Number.isNaN(cell) ? fill[j]! : cell
    }
    let from = input
    for (let k = 0; k <= last; k++) {
      const { units, kernel, bias } = layers[k]!
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
