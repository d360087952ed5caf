/**
 * Gradient steps in place on one flat array of parameters: a single pass, where TensorFlow.js runs a dozen kernels per variable and step.
 * Adam (Kingma and Ba 2015) with decoupled weight decay (Loshchilov and Hutter 2019), or SGD with momentum.
 */
export type Optimizer = { step(gradient: Float32Array, learningRate: number): void }

/** @param decays ranges [from, to) of `values` that weight decay pulls towards zero. */
export function createOptimizer(
  kind: 'adam' | 'sgd',
  values: Float32Array,
  decays: readonly (readonly [number, number])[],
  options: { weightDecay: number; momentum: number },
): Optimizer {
  const apply = kind === 'adam' ? adam(values) : momentum(values, options.momentum)
  return {
    step(gradient, learningRate) {
      const shrink = 1 - learningRate * options.weightDecay
      if (shrink < 1) {
        for (const [from, to] of decays) for (let j = from; j < to; j++) values[j]! *= shrink
      }
      apply(gradient, learningRate)
    },
  }
}

function adam(values: Float32Array): Optimizer['step'] {
  const [beta1, beta2, epsilon] = [0.9, 0.999, 1e-7]
  const firsts = new Float32Array(values.length)
  const seconds = new Float32Array(values.length)
  let power1 = 1
  let power2 = 1
  return (gradient, learningRate) => {
    power1 *= beta1
    power2 *= beta2
    const rate = learningRate / (1 - power1)
    const correction = 1 / (1 - power2)
    for (let j = 0; j < values.length; j++) {
      const g = gradient[j]!
      const m = beta1 * firsts[j]! + (1 - beta1) * g
      const v = beta2 * seconds[j]! + (1 - beta2) * g * g
      firsts[j] = m
      seconds[j] = v
      values[j]! -= (rate * m) / (Math.sqrt(v * correction) + epsilon)
    }
  }
}

function momentum(values: Float32Array, share: number): Optimizer['step'] {
  const velocity = new Float32Array(values.length)
  return (gradient, learningRate) => {
    for (let j = 0; j < values.length; j++) {
      const v = share * velocity[j]! - learningRate * gradient[j]!
      velocity[j] = v
      values[j]! += v
    }
  }
}

/** Scales down a gradient whose Euclidean norm exceeds `limit` (Pascanu, Mikolov, Bengio 2013); 0: no limit. */
export function clipGradient(gradient: Float32Array, limit: number): void {
  if (limit <= 0) return
  let squares = 0
  for (let j = 0; j < gradient.length; j++) squares += gradient[j]! * gradient[j]!
  const norm = Math.sqrt(squares)
  if (!(norm > limit)) return
  const scale = limit / norm
  for (let j = 0; j < gradient.length; j++) gradient[j]! *= scale
}

/** Share of the full learning rate at a step: linear warm-up, then half a cosine down to 0, or constant. */
export function scheduledRate(step: number, steps: number, warmUp: number, schedule: 'constant' | 'cosine'): number {
  const rise = Math.floor(warmUp * steps)
  if (step < rise) return (step + 1) / (rise + 1)
  if (schedule === 'constant') return 1
  return 0.5 * (1 + Math.cos((Math.PI * (step - rise)) / Math.max(1, steps - rise)))
}
