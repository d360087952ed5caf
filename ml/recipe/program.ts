import { EngineError } from '../errors.ts'
import type { FittedInput } from './types.ts'

/**
 * A recipe compiled to operations on registers. Each register is written once: an input, or by one operation. A number register holds one
 * Float64 per row; categories are codes of their vocabulary, or MISSING or UNSEEN; other missing cells are NaN. A text register holds one
 * string or null per row. Fitting, batches and single rows run the same operations on columns of different length, so they agree bit for bit.
 */
export type Columns = { rows: number; numbers: Float64Array[]; texts: (string | null)[][] }

export type Operation = {
  /** Number registers read and written; text registers read (only inputs have them). */
  reads: readonly number[]
  writes: readonly number[]
  texts: readonly number[]
  run(columns: Columns): void
}

export const MISSING_CODE = -1
export const UNSEEN_CODE = -2

export type Kind = 'number' | 'category' | 'boolean' | 'datetime' | 'text'

/** A working column: its name, and where its cells are. */
export type Slot = {
  name: string
  kind: Kind
  register: number
  /** Cells as written; only for columns from an input of text or category. */
  text?: number
  /** Of a category: the level of each code. */
  vocabulary?: readonly string[]
  /** > 0: a number that is the code of a category with that many levels. */
  levels?: number
}

/** The working columns while a recipe is fitted or compiled, in output order. */
export type Program = {
  slots: Map<string, Slot>
  /** Number registers 0 to `inputs` − 1 are the inputs. */
  inputs: number
  /** Number registers so far. */
  registers: number
  /** Text register t holds input `textInputs[t]` as written. */
  textInputs: number[]
  operations: Operation[]
}

export function startProgram(inputs: readonly FittedInput[]): Program {
  const textInputs: number[] = []
  const slots = new Map<string, Slot>()
  for (const [register, input] of inputs.entries()) {
    const slot: Slot = { name: input.name, kind: input.type, register }
    if (input.type === 'category') slot.vocabulary = input.vocabulary ?? []
    if (input.type === 'category' || input.type === 'text') slot.text = textInputs.push(register) - 1
    slots.set(input.name, slot)
  }
  return { slots, inputs: inputs.length, registers: inputs.length, textInputs, operations: [] }
}

export function slotOf(program: Program, name: string, step: string): Slot {
  const slot = program.slots.get(name)
  if (slot) return slot
  throw new EngineError(
    'recipe-column',
    `The recipe's step “${step}” names the column “${name}”, which is not there at that point.`,
    'Correct the name, or move the step before the one that drops or replaces the column.',
  )
}

/**
 * Adds a number column at the end; returns its register, which the caller's operation must write.
 * @param chosen the name was chosen by a user: it is rejected when taken, where a generated one gets a number.
 */
export function addSlot(program: Program, name: string, chosen = false): number {
  if (chosen && program.slots.has(name)) {
    throw new EngineError('recipe-duplicate', `The recipe makes the feature “${name}” twice.`, 'Rename the column.')
  }
  let free = name
  for (let n = 2; program.slots.has(free); n++) free = `${name}_${n}`
  const register = program.registers++
  program.slots.set(free, { name: free, kind: 'number', register })
  return register
}

/** Adds several number columns with consecutive registers; returns the first. */
export function addSlots(program: Program, names: readonly string[]): number {
  const first = program.registers
  for (const name of names) addSlot(program, name)
  return first
}

export function removeSlot(program: Program, slot: Slot): void {
  program.slots.delete(slot.name)
}

/** Replaces a slot's cells: `run` reads the old ones from `cells` and fills `out`, row by row. */
export function replaceCells(
  program: Program,
  slot: Slot,
  run: (cells: Float64Array, out: Float64Array, rows: number) => void,
): void {
  const from = slot.register
  const to = program.registers++
  slot.register = to
  // From here on a level's code is a plain number.
  delete slot.levels
  program.operations.push({
    reads: [from],
    writes: [to],
    texts: [],
    run: ({ numbers, rows }) => run(numbers[from]!, numbers[to]!, rows),
  })
}

/** Registers from which a slot's text is read, and how: null when missing. */
export type TextReader = {
  reads: number[]
  texts: number[]
  open(columns: Columns): (row: number) => string | null
}

/** Reads text columns and categories as written; a category imputed by an earlier step reads as the imputed level. */
export function textReader(slot: Slot): TextReader {
  const { text, register, vocabulary } = slot
  if (slot.kind === 'text') {
    return {
      reads: [],
      texts: [text!],
      open: ({ texts }) =>
        (
          cells => row =>
            cells[row]!
        )(texts[text!]!),
    }
  }
  const levels = vocabulary ?? []
  return {
    reads: [register],
    texts: text === undefined ? [] : [text],
    open({ numbers, texts }) {
      const codes = numbers[register]!
      const written = text === undefined ? undefined : texts[text]!
      return row => {
        const code = codes[row]!
        if (code >= 0) return levels[code]!
        return code === UNSEEN_CODE ? (written?.[row] ?? null) : null
      }
    },
  }
}

/** Plans what to load and run, in order, to obtain the `wanted` registers; `given` ones exist already. */
export type Plan = { operations: Operation[]; inputs: number[]; texts: number[] }

export function planFor(
  program: Program,
  wanted: Iterable<number>,
  given: (register: number) => boolean = () => false,
  wantedTexts: Iterable<number> = [],
): Plan {
  const producers = producersOf(program)
  const texts = new Set(wantedTexts)
  const inputs = new Set<number>()
  const chosen = new Set<number>()
  const open = [...wanted]
  while (open.length > 0) {
    const register = open.pop()!
    if (given(register)) continue
    if (register < program.inputs) {
      inputs.add(register)
      continue
    }
    const producer = producers[register]!
    if (chosen.has(producer)) continue
    chosen.add(producer)
    const { reads, texts: read } = program.operations[producer]!
    open.push(...reads)
    for (const text of read) texts.add(text)
  }
  const ascending = (set: Set<number>) => [...set].sort((a, b) => a - b)
  return {
    operations: ascending(chosen).map(producer => program.operations[producer]!),
    inputs: ascending(inputs),
    texts: ascending(texts),
  }
}

const indexed = new WeakMap<Program, { producers: number[]; operations: number }>()

/** By register, the index of the operation that writes it; kept up to date as the program grows. */
function producersOf(program: Program): readonly number[] {
  const index = indexed.get(program) ?? { producers: [], operations: 0 }
  indexed.set(program, index)
  for (; index.operations < program.operations.length; index.operations++) {
    for (const register of program.operations[index.operations]!.writes) index.producers[register] = index.operations
  }
  return index.producers
}
