import { createRandom, deriveSeed } from '../random.ts'
import type { Study } from './history.ts'
import { type Dimension, exists, type Space, snap } from './space.ts'

const STEPS = 5

/**
 * Returns the next combination of values, in a seeded order spread over the space; null when all have been tried, by any sampler and with
 * any
 * outcome. Dimensions multiply only the combinations in which they exist.
 */
export function sampleGrid({ space, rows, options }: Study): Float64Array | null {
  const axes = space.dimensions.map(dimension => axisOf(dimension, options.gridSteps ?? STEPS))
  const total = axes.reduce((product, axis) => product * axis.length, 1)
  const tried = new Set(rows.map(({ point }) => point.join()))
  // Golden-section steps cover the whole space early and visit every combination once.
  const stride = coprimeNear(total * 0.618, total)
  let at = Math.floor(createRandom(deriveSeed(options.seed, 'grid')).next() * total)
  for (let k = 0; k < total; k++) {
    const point = combination(space, axes, at)
    if (point && !tried.has(point.join())) return point
    at = (at + stride) % total
  }
  return null
}

/** Values of one dimension, ascending: all of a choice, of given steps and of a short integer range, else some spread over the range. */
function axisOf(dimension: Dimension, steps: number): number[] {
  const { low, high, log, step, stepped } = dimension
  const count = step > 0 ? Math.round((high - low) / step) + 1 : Number.POSITIVE_INFINITY
  if (stepped || count <= steps) return Array.from({ length: count }, (_, i) => snap(dimension, low + i * step))
  if (low === high || steps === 1) return [low]
  const values = Array.from({ length: steps }, (_, i) => {
    const share = i / (steps - 1)
    return snap(dimension, log ? Math.exp(Math.log(low) + share * Math.log(high / low)) : low + share * (high - low))
  })
  return [...new Set(values)]
}

/** Returns the combination of a number in mixed radix; null for repetitions that differ only in a dimension that does not exist there. */
function combination(space: Space, axes: readonly number[][], number: number): Float64Array | null {
  const point = new Float64Array(axes.length)
  let rest = number
  for (const [d, axis] of axes.entries()) {
    const digit = rest % axis.length
    rest = Math.floor(rest / axis.length)
    if (exists(space, d, point)) point[d] = axis[digit]!
    else if (digit > 0) return null
    else point[d] = Number.NaN
  }
  return point
}

function coprimeNear(start: number, total: number): number {
  let candidate = Math.max(1, Math.round(start))
  const divisor = (a: number, b: number): number => (b === 0 ? a : divisor(b, a % b))
  while (divisor(candidate, total) > 1) candidate++
  return candidate
}
