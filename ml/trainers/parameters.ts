import { EngineError } from '../errors.ts'
import type { ParameterDescriptor, Parameters, ParameterValue, Task } from './types.ts'

/**
 * Fills in defaults and checks names, types and ranges.
 * @throws EngineError `parameter` naming the parameter, what was given and what is allowed.
 */
export function resolveParameters(descriptors: readonly ParameterDescriptor[], given: Parameters): Parameters {
  for (const name of Object.keys(given)) {
    if (!descriptors.some(each => each.name === name)) {
      throw new EngineError(
        'parameter',
        `There is no parameter “${name}”.`,
        descriptors.length > 0 ? `Known ones: ${descriptors.map(each => each.name).join(', ')}.` : 'It takes none.',
      )
    }
  }
  const resolved: Parameters = {}
  for (const descriptor of descriptors) {
    const value = Object.hasOwn(given, descriptor.name) ? given[descriptor.name] : undefined
    const complaint = value === undefined ? null : describeInvalidValue(descriptor, value)
    if (complaint) {
      const shown = JSON.stringify(value)
      throw new EngineError('parameter', `“${descriptor.label}” must be ${complaint}, not ${shown}.`, descriptor.help)
    }
    resolved[descriptor.name] = value ?? structuredCloneOf(descriptor.default)
  }
  return resolved
}

/** Leaves out the parameters that have no effect for the task and the other values. Unknown ones stay. */
export function applicableParameters<V>(
  descriptors: readonly ParameterDescriptor[],
  task: Task | null,
  parameters: Readonly<Record<string, V>>,
): Record<string, V> {
  const byName = new Map(descriptors.map(each => [each.name, each]))
  const applies = (name: string) => {
    const { tasks, when } = byName.get(name)?.applies ?? {}
    if (tasks && task !== null && !tasks.includes(task)) return false
    return !when || !Object.hasOwn(parameters, when.parameter) || parameters[when.parameter] === when.is
  }
  return Object.fromEntries(Object.entries(parameters).filter(([name]) => applies(name)))
}

/** Returns what special values mean, by name of the parameter: `{ maxDepth: 'unlimited' }`. */
export function labelSpecialValues(
  descriptors: readonly ParameterDescriptor[],
  parameters: Readonly<Record<string, unknown>>,
): Record<string, string> {
  return Object.fromEntries(
    descriptors.flatMap(({ name, special }) => {
      const found = special?.find(s => Object.hasOwn(parameters, name) && s.value === parameters[name])
      return found ? [[name, found.label]] : []
    }),
  )
}

function structuredCloneOf(value: ParameterValue): ParameterValue {
  return Array.isArray(value) ? [...value] : value
}

function describeInvalidValue(descriptor: ParameterDescriptor, value: ParameterValue): string | null {
  switch (descriptor.kind) {
    case 'number':
    case 'integer': {
      const whole = descriptor.kind === 'integer'
      const fits =
        typeof value === 'number' &&
        Number.isFinite(value) &&
        (!whole || Number.isInteger(value)) &&
        value >= descriptor.min &&
        value <= descriptor.max
      return fits ? null : `a ${whole ? 'whole ' : ''}number from ${descriptor.min} to ${descriptor.max}`
    }
    case 'choice':
      return descriptor.options.some(option => option.value === value)
        ? null
        : `one of ${descriptor.options.map(option => option.value).join(', ')}`
    case 'boolean':
      return typeof value === 'boolean' ? null : 'true or false'
    case 'text':
      return typeof value === 'string' && value.length <= descriptor.maxLength
        ? null
        : `text of at most ${descriptor.maxLength} letters`
    case 'list': {
      const fits =
        Array.isArray(value) &&
        value.length <= descriptor.maxLength &&
        value.every(item => Number.isInteger(item) && item >= descriptor.min && item <= descriptor.max)
      return fits
        ? null
        : `a list of up to ${descriptor.maxLength} whole numbers from ${descriptor.min} to ${descriptor.max}`
    }
  }
}
