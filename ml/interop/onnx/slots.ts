import type { FittedInput } from '../../recipe/types.ts'
import type { GraphBuilder } from './graph.ts'

/** A working column while a recipe is exported, in output order (ml/recipe/program.ts): a column of a rows × width value. */
export type Slot = {
  name: string
  /** Numbers and booleans are double, codes of categories and times int64, texts string. */
  kind: FittedInput['type']
  value: string
  width: number
  at: number
  /** Of a category: the level of each code. */
  vocabulary?: readonly string[]
}

/** The least int64: no time that a calendar knows. */
export const MISSING_TIME = -(2 ** 63)

/** One column as rows × 1. */
export function read(graph: GraphBuilder, slot: Slot): string {
  if (slot.width === 1) return slot.value
  return graph.add('Gather', [slot.value, graph.constant('int64', [1], [slot.at])], { axis: { int: 1 } })
}

export const toDouble = (graph: GraphBuilder, value: string): string =>
  graph.add('Cast', [value], { to: { type: 'double' } })

/** NaN instead of what is infinite. */
export function finiteOnly(graph: GraphBuilder, value: string): string {
  const isNumber = graph.add('Equal', [graph.add('Sub', [value, value]), graph.number(0)])
  return graph.add('Where', [isNumber, value, graph.number(Number.NaN)])
}
