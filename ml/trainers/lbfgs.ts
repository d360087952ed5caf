/** Value of the smooth part; writes its gradient. */
export type Objective = (point: Float64Array, gradient: Float64Array) => number

/** Turns a gradient, in place, into about (Hessian)⁻¹ × gradient. */
export type Precondition = (vector: Float64Array) => void

export type Minimum = { point: Float64Array; value: number; iterations: number; converged: boolean }

/**
 * L-BFGS, and OWL-QN where `l1[j] > 0` (Andrew and Gao 2007): minimizes objective(w) + Σ l1ⱼ|wⱼ|.
 * Stops when the largest (pseudo-)gradient entry is ≤ tolerance. A good `precondition` saves most iterations; not with L1, where steps
 * must stay in their orthant.
 * @param onIteration awaited once an iteration.
 */
export async function minimize(
  objective: Objective,
  start: Float64Array,
  l1: Float64Array,
  options: { maxIterations: number; tolerance: number; memory?: number; precondition?: Precondition },
  onIteration: (iteration: number, value: number) => Promise<void> | undefined,
): Promise<Minimum> {
  const n = start.length
  const memory = options.memory ?? 10
  const sparse = l1.some(weight => weight > 0)
  let point = Float64Array.from(start)
  let gradient = new Float64Array(n)
  let value = objective(point, gradient) + penalty(point, l1)
  const steps: Float64Array[] = []
  const changes: Float64Array[] = []
  const curvatures: number[] = []
  let iteration = 0
  for (; iteration < options.maxIterations; iteration++) {
    const steepest = sparse ? pseudoGradient(point, gradient, l1) : gradient
    if (maxAbsolute(steepest) <= options.tolerance) return { point, value, iterations: iteration, converged: true }
    const direction = twoLoop(steepest, steps, changes, curvatures, options.precondition)
    if (sparse) for (let j = 0; j < n; j++) if (direction[j]! * steepest[j]! >= 0) direction[j] = 0
    let slope = dot(direction, steepest)
    if (!(slope < 0)) {
      // The curvature estimate is bad: reset it and use steepest descent.
      steps.length = changes.length = curvatures.length = 0
      for (let j = 0; j < n; j++) direction[j] = -steepest[j]!
      slope = dot(direction, steepest)
    }
    let size = steps.length === 0 && !options.precondition ? Math.min(1, 1 / norm(steepest)) : 1
    let next = point
    let nextGradient = gradient
    let nextValue = Number.POSITIVE_INFINITY
    let [low, high] = [0, Number.POSITIVE_INFINITY]
    let found = false
    // Weak Wolfe conditions by bisection (Lewis and Overton 2013); Armijo only in an orthant.
    for (let attempt = 0; attempt < 50; attempt++) {
      next = new Float64Array(n)
      for (let j = 0; j < n; j++) {
        const moved = point[j]! + size * direction[j]!
        const orthant = point[j] === 0 ? -steepest[j]! : point[j]!
        next[j] = sparse && l1[j]! > 0 && moved * orthant < 0 ? 0 : moved
      }
      nextGradient = new Float64Array(n)
      nextValue = objective(next, nextGradient) + penalty(next, l1)
      let decrease = 0
      if (sparse) for (let j = 0; j < n; j++) decrease += steepest[j]! * (next[j]! - point[j]!)
      else decrease = size * slope
      if (!(nextValue <= value + 1e-4 * decrease)) high = size
      else if (!sparse && dot(nextGradient, direction) < 0.9 * slope) low = size
      else {
        found = true
        break
      }
      size = high < Number.POSITIVE_INFINITY ? (low + high) / 2 : 2 * low
    }
    if (!found && !(nextValue < value)) {
      if (steps.length === 0) return { point, value, iterations: iteration, converged: false }
      steps.length = changes.length = curvatures.length = 0
      continue
    }
    const step = new Float64Array(n)
    const change = new Float64Array(n)
    for (let j = 0; j < n; j++) {
      step[j] = next[j]! - point[j]!
      change[j] = nextGradient[j]! - gradient[j]!
    }
    const curvature = dot(step, change)
    if (curvature > 1e-16 * dot(change, change)) {
      steps.push(step)
      changes.push(change)
      curvatures.push(curvature)
      if (steps.length > memory) {
        steps.shift()
        changes.shift()
        curvatures.shift()
      }
    }
    point = next
    gradient = nextGradient
    value = nextValue
    const pause = onIteration(iteration + 1, value)
    if (pause) await pause
  }
  return { point, value, iterations: iteration, converged: false }
}

/** −H·g from the stored pairs (Nocedal's two loops). */
function twoLoop(
  gradient: Float64Array,
  steps: Float64Array[],
  changes: Float64Array[],
  curvatures: number[],
  precondition: Precondition | undefined,
): Float64Array {
  const q = Float64Array.from(gradient, g => -g)
  const factors = new Float64Array(steps.length)
  for (let i = steps.length - 1; i >= 0; i--) {
    factors[i] = dot(steps[i]!, q) / curvatures[i]!
    addScaled(q, changes[i]!, -factors[i]!)
  }
  const last = steps.length - 1
  precondition?.(q)
  if (last >= 0) {
    const shaped = precondition ? changes[last]!.slice() : changes[last]!
    precondition?.(shaped)
    const scale = curvatures[last]! / dot(changes[last]!, shaped)
    for (let j = 0; j < q.length; j++) q[j]! *= scale
  }
  for (let i = 0; i < steps.length; i++) {
    const beta = dot(changes[i]!, q) / curvatures[i]!
    addScaled(q, steps[i]!, factors[i]! - beta)
  }
  return q
}

function pseudoGradient(point: Float64Array, gradient: Float64Array, l1: Float64Array): Float64Array {
  return Float64Array.from(gradient, (g, j) => {
    const weight = l1[j]!
    if (weight === 0) return g
    if (point[j]! > 0) return g + weight
    if (point[j]! < 0) return g - weight
    return g + weight < 0 ? g + weight : Math.max(0, g - weight)
  })
}

function penalty(point: Float64Array, l1: Float64Array): number {
  let sum = 0
  for (let j = 0; j < point.length; j++) sum += l1[j]! * Math.abs(point[j]!)
  return sum
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0
  for (let j = 0; j < a.length; j++) sum += a[j]! * b[j]!
  return sum
}

const norm = (a: Float64Array): number => Math.sqrt(dot(a, a))

function maxAbsolute(a: Float64Array): number {
  let highest = 0
  for (const item of a) highest = Math.max(highest, Math.abs(item))
  return highest
}

function addScaled(target: Float64Array, source: Float64Array, factor: number): void {
  for (let j = 0; j < target.length; j++) target[j]! += factor * source[j]!
}
