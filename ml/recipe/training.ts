import type { Frame } from '../frame/frame.ts'
import type { Task } from '../trainers/types.ts'
import { compileLoader, compileTextLoader, frameColumn } from './load.ts'
import { type Columns, type Program, planFor, type Slot, textReader } from './program.ts'
import type { FittedInput, RecipeStep } from './types.ts'

/** Target for steps that use it. `y` as in `LabeledData`, one per training row. */
export type RecipeTarget = { y: Float64Array; task: Task; classCount: number; seed: number }

/** The training rows while a recipe is fitted: a step sees its columns as left by the steps before it. */
export type Training = {
  program: Program
  rows: number
  /** All steps of the recipe: the number of levels a category needs depends on later ones. */
  steps: readonly RecipeStep[]
  /** `none`: steps that need a target are skipped. */
  target?: RecipeTarget | 'none'
  /** Cells of a column, one per training row. Must not be modified. */
  numbers(slot: Slot): Float64Array
  /** Text of a column. */
  texts(slot: Slot): (row: number) => string | null
  /** Drops the cached columns; they are computed again on demand. */
  forget(): void
  /** Columns that replace computed ones for the training rows (cross-fitted). By register. */
  own: Map<number, Float64Array>
  /** Names removed because of the data: later steps skip them. */
  absent: Set<string>
}

const SPARE_COLUMNS = 8

/** @param rows indices into the frame. */
export function startTraining(
  program: Program,
  inputs: readonly FittedInput[],
  frame: Frame,
  rows: ArrayLike<number>,
  steps: readonly RecipeStep[],
  target?: RecipeTarget | 'none',
): Training {
  const count = rows.length
  const own = new Map<number, Float64Array>()
  const columns: Columns = { rows: count, numbers: [], texts: [] }
  const { numbers, texts } = columns
  /** Registers that are computed. */
  const filled = new Set<number>()
  // Reuses the memory of large columns: new memory must be cleared by the system first.
  const spare: Float64Array[] = []
  const newColumn = (register: number) => {
    filled.add(register)
    numbers[register] = spare.pop() ?? new Float64Array(count)
    return numbers[register]
  }
  const have = (register: number) => filled.has(register) || own.has(register)
  const compute = (wanted: readonly number[], wantedTexts: readonly number[]) => {
    for (const [register, cells] of own) numbers[register] = cells
    const plan = planFor(program, wanted, have, wantedTexts)
    for (const input of plan.inputs) {
      const load = compileLoader(inputs[input]!, frameColumn(frame, inputs[input]!.name))
      load(newColumn(input), 0, count, rows)
    }
    for (const text of plan.texts) {
      if (texts[text]) continue
      const cells: (string | null)[] = new Array(count).fill(null)
      compileTextLoader(frameColumn(frame, inputs[program.textInputs[text]!]!.name))(cells, 0, count, rows)
      texts[text] = cells
    }
    for (const operation of plan.operations) {
      for (const register of operation.writes) newColumn(register)
      operation.run(columns)
    }
  }
  return {
    program,
    rows: count,
    steps,
    ...(target ? { target } : {}),
    numbers(slot) {
      compute([slot.register], [])
      return numbers[slot.register]!
    },
    texts(slot) {
      const reader = textReader(slot)
      compute(reader.reads, reader.texts)
      return reader.open(columns)
    },
    forget() {
      for (const register of filled) {
        if (spare.length < SPARE_COLUMNS) spare.push(numbers[register]!)
        delete numbers[register]
      }
      filled.clear()
      texts.length = 0
    },
    own,
    absent: new Set(),
  }
}
