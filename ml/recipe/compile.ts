import { EngineError } from '../errors.ts'
import { toText } from '../frame/cell.ts'
import type { Frame } from '../frame/frame.ts'
import type { Matrix } from '../matrix.ts'
import { compileLoader, compileReader, compileTextLoader, frameColumn } from './load.ts'
import { type Columns, type Program, planFor, startProgram } from './program.ts'
import { addStep } from './steps/registry.ts'
import type { FittedInput, FittedRecipe } from './types.ts'

export type CompiledRecipe = {
  /** Feature names, in column order. */
  names: string[]
  cols: number
  /** By column: levels of a category code, 0 for a number; see `Matrix`. */
  levels: number[]
  /** Transforms a frame to a row-major matrix. Columns that the recipe does not use are ignored. */
  transform(frame: Frame, precision?: 'float32' | 'float64'): Matrix
  /**
   * Transforms one row → `out` (length `cols`), bit for bit the same as `transform`.
   * The row must be validated against the signature first. Cells of another type are missing.
   */
  transformRow(row: object, out: Float64Array): void
}

/** Compiles a fitted recipe; frames and single rows run the same operations. */
export function compileRecipe(recipe: FittedRecipe): CompiledRecipe {
  if (recipe.v !== 1) {
    throw new EngineError('recipe-version', `A recipe of version ${recipe.v} is newer than this engine.`, 'Update it.')
  }
  const program = startProgram(recipe.inputs)
  for (const step of recipe.steps) addStep(program, step)
  const slots = [...program.slots.values()]
  return {
    names: slots.map(slot => slot.name),
    cols: slots.length,
    levels: slots.map(slot => slot.levels ?? 0),
    transform: (frame, precision) => fillMatrix(program, recipe.inputs, frame, { precision }),
    transformRow: compileRow(program, recipe.inputs),
  }
}

function compileRow(program: Program, inputs: readonly FittedInput[]): CompiledRecipe['transformRow'] {
  const outputs = Int32Array.from(program.slots.values(), slot => slot.register)
  const { operations, ...needed } = planFor(program, outputs)
  const columns: Columns = {
    rows: 1,
    numbers: Array.from({ length: program.registers }, () => new Float64Array(1)),
    texts: program.textInputs.map(() => [null]),
  }
  const { numbers, texts } = columns
  const registers = needed.inputs
  const names = registers.map(register => inputs[register]!.name)
  const readers = registers.map(register => compileReader(inputs[register]!))
  const textNames = needed.texts.map(text => inputs[program.textInputs[text]!]!.name)
  const cellOf = (row: object, name: string) =>
    Object.hasOwn(row, name) ? (row as Record<string, unknown>)[name] : null
  return (row, out) => {
    for (let k = 0; k < registers.length; k++) numbers[registers[k]!]![0] = readers[k]!(cellOf(row, names[k]!))
    for (let k = 0; k < textNames.length; k++) texts[needed.texts[k]!]![0] = toText(cellOf(row, textNames[k]!))
    for (let k = 0; k < operations.length; k++) operations[k]!.run(columns)
    for (let c = 0; c < outputs.length; c++) out[c] = numbers[outputs[c]!]![0]!
  }
}

/** Rows per block: few enough that all their registers stay in the processor's caches. */
const BLOCK_ROWS = 128

type FillOptions = {
  precision?: 'float32' | 'float64' | undefined
  /** Rows of the frame to take, in that order; all when absent. */
  rows?: ArrayLike<number>
  /** Cells that replace the registers computed by the program; one per row taken. */
  own?: ReadonlyMap<number, Float64Array>
}

/** Runs the program over a frame. */
export function fillMatrix(
  program: Program,
  inputs: readonly FittedInput[],
  frame: Frame,
  { precision = 'float64', rows: taken, own = new Map() }: FillOptions = {},
): Matrix {
  const slots = [...program.slots.values()]
  const outputs = slots.map(slot => slot.register)
  const cols = outputs.length
  const rows = taken ? taken.length : frame.rows
  const data = precision === 'float32' ? new Float32Array(rows * cols) : new Float64Array(rows * cols)
  const plan = planFor(program, outputs, register => own.has(register))
  const numberLoaders = plan.inputs.map(register => ({
    register,
    load: compileLoader(inputs[register]!, frameColumn(frame, inputs[register]!.name)),
  }))
  const textLoaders = plan.texts.map(text => ({
    text,
    load: compileTextLoader(frameColumn(frame, inputs[program.textInputs[text]!]!.name)),
  }))
  const block = Math.min(BLOCK_ROWS, rows)
  const columns: Columns = {
    rows: block,
    numbers: Array.from({ length: program.registers }, () => new Float64Array(block)),
    texts: program.textInputs.map(() => new Array<string | null>(block).fill(null)),
  }
  for (let start = 0; start < rows; start += block) {
    const count = Math.min(block, rows - start)
    columns.rows = count
    for (const { register, load } of numberLoaders) load(columns.numbers[register]!, start, count, taken)
    for (const { text, load } of textLoaders) load(columns.texts[text]!, start, count, taken)
    for (const [register, cells] of own) columns.numbers[register]!.set(cells.subarray(start, start + count))
    for (const operation of plan.operations) operation.run(columns)
    for (let c = 0; c < cols; c++) {
      const cells = columns.numbers[outputs[c]!]!
      for (let i = 0, at = start * cols + c; i < count; i++, at += cols) data[at] = cells[i]!
    }
  }
  const levels = slots.map(slot => slot.levels ?? 0)
  return {
    names: slots.map(slot => slot.name),
    rows,
    cols,
    data,
    ...(levels.some(count => count > 0) ? { levels } : {}),
  }
}
