import { EngineError } from '../errors.ts'
import { canonicalJson } from '../format/canonical-json.ts'
import type { Random } from '../random.ts'
import type { Parameters, ParameterValue } from '../trainers/types.ts'
import type { Condition, SearchParameter, SearchSpace } from './types.ts'

/** A parameter with its values as numbers: themselves, or the index of the choice. */
export type Dimension = {
  name: string
  kind: 'float' | 'int' | 'categorical'
  /** Inclusive; 0 and count − 1 for choices. `high` is on the grid of steps. */
  low: number
  high: number
  log: boolean
  /** 0 when continuous. */
  step: number
  /** Whether the request specified a step. */
  stepped: boolean
  choices: ParameterValue[]
  /** Index of a choice by its canonical JSON. */
  codes: Map<string, number>
  condition: { parent: number; keys: Set<string> } | null
}

/** Parents come before their children. */
export type Space = {
  dimensions: Dimension[]
  /** Dimensions that exist under the same conditions, so in the same trials; parents before children. */
  groups: number[][]
}

const refuse = (name: string, problem: string, hint: string) =>
  new EngineError('search-space', `The search space cannot use “${name}”: ${problem}.`, hint)

/** @throws EngineError `search-space` for impossible bounds, doubled names, unknown or circular parents. */
export function readSpace(space: SearchSpace): Space {
  const byName = new Map(space.map(parameter => [parameter.name, parameter]))
  if (byName.size < space.length) {
    const twice = space.find((p, i) => space.findIndex(other => other.name === p.name) < i)!
    throw refuse(twice.name, 'it is there twice', 'Give every parameter its own name.')
  }
  const order: SearchParameter[] = []
  const visit = (parameter: SearchParameter, below: string[]) => {
    if (order.includes(parameter)) return
    if (below.includes(parameter.name)) throw refuse(parameter.name, 'it depends on itself', 'Remove one condition.')
    if (parameter.condition) {
      const parent = byName.get(parameter.condition.parameter)
      if (!parent) {
        const named = `its parent “${parameter.condition.parameter}” is not in the space`
        throw refuse(parameter.name, named, 'Add the parent or remove the condition.')
      }
      visit(parent, [...below, parameter.name])
    }
    order.push(parameter)
  }
  for (const parameter of space) visit(parameter, [])
  const index = new Map(order.map((parameter, i) => [parameter.name, i]))
  const dimensions = order.map(parameter => readDimension(parameter, index))
  const groups = new Map<string, number[]>()
  const signatures: string[] = []
  for (const [i, { condition }] of dimensions.entries()) {
    const own = condition ? [condition.parent, [...condition.keys].sort(), signatures[condition.parent]] : []
    signatures[i] = canonicalJson(own)
    groups.set(signatures[i], [...(groups.get(signatures[i]) ?? []), i])
  }
  return { dimensions, groups: [...groups.values()] }
}

function readDimension(parameter: SearchParameter, index: ReadonlyMap<string, number>): Dimension {
  const { name, kind } = parameter
  const condition = readCondition(parameter.condition, index)
  if (kind === 'categorical') {
    const codes = new Map(parameter.choices.map((choice, i) => [canonicalJson(choice), i]))
    const count = parameter.choices.length
    if (count === 0) throw refuse(name, 'it has no choices', 'Give at least one.')
    if (codes.size < count) throw refuse(name, 'a choice is there twice', 'List every choice once.')
    return {
      name,
      kind,
      low: 0,
      high: count - 1,
      log: false,
      step: 1,
      stepped: true,
      choices: parameter.choices,
      codes,
      condition,
    }
  }
  const { low, high, log = false } = parameter
  const step = parameter.step ?? (kind === 'int' ? 1 : 0)
  if (!(Number.isFinite(low) && Number.isFinite(high) && low <= high))
    throw refuse(name, `${low} to ${high} is no range`, 'Give finite bounds, the lower one first.')
  if (log && !(low > 0)) throw refuse(name, `a log scale cannot start at ${low}`, 'Use a lower bound above 0.')
  if (log && parameter.step !== undefined && !(kind === 'int' && step === 1))
    throw refuse(name, 'it has both a log scale and a step', 'Leave out one of them.')
  if (!(step >= 0 && Number.isFinite(step)) || (parameter.step !== undefined && step === 0))
    throw refuse(name, `${step} is no step`, 'Use a number above 0.')
  if (kind === 'int' && !(Number.isInteger(low) && Number.isInteger(high) && Number.isInteger(step)))
    throw refuse(name, 'its bounds or step are not whole', 'Use whole numbers, or the kind “float”.')
  // The tolerance keeps 0 … 1 by 0.1 from ending at 0.9.
  const stepped = parameter.step !== undefined
  const top = step > 0 ? low + Math.floor((high - low) / step + 1e-9) * step : high
  return { name, kind, low, high: Math.min(top, high), log, step, stepped, choices: [], codes: new Map(), condition }
}

function readCondition(condition: Condition | undefined, index: ReadonlyMap<string, number>): Dimension['condition'] {
  if (!condition) return null
  return { parent: index.get(condition.parameter)!, keys: new Set(condition.values.map(canonicalJson)) }
}

/** Returns the nearest valid value of the dimension. */
export function snap(dimension: Dimension, value: number): number {
  const { low, high, step } = dimension
  const clipped = Math.min(high, Math.max(low, value))
  if (step === 0) return clipped
  const k = Math.round((clipped - low) / step)
  // Decimal steps: 0.1 + 2 · 0.1 must be 0.3.
  return Math.min(high, Number((low + k * step).toPrecision(14)))
}

/** Encodes a value as a number; NaN for one the dimension does not have. */
export function encode(dimension: Dimension, value: ParameterValue | undefined): number {
  if (value === undefined) return Number.NaN
  if (dimension.kind === 'categorical') return dimension.codes.get(canonicalJson(value)) ?? Number.NaN
  return typeof value === 'number' && value >= dimension.low && value <= dimension.high ? value : Number.NaN
}

export function decode(dimension: Dimension, code: number): ParameterValue {
  const value = dimension.kind === 'categorical' ? dimension.choices[code]! : code
  return Array.isArray(value) ? [...value] : value
}

/** Returns whether a dimension exists at a point whose earlier dimensions are set (NaN where they do not exist). */
export function exists(space: Space, index: number, point: ArrayLike<number>): boolean {
  const { condition } = space.dimensions[index]!
  if (!condition) return true
  const code = point[condition.parent]!
  return !Number.isNaN(code) && condition.keys.has(canonicalJson(decode(space.dimensions[condition.parent]!, code)))
}

/** Codes in the order of dimensions; NaN for values that are missing, conditional and inactive, or invalid. */
export function encodePoint(space: Space, parameters: Parameters): Float64Array {
  const point = new Float64Array(space.dimensions.length)
  for (const [i, dimension] of space.dimensions.entries()) {
    const value = Object.hasOwn(parameters, dimension.name) ? parameters[dimension.name] : undefined
    point[i] = encode(dimension, value)
  }
  return point
}

export function decodePoint(space: Space, point: ArrayLike<number>): Parameters {
  const parameters: Parameters = {}
  for (const [i, dimension] of space.dimensions.entries())
    if (!Number.isNaN(point[i]!)) parameters[dimension.name] = decode(dimension, point[i]!)
  return parameters
}

/** Returns the value at a share in [0, 1) of the range: evenly, in the logarithm where `log`, the same width for every step. */
export function atShare(dimension: Dimension, share: number): number {
  const { low, high, log, step } = dimension
  const half = step / 2
  const value = log
    ? Math.exp(Math.log(low - half) + share * (Math.log(high + half) - Math.log(low - half)))
    : low - half + share * (high - low + step)
  return snap(dimension, value)
}

/** Returns the share of the range at which a value lies: the inverse of `atShare`, for steps the middle of theirs. */
export function shareOf({ low, high, log, step }: Dimension, value: number): number {
  const half = step / 2
  if (low === high) return 0.5
  return log
    ? Math.log(value / (low - half)) / Math.log((high + half) / (low - half))
    : (value - low + half) / (high - low + step)
}

/** Fills each active dimension that is still NaN, uniformly at random. */
export function completePoint(space: Space, point: Float64Array, random: Random): Float64Array {
  for (const [i, dimension] of space.dimensions.entries()) {
    // Always drawn: a dimension's random number does not depend on the others.
    const share = random.next()
    if (!exists(space, i, point)) point[i] = Number.NaN
    else if (Number.isNaN(point[i]!)) point[i] = atShare(dimension, share)
  }
  return point
}
