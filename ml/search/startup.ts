import { createRandom, deriveSeed } from '../random.ts'
import type { Study } from './history.ts'
import { atShare, exists } from './space.ts'

/**
 * Returns a point of a Latin hypercube (M. McKay et al., 1979): `count` trials with consecutive numbers each get their own of `count` equal
 * parts of every range. Evenly spread starting points cost nothing and leave no large gap.
 */
export function sampleStartup({ space, number, random, options }: Study, count: number): Float64Array {
  const strata = createRandom(deriveSeed(options.seed, `start ${Math.floor(number / count)}`))
  const point = new Float64Array(space.dimensions.length)
  for (const [d, dimension] of space.dimensions.entries()) {
    const order = strata.shuffle(Int32Array.from({ length: count }, (_, i) => i))
    const share = (order[number % count]! + random.next()) / count
    point[d] = exists(space, d, point) ? atShare(dimension, share) : Number.NaN
  }
  return point
}
