import type * as TensorFlow from '@tensorflow/tfjs'
import { createRandom, type Random } from '../random.ts'
import { createAdam } from './adam.ts'
import { lossOf } from './mlp-loss.ts'
import type { Task } from './types.ts'

type Tf = typeof TensorFlow
type Tensor2D = TensorFlow.Tensor2D

export type Batch = {
  /** rows × cols, row-major. */
  x: Float32Array
  y: Float32Array
  weights?: Float32Array
}

export type Network = {
  /** One gradient step; returns the weighted sum of losses before it, and the sum of weights. */
  trainStep(batch: Batch, learningRate: number): { loss: number; weight: number }
  /** Raw outputs, rows × width. */
  outputs(x: Float32Array, rows: number): Float32Array
  /** Copies of [kernel 0, bias 0, kernel 1, …]. */
  weights(): Float32Array[]
  setWeights(values: readonly Float32Array[]): void
  dispose(): void
}

/**
 * Dense layers with ReLU on TensorFlow.js tensors; gradients by its autograd.
 * @param sizes inputs, hidden units …, outputs.
 */
export function createNetwork(
  tf: Tf,
  task: Task,
  sizes: readonly number[],
  options: { seed: number; dropout: number; weightDecay: number },
): Network {
  const random = createRandom(options.seed)
  const shapes = sizes.slice(1).flatMap((units, k) => [[sizes[k]!, units], [units]])
  const values = shapes.map(shape => initial(shape, random))
  // Variables outlive a tidy; the tensors they start from do not.
  const variables: TensorFlow.Variable[] = []
  tf.tidy(() => {
    for (const [k, value] of values.entries()) variables.push(tf.variable(tf.tensor(value.slice(), shapes[k])))
  })
  const adam = createAdam(
    values,
    shapes.map(shape => shape.length === 2),
    options.weightDecay,
  )
  const cols = sizes[0]!
  const width = sizes.at(-1)!
  const layers = sizes.length - 1
  const hidden = sizes.slice(1, -1)

  const forward = (x: Tensor2D, dropoutMasks?: Tensor2D[]): Tensor2D => {
    let h = x
    for (let k = 0; k < layers; k++) {
      const [kernel, bias] = [variables[2 * k] as Tensor2D, variables[2 * k + 1] as TensorFlow.Tensor1D]
      h = dense(tf, h, kernel, bias, k < layers - 1, k === 0)
      const mask = dropoutMasks?.[k]
      if (mask && k < layers - 1) h = tf.mul(h, mask)
    }
    return h
  }
  const upload = () => {
    for (const [k, variable] of variables.entries()) {
      const fresh = tf.tensor(values[k]!.slice(), shapes[k])
      variable.assign(fresh)
      fresh.dispose()
    }
  }

  return {
    trainStep({ x, y, weights }, learningRate) {
      const rows = y.length
      const result = { loss: 0, weight: 0 }
      let gradients: Float32Array[] = []
      // Nothing is returned from tidy: it would look for tensors in every number of the arrays.
      tf.tidy(() => {
        const input = tf.tensor2d(x, [rows, cols])
        const masks =
          options.dropout > 0
            ? hidden.map(units => tf.tensor2d(dropoutMask(rows * units, options.dropout, random), [rows, units]))
            : undefined
        const { grads } = tf.variableGrads(() => {
          const outputs = forward(input, masks)
          const slope = new Float32Array(rows * width)
          Object.assign(result, lossOf(task, outputs.dataSync(), width, y, weights, slope))
          // Its gradient with respect to the outputs is exactly the slope computed above.
          return tf.sum(tf.mul(outputs, tf.tensor2d(slope, [rows, width]))) as TensorFlow.Scalar
        }, variables)
        gradients = variables.map(variable => grads[variable.name]!.dataSync() as Float32Array)
      })
      adam.step(gradients, learningRate)
      upload()
      return result
    },
    outputs(x, rows) {
      let result = new Float32Array(0)
      tf.tidy(() => {
        result = forward(tf.tensor2d(x, [rows, cols])).dataSync() as Float32Array<ArrayBuffer>
      })
      return result
    },
    weights: () => values.map(value => value.slice()),
    setWeights(given) {
      for (const [k, value] of given.entries()) values[k]!.set(value)
      upload()
    },
    dispose() {
      for (const variable of variables) variable.dispose()
    },
  }
}

/** He's normal initialiser (2015) for kernels, zero for biases. */
function initial(shape: readonly number[], random: Random): Float32Array {
  if (shape.length === 1) return new Float32Array(shape[0]!)
  const [inputs, units] = [shape[0]!, shape[1]!]
  const deviation = Math.sqrt(2 / Math.max(1, inputs))
  return Float32Array.from({ length: inputs * units }, () => random.normal() * deviation)
}

/** Zero with the given chance, else 1 / (1 − chance), so that the expected sum stays. */
function dropoutMask(length: number, chance: number, random: Random): Float32Array {
  const mask = new Float32Array(length)
  const limit = chance * 4294967296
  const kept = 1 / (1 - chance)
  for (let i = 0; i < length; i++) mask[i] = random.uint32() >= limit ? kept : 0
  return mask
}

/**
 * act(x·W + b). The gradient transposes explicitly: TensorFlow.js's own asks the WASM backend for transposed products,
 * which it computes about three times slower than a transpose and a plain product.
 */
function dense(
  tf: Tf,
  x: Tensor2D,
  kernel: Tensor2D,
  bias: TensorFlow.Tensor1D,
  relu: boolean,
  isFirst: boolean,
): Tensor2D {
  const layer = tf.customGrad((...args) => {
    const [w, b, input, save] = args as unknown as [
      Tensor2D,
      TensorFlow.Tensor1D,
      Tensor2D,
      (tensors: TensorFlow.Tensor[]) => void,
    ]
    const value = tf.fused.matMul({ a: input, b: w, bias: b, activation: relu ? 'relu' : 'linear' }) as Tensor2D
    save([input, w, value])
    return {
      value,
      gradFunc: (slope, saved) => {
        const [from, weights, out] = saved as [Tensor2D, Tensor2D, Tensor2D]
        const delta = (relu ? tf.mul(slope, tf.step(out)) : slope) as Tensor2D
        return [
          tf.matMul(tf.transpose(from), delta),
          tf.sum(delta, 0),
          // Nobody asks for the slope of the data itself.
          isFirst ? tf.zerosLike(from) : tf.matMul(delta, tf.transpose(weights)),
        ]
      },
    }
  })
  return layer(kernel, bias, x) as Tensor2D
}
