import { EngineError } from '../errors.ts'
import { createRandom, deriveSeed } from '../random.ts'
import type { Parameters } from '../trainers/types.ts'
import { readRows, type Study } from './history.ts'
import { samplers } from './samplers.ts'
import { completePoint, decodePoint, encodePoint, exists, readSpace, type Space } from './space.ts'
import type { SearchOptions, SearchSpace, Trial } from './types.ts'

/**
 * Returns the parameters to try next; null when the sampler has nothing left. A pure function of its arguments: any worker can call it with
 * the
 * rows of a database, in any order, and gets the same result. Concurrent workers must be serialized: insert the suggestion as a running
 * trial
 * before the next call.
 * @throws EngineError `search-space` for an impossible space, `sampler` for an unknown one.
 */
export function suggest(space: SearchSpace, history: readonly Trial[], options: SearchOptions): Parameters | null {
  if (!Object.hasOwn(samplers, options.sampler)) {
    const known = Object.keys(samplers).join(', ')
    throw new EngineError('sampler', `There is no sampler “${options.sampler}”.`, `Known ones: ${known}.`)
  }
  const known = readSpace(space)
  const rows = readRows(known, history, options.direction)
  const number = options.number ?? history.reduce((most, trial) => Math.max(most, trial.number), -1) + 1
  const random = createRandom(deriveSeed(options.seed, `trial ${number}`))
  const study: Study = { space: known, rows, number, random, options }
  const given = nextGiven(study)
  const point = samplers[options.sampler](study)
  if (!given) return point && decodePoint(known, point)
  return decodePoint(known, merge(known, given, point, random))
}

/** Returns the first of the points to try first that has no trial yet. */
function nextGiven({ space, rows, options }: Study): Float64Array | undefined {
  const points = (options.first ?? []).map(parameters => encodePoint(space, parameters))
  return points.find(point => !rows.some(row => point.every((code, d) => Number.isNaN(code) || code === row.point[d])))
}

/** Parameters missing from the given point come from the sampler, otherwise they are random. */
function merge(space: Space, given: Float64Array, point: Float64Array | null, random: Study['random']): Float64Array {
  const merged = given.slice()
  for (let d = 0; d < merged.length; d++) {
    if (!exists(space, d, merged)) merged[d] = Number.NaN
    else if (Number.isNaN(merged[d]!) && point) merged[d] = point[d]!
  }
  return completePoint(space, merged, random)
}
