/**
 * Adam (Kingma and Ba 2015) with decoupled weight decay (Loshchilov and Hutter 2019), in place on typed arrays:
 * one pass per parameter, where TensorFlow.js runs a dozen kernels per variable and step.
 */
export type Adam = {
  /** One step. `gradients[k]` belongs to `values[k]`; `decays[k]` says whether weight decay applies. */
  step(gradients: readonly ArrayLike<number>[], learningRate: number): void
}

export function createAdam(values: readonly Float32Array[], decays: readonly boolean[], weightDecay: number): Adam {
  const [beta1, beta2, epsilon] = [0.9, 0.999, 1e-7]
  const firsts = values.map(value => new Float32Array(value.length))
  const seconds = values.map(value => new Float32Array(value.length))
  let power1 = 1
  let power2 = 1
  return {
    step(gradients, learningRate) {
      power1 *= beta1
      power2 *= beta2
      const rate = learningRate / (1 - power1)
      const correction = 1 / (1 - power2)
      for (let k = 0; k < values.length; k++) {
        const shrink = decays[k] ? 1 - learningRate * weightDecay : 1
        update(values[k]!, gradients[k]!, firsts[k]!, seconds[k]!, rate, correction, shrink)
      }
    },
  }

  function update(
    value: Float32Array,
    gradient: ArrayLike<number>,
    first: Float32Array,
    second: Float32Array,
    rate: number,
    correction: number,
    shrink: number,
  ) {
    for (let j = 0; j < value.length; j++) {
      const g = gradient[j]!
      const m = beta1 * first[j]! + (1 - beta1) * g
      const v = beta2 * second[j]! + (1 - beta2) * g * g
      first[j] = m
      second[j] = v
      value[j] = shrink * value[j]! - (rate * m) / (Math.sqrt(v * correction) + epsilon)
    }
  }
}
