import { EngineError } from '../errors.ts'
import { toBoolean, toDatetime, toNumber, toText } from '../frame/cell.ts'
import type { Frame, FrameColumn } from '../frame/frame.ts'
import type { Matrix } from '../matrix.ts'
import { addStep, MISSING_CODE, type Operation, startProgram, UNSEEN_CODE } from './program.ts'
import type { FittedInput, FittedRecipe } from './types.ts'

export type CompiledRecipe = {
  /** Feature names, in column order. */
  names: string[]
  cols: number
  /** By column: levels of a category code, 0 for a number; see `Matrix`. */
  levels: number[]
  /** Whole frame → row-major matrix. Columns of the frame that the recipe does not know are ignored. */
  transform(frame: Frame, precision?: 'float32' | 'float64'): Matrix
  /**
   * One row → `out` (length `cols`), the same numbers as `transform` bit for bit.
   * The row is trusted: check it against the signature first. Cells that do not fit are missing.
   */
  transformRow(row: object, out: Float64Array): void
}

/** Turns a fitted recipe into code, once; both paths run the same operations. */
export function compileRecipe(recipe: FittedRecipe): CompiledRecipe {
  if (recipe.v !== 1) {
    throw new EngineError('recipe-version', `A recipe of version ${recipe.v} is newer than this engine.`, 'Update it.')
  }
  const program = startProgram(recipe.inputs)
  for (const step of recipe.steps) addStep(program, step)
  const outputs = Int32Array.from(program.slots, slot => slot.register)
  const names = program.slots.map(slot => slot.name)
  const cols = names.length
  const levels = program.slots.map(slot => slot.levels ?? 0)
  const coded = levels.some(count => count > 0) ? { levels } : {}
  const { operations } = program
  const registers = new Float64Array(program.registers)
  const readers = recipe.inputs.map(compileReader)
  const inputNames = recipe.inputs.map(input => input.name)

  return {
    names,
    cols,
    levels,
    transform(frame, precision = 'float64') {
      const { rows } = frame
      const data = precision === 'float32' ? new Float32Array(rows * cols) : new Float64Array(rows * cols)
      const loaders = compileLoaders(recipe.inputs, frame)
      for (let i = 0; i < rows; i++) {
        for (let c = 0; c < loaders.length; c++) registers[c] = loaders[c]!(i)
        run(operations, registers)
        const at = i * cols
        for (let c = 0; c < cols; c++) data[at + c] = registers[outputs[c]!]!
      }
      return { names, rows, cols, data, ...coded }
    },
    transformRow(row, out) {
      for (let c = 0; c < readers.length; c++) {
        const name = inputNames[c]!
        registers[c] = readers[c]!(Object.hasOwn(row, name) ? (row as Record<string, unknown>)[name] : null)
      }
      run(operations, registers)
      for (let c = 0; c < cols; c++) out[c] = registers[outputs[c]!]!
    },
  }
}

/** Runs every operation on the registers, in order. */
export function run(operations: readonly Operation[], registers: Float64Array): void {
  for (let k = 0; k < operations.length; k++) operations[k]!(registers)
}

function compileReader(input: FittedInput): (value: unknown) => number {
  switch (input.type) {
    case 'number':
      return toNumber
    case 'datetime':
      return toDatetime
    case 'boolean':
      return value => toBoolean(value, input.words)
    case 'category': {
      const codes = vocabularyCodes(input)
      return value => {
        const text = toText(value)
        return text === null ? MISSING_CODE : (codes.get(text) ?? UNSEEN_CODE)
      }
    }
    default:
      return () => Number.NaN
  }
}

function vocabularyCodes(input: FittedInput): Map<string, number> {
  return new Map((input.vocabulary ?? []).map((level, code) => [level, code]))
}

/** For each input, a function row → register. A column of another storage type is read through its plain values. */
export function compileLoaders(inputs: readonly FittedInput[], frame: Frame): ((row: number) => number)[] {
  return inputs.map(input => {
    const column = frame.columns.get(input.name)
    if (!column) {
      throw new EngineError('frame-column', `The data lacks the column “${input.name}”.`, 'Add the column.')
    }
    return compileLoader(input, column)
  })
}

function compileLoader(input: FittedInput, column: FrameColumn): (row: number) => number {
  if (input.type === 'category') {
    const codes = vocabularyCodes(input)
    if (column.type === 'category') {
      const table = Int32Array.from(column.dictionary, level => codes.get(level) ?? UNSEEN_CODE)
      return row => {
        const code = column.codes[row]!
        return code < 0 ? MISSING_CODE : table[code]!
      }
    }
    return row => {
      const text = toText(column.values[row])
      return text === null ? MISSING_CODE : (codes.get(text) ?? UNSEEN_CODE)
    }
  }
  if (input.type === 'text') return () => Number.NaN
  if (column.type === 'category') {
    const reader = compileReader(input)
    const table = Float64Array.from(column.dictionary, reader)
    return row => {
      const code = column.codes[row]!
      return code < 0 ? Number.NaN : table[code]!
    }
  }
  if (column.type === 'text') {
    const reader = compileReader(input)
    return row => reader(column.values[row])
  }
  const { values } = column
  return row => values[row]!
}
