import { canonicalJson } from '../format/canonical-json.ts'
import type { Direction } from '../metrics/types.ts'
import type { Parameters } from '../trainers/types.ts'
import { compareLoss, readRows } from './history.ts'
import { type Dimension, encode, readSpace, type Space, snap } from './space.ts'
import type { SearchSpace, Trial } from './types.ts'

/**
 * Returns the best points of earlier studies, alternating between studies, to be tried first (`SearchOptions.first`): clipped to the bounds
 * of
 * the new space, without duplicates and without parameters or choices that it does not have.
 * @param count maximum number of points.
 */
export function warmStart(
  space: SearchSpace,
  earlier: readonly { direction: Direction; trials: readonly Trial[] }[],
  count: number,
): Parameters[] {
  const known = readSpace(space)
  const ranked = earlier.map(({ direction, trials }) => {
    const complete = trials.filter(({ state }) => state === 'complete')
    const rows = readRows(known, complete, direction).filter(({ loss }) => Number.isFinite(loss))
    return rows.sort((a, b) => compareLoss(a.loss, b.loss)).map(({ trial }) => fitInto(known, trial.parameters))
  })
  const points = new Map<string, Parameters>()
  const rounds = Math.max(0, ...ranked.map(({ length }) => length))
  for (let round = 0; round < rounds; round++)
    for (const list of ranked) {
      const point = list[round]
      if (point && Object.keys(point).length > 0 && points.size < count) points.set(canonicalJson(point), point)
    }
  return [...points.values()]
}

function fitInto(space: Space, parameters: Parameters): Parameters {
  const fitted: Parameters = {}
  for (const dimension of space.dimensions) {
    const value = Object.hasOwn(parameters, dimension.name) ? parameters[dimension.name]! : undefined
    if (value !== undefined && has(dimension, value))
      fitted[dimension.name] = typeof value === 'number' ? near(dimension, value) : value
  }
  return fitted
}

const has = (dimension: Dimension, value: Parameters[string]) =>
  dimension.kind === 'categorical' ? !Number.isNaN(encode(dimension, value)) : Number.isFinite(value)

const near = (dimension: Dimension, value: number) =>
  dimension.kind === 'categorical' ? value : snap(dimension, value)
