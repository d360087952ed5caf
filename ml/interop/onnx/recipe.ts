import { MISSING_CODE, UNSEEN_CODE } from '../../recipe/program.ts'
import type { FittedInput, FittedRecipe } from '../../recipe/types.ts'
import type { ElementType, GraphBuilder } from './graph.ts'
import { MISSING_TIME, read, type Slot, toDouble } from './slots.ts'
import { addStep } from './steps.ts'

/** How a column is handed to the exported model: one tensor of rows × 1 by its name. */
export type OnnxInput = {
  name: string
  type: ElementType
  /** What stands for a missing cell. */
  missing: string
}

/** Adds inputs and steps of a recipe; gives the features as one double tensor of rows × cols. @throws EngineError `onnx-step` */
export function addRecipe(graph: GraphBuilder, recipe: FittedRecipe): { inputs: OnnxInput[]; features: string } {
  const inputs: OnnxInput[] = []
  const slots = recipe.inputs.map((input): Slot => {
    const { described, value } = addInput(graph, input)
    inputs.push(described)
    const vocabulary = input.type === 'category' ? { vocabulary: input.vocabulary ?? [] } : {}
    return { name: input.name, kind: input.type, value, width: 1, at: 0, ...vocabulary }
  })
  for (const step of recipe.steps) addStep(graph, slots, step)
  return { inputs, features: join(graph, slots) }
}

function addInput(graph: GraphBuilder, input: FittedInput): { described: OnnxInput; value: string } {
  const { name } = input
  switch (input.type) {
    case 'number':
    case 'boolean':
      return { described: { name, type: 'double', missing: 'NaN' }, value: graph.input(name, 'double') }
    case 'datetime': {
      const described: OnnxInput = { name, type: 'int64', missing: `${BigInt(MISSING_TIME)}` }
      return { described, value: graph.input(name, 'int64') }
    }
    case 'text':
      return { described: { name, type: 'string', missing: '' }, value: graph.input(name, 'string') }
    case 'category': {
      const levels = input.vocabulary ?? []
      let missing = ''
      while (levels.includes(missing)) missing = missing === '' ? '(missing)' : `(${missing})`
      const value = graph.add(
        'LabelEncoder',
        [graph.input(name, 'string')],
        {
          keys_strings: { texts: [missing, ...levels] },
          values_int64s: { ints: [MISSING_CODE, ...levels.keys()] },
          default_int64: { int: UNSEEN_CODE },
        },
        'ai.onnx.ml',
      )
      return { described: { name, type: 'string', missing }, value }
    }
  }
}

/** All columns side by side; neighbours out of one value stay together. */
function join(graph: GraphBuilder, slots: readonly Slot[]): string {
  const parts: string[] = []
  for (let c = 0; c < slots.length; ) {
    const slot = slots[c]!
    const { width, value } = slot
    const isWhole = slots.slice(c, c + width).every((each, k) => each.value === value && each.at === k)
    if (isWhole && c + width <= slots.length) {
      parts.push(slot.kind === 'category' ? toDouble(graph, value) : value)
      c += width
    } else {
      parts.push(read(graph, slot))
      c++
    }
  }
  return parts.length === 1 ? parts[0]! : graph.add('Concat', parts, { axis: { int: 1 } })
}
