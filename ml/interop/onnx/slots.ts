import { EngineError } from '../../errors.ts'
import { MISSING_CODE, UNSEEN_CODE } from '../../recipe/program.ts'
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

/** The smallest int64: no valid datetime. */
export const MISSING_TIME = -(2 ** 63)

/** One column as rows × 1. */
export function read(graph: GraphBuilder, slot: Slot): string {
  if (slot.width === 1) return slot.value
  return graph.add('Gather', [slot.value, graph.constant('int64', [1], [slot.at])], { axis: { int: 1 } })
}

export const toDouble = (graph: GraphBuilder, value: string): string =>
  graph.add('Cast', [value], { to: { type: 'double' } })

/** Replaces infinite values with NaN. */
export function finiteOnly(graph: GraphBuilder, value: string): string {
  const isNumber = graph.add('Equal', [graph.add('Sub', [value, value]), graph.number(0)])
  return graph.add('Where', [isNumber, value, graph.number(Number.NaN)])
}

/** Maps each text to its code. */
export function addCodes(
  graph: GraphBuilder,
  texts: string,
  levels: readonly string[],
  missing: string,
  missingCode = MISSING_CODE,
): string {
  return graph.add(
    'LabelEncoder',
    [texts],
    {
      keys_strings: { texts: [missing, ...levels] },
      values_int64s: { ints: [missingCode, ...levels.keys()] },
      default_int64: { int: UNSEEN_CODE },
    },
    'ai.onnx.ml',
  )
}

/** A column of a category's codes → a table's row of each, rows × width; codes beyond the table take its last row. */
export function lookUp(
  graph: GraphBuilder,
  codes: string,
  rows: readonly (readonly number[])[],
  width: number,
): string {
  const last = rows.length - 1
  const known = graph.add('And', [
    graph.add('Greater', [codes, graph.number(-1, 'int64')]),
    graph.add('Less', [codes, graph.number(last, 'int64')]),
  ])
  const place = graph.add('Where', [known, codes, graph.number(last, 'int64')])
  const table = graph.constant('double', [rows.length, width], rows.flat())
  const found = graph.add('Gather', [table, place], { axis: { int: 0 } })
  return graph.add('Squeeze', [found, graph.constant('int64', [1], [1])])
}

export const unsupported = (what: string): EngineError =>
  new EngineError(
    'onnx-step',
    `The recipe's step “${what}” cannot be written as ONNX.`,
    'Train with a recipe without it, or serve the model with FlexiML.',
  )
