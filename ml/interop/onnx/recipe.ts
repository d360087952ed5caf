import { EngineError } from '../../errors.ts'
import { MISSING_CODE } from '../../recipe/program.ts'
import type { FittedInput, FittedRecipe } from '../../recipe/types.ts'
import type { ElementType, GraphBuilder } from './graph.ts'
import { addCodes, finiteOnly, MISSING_TIME, read, type Slot, toDouble } from './slots.ts'
import { addStep } from './steps.ts'

/** Input format of a column: one tensor of rows × 1 by its name. */
export type OnnxInput = {
  name: string
  type: ElementType
  /** Value for a missing cell. */
  missing: string
}

const TYPES: Record<FittedInput['type'], ElementType> = {
  number: 'double',
  boolean: 'double',
  datetime: 'int64',
  category: 'string',
  text: 'string',
}

/** Declares the columns that a recipe, or any member of an ensemble, reads. */
export function addInputs(graph: GraphBuilder, inputs: readonly FittedInput[]): OnnxInput[] {
  return inputs.map(({ name, type, vocabulary }) => {
    graph.input(name, TYPES[type])
    return { name, type: TYPES[type], missing: missingWord(type, vocabulary ?? []) }
  })
}

function missingWord(type: FittedInput['type'], levels: readonly string[]): string {
  if (type === 'number' || type === 'boolean') return 'NaN'
  if (type === 'datetime') return `${BigInt(MISSING_TIME)}`
  let word = ''
  while (levels.includes(word)) word = word === '' ? '(missing)' : `(${word})`
  return word
}

/** Adds a recipe's steps; returns its features as one double tensor of rows × cols. @throws EngineError `onnx-step` */
export function addRecipe(graph: GraphBuilder, recipe: FittedRecipe, inputs: readonly OnnxInput[]): string {
  const slots = recipe.inputs.map((input): Slot => {
    const declared = inputs.find(each => each.name === input.name)
    if (!declared) throw new EngineError('recipe-column', `The recipe reads “${input.name}”, which is no input.`)
    const vocabulary = input.type === 'category' ? { vocabulary: input.vocabulary ?? [] } : {}
    return { name: input.name, kind: input.type, value: load(graph, input, declared), width: 1, at: 0, ...vocabulary }
  })
  for (const step of recipe.steps) addStep(graph, slots, step)
  return join(graph, slots)
}

/** Infinite numbers are missing; categories become their codes; missing cells become the input's fallback. */
function load(graph: GraphBuilder, input: FittedInput, { missing }: OnnxInput): string {
  const { name, type, fallback, vocabulary = [] } = input
  if (type === 'category') {
    const code = fallback === undefined ? MISSING_CODE : vocabulary.indexOf(String(fallback))
    return addCodes(graph, name, vocabulary, missing, code)
  }
  const cells = type === 'number' ? finiteOnly(graph, name) : name
  if (typeof fallback !== 'number' || type === 'text') return cells
  const stored = type === 'datetime' ? 'int64' : 'double'
  const known =
    type === 'datetime'
      ? graph.add('Greater', [cells, graph.number(MISSING_TIME, stored)])
      : graph.add('Equal', [cells, cells])
  return graph.add('Where', [known, cells, graph.number(fallback, stored)])
}

/** Concatenates all columns; columns from the same value stay together. */
function join(graph: GraphBuilder, slots: readonly Slot[]): string {
  const parts: string[] = []
  for (let c = 0; c < slots.length; ) {
    const slot = slots[c]!
    const { width, value } = slot
    const whole = slots.slice(c, c + width)
    if (whole.length === width && whole.every((each, k) => each.value === value && each.at === k)) {
      parts.push(value)
      c += width
    } else {
      parts.push(read(graph, slot))
      c++
    }
    if (slot.kind === 'category' || slot.kind === 'datetime') parts.push(toDouble(graph, parts.pop()!))
  }
  return parts.length === 1 ? parts[0]! : graph.add('Concat', parts, { axis: { int: 1 } })
}
