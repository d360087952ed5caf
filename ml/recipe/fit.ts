import { EngineError } from '../errors.ts'
import type { Frame } from '../frame/frame.ts'
import { compileLoaders, run } from './compile.ts'
import { cyclePosition, DATE_PARTS } from './date-parts.ts'
import { fitYeoJohnson } from './power.ts'
import { addStep, MISSING_CODE, type Program, slotOf, startProgram, UNSEEN_CODE } from './program.ts'
import type { FittedInput, FittedRecipe, FittedStep, Recipe, RecipeInput, RecipeStep } from './types.ts'

/**
 * Learns what a recipe needs (means, medians, levels) from the given rows only, so that nothing leaks from validation.
 * @param trainRows indices into the frame.
 * @throws EngineError `recipe-…` when a step names an unknown column or something that is not a number is left over.
 */
export function fitRecipe(recipe: Recipe, frame: Frame, trainRows: ArrayLike<number>): FittedRecipe {
  if (trainRows.length === 0) {
    throw new EngineError('recipe-rows', 'There are no training rows to fit the recipe on.', 'Give it some rows.')
  }
  const inputs = recipe.inputs.map(input => fitInput(input, recipe, frame, trainRows))
  const program = startProgram(inputs)
  const steps: FittedStep[] = []
  for (const step of recipe.steps) {
    for (const name of step.columns) slotOf(program, name, step.step)
    const cells =
      step.step === 'drop' ? new Map<string, Float64Array>() : gather(program, step, inputs, frame, trainRows)
    // A combination of two columns is one feature, not one per column.
    const heads = step.step === 'interaction' ? step.columns.slice(0, 1) : step.columns
    for (const column of heads) {
      const fitted = fitStep(step, column, cells.get(column), inputs, program)
      addStep(program, fitted)
      steps.push(fitted)
    }
  }
  const left = program.slots.find(slot => slot.kind !== 'number' && slot.kind !== 'boolean')
  if (left) {
    throw new EngineError(
      'recipe-not-numeric',
      `After the recipe, the column “${left.name}” is still ${left.kind === 'text' ? 'text' : `a ${left.kind}`}.`,
      'Add a one-hot, ordinal, date-parts or drop step for it.',
    )
  }
  if (program.slots.length === 0) {
    throw new EngineError('recipe-empty', 'The recipe leaves no feature to learn from.', 'Keep at least one column.')
  }
  return { v: 1, inputs, steps, outputs: program.slots.map(slot => slot.name) }
}

function fitInput(input: RecipeInput, recipe: Recipe, frame: Frame, rows: ArrayLike<number>): FittedInput {
  if (input.type !== 'category') return { ...input }
  const encoder = recipe.steps.find(
    (step): step is Extract<RecipeStep, { step: 'one-hot' | 'ordinal' }> =>
      (step.step === 'one-hot' || step.step === 'ordinal') && step.columns.includes(input.name),
  )
  const maxCategories = encoder?.maxCategories ?? (encoder?.step === 'ordinal' ? 1000 : 40)
  const minCount = encoder?.minCount ?? 2
  const column = frame.columns.get(input.name)
  if (!column) throw new EngineError('frame-column', `The data lacks the column “${input.name}”.`, 'Add the column.')
  const counts = new Map<string, number>()
  const count = (level: string, by: number) => counts.set(level, (counts.get(level) ?? 0) + by)
  if (column.type === 'category') {
    const perCode = new Int32Array(column.dictionary.length)
    for (let i = 0; i < rows.length; i++) {
      const code = column.codes[rows[i]!]!
      if (code >= 0) perCode[code]!++
    }
    for (const [code, level] of column.dictionary.entries()) if (perCode[code]! > 0) count(level, perCode[code]!)
  } else {
    for (let i = 0; i < rows.length; i++) {
      const value = column.values[rows[i]!]
      if (value !== null && value !== undefined && !Number.isNaN(value)) count(String(value), 1)
    }
  }
  // With few rows nothing is rare.
  const enough = rows.length < 50 ? 1 : minCount
  const vocabulary = [...counts]
    .filter(([, n]) => n >= enough)
    .sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1))
    .slice(0, maxCategories)
    .map(([level]) => level)
  // A constant fill is a level of its own, whatever its count.
  for (const step of recipe.steps) {
    if (step.step !== 'impute' || step.strategy !== 'constant' || !step.columns.includes(input.name)) continue
    const level = String(step.value ?? 'missing')
    if (!vocabulary.includes(level)) vocabulary.push(level)
  }
  return { ...input, vocabulary }
}

/** The step's columns as they are after the steps so far, on the training rows. */
function gather(
  program: Program,
  step: RecipeStep,
  inputs: readonly FittedInput[],
  frame: Frame,
  rows: ArrayLike<number>,
): Map<string, Float64Array> {
  const wanted = step.columns.map(name => ({
    name,
    register: slotOf(program, name, step.step).register,
    cells: new Float64Array(rows.length),
  }))
  const loaders = compileLoaders(inputs, frame)
  const registers = new Float64Array(program.registers)
  for (let i = 0; i < rows.length; i++) {
    const row = rows[i]!
    for (let c = 0; c < loaders.length; c++) registers[c] = loaders[c]!(row)
    run(program.operations, registers)
    for (const each of wanted) each.cells[i] = registers[each.register]!
  }
  return new Map(wanted.map(each => [each.name, each.cells]))
}

function fitStep(
  step: RecipeStep,
  column: string,
  cells: Float64Array | undefined,
  inputs: readonly FittedInput[],
  program: Program,
): FittedStep {
  const slot = slotOf(program, column, step.step)
  const values = cells ?? new Float64Array(0)
  const refuse = (needed: string): never => {
    throw new EngineError(
      'recipe-step-type',
      `The recipe's step “${step.step}” needs ${needed}, and “${column}” is a ${slot.kind} column.`,
      'Take the column out of the step.',
    )
  }
  switch (step.step) {
    case 'drop':
      return { step: 'drop', column }
    case 'impute': {
      if (slot.kind === 'text') refuse('numbers or categories')
      const category = slot.kind === 'category'
      if (category && (step.strategy === 'mean' || step.strategy === 'median')) refuse('numbers')
      const hasMissing = values.some(category ? cell => cell === MISSING_CODE : Number.isNaN)
      const vocabulary = category ? (inputs.find(input => input.name === column)?.vocabulary ?? []) : []
      const value = fillValue(step, values, category, vocabulary)
      return step.indicator && hasMissing
        ? { step: 'impute', column, value, indicator: `${column}_missing` }
        : { step: 'impute', column, value }
    }
    case 'scale': {
      if (slot.kind !== 'number' && slot.kind !== 'boolean') refuse('numbers')
      const { mean, deviation } = centreAndSpread(values, step.method)
      return { step: 'scale', column, mean, deviation: deviation > 0 ? deviation : 1 }
    }
    case 'clip': {
      if (slot.kind !== 'number') refuse('numbers')
      const sorted = sortedPresent(values)
      const { lower = 0.01, upper = 0.99 } = step
      if (sorted.length === 0) return { step: 'clip', column, low: -Number.MAX_VALUE, high: Number.MAX_VALUE }
      return { step: 'clip', column, low: quantileOf(sorted, lower), high: quantileOf(sorted, upper) }
    }
    case 'power': {
      if (slot.kind !== 'number') refuse('numbers')
      return step.method === 'log1p'
        ? { step: 'power', column, method: 'log1p' }
        : { step: 'power', column, method: 'yeo-johnson', lambda: fitYeoJohnson(sortedPresent(values)) }
    }
    case 'interaction': {
      const [first, second] = step.columns
      if (second === undefined || step.columns.length !== 2)
        throw new EngineError('recipe-step', 'The step “interaction” combines two columns.', 'Name exactly two.')
      for (const each of [slot, slotOf(program, second, step.step)])
        if (each.kind !== 'number' && each.kind !== 'boolean') refuse('numbers')
      const name = step.name ?? `${first}_${step.operation}_${second}`
      return { step: 'interaction', column, other: second, operation: step.operation, name }
    }
    case 'one-hot': {
      if (slot.kind !== 'category') refuse('a category')
      const levels = inputs.find(input => input.name === column)?.vocabulary ?? []
      return {
        step: 'one-hot',
        column,
        levels,
        // An unseen level is all zeros when training met no rare one: nothing could have been learnt for it.
        other: values.some(cell => cell === UNSEEN_CODE),
        missing: values.some(cell => cell === MISSING_CODE),
      }
    }
    case 'ordinal': {
      if (slot.kind !== 'category') refuse('a category')
      return { step: 'ordinal', column, levels: inputs.find(input => input.name === column)?.vocabulary?.length ?? 0 }
    }
    case 'date-parts': {
      if (slot.kind !== 'datetime') refuse('dates')
      const present = values.filter(cell => !Number.isNaN(cell))
      const parts = (step.parts ?? DATE_PARTS).filter(part => {
        const first = present.length > 0 ? cyclePosition(part, present[0]!) : 0
        return present.some(ms => cyclePosition(part, ms) !== first)
      })
      const elapsed = step.elapsedDays
        ? { elapsedFrom: present.reduce((least, ms) => Math.min(least, ms), present[0] ?? 0) }
        : {}
      return {
        step: 'date-parts',
        column,
        parts,
        ...(step.as === 'number' ? { as: 'number' as const } : {}),
        ...elapsed,
      }
    }
    default:
      throw new EngineError('recipe-step', `Unknown recipe step “${(step as { step: string }).step}”.`)
  }
}

function fillValue(
  step: Extract<RecipeStep, { step: 'impute' }>,
  values: Float64Array,
  category: boolean,
  vocabulary: readonly string[],
): number {
  if (step.strategy === 'constant') {
    if (category) return vocabulary.indexOf(String(step.value ?? 'missing'))
    return Number(step.value ?? 0)
  }
  const present = values.filter(cell => (category ? cell !== MISSING_CODE : !Number.isNaN(cell)))
  if (present.length === 0) return category ? UNSEEN_CODE : 0
  if (step.strategy === 'mean') return meanAndDeviation(present).mean
  if (step.strategy === 'median') return median(present)
  const counts = new Map<number, number>()
  for (const cell of present) counts.set(cell, (counts.get(cell) ?? 0) + 1)
  return [...counts].sort((a, b) => b[1] - a[1] || a[0] - b[0])[0]![0]
}

/** Mean and population deviation (ddof 0, as scikit-learn's StandardScaler) of the cells that are not missing. */
export function meanAndDeviation(values: Float64Array): { mean: number; deviation: number } {
  let count = 0
  let sum = 0
  for (const value of values) {
    if (Number.isNaN(value)) continue
    sum += value
    count++
  }
  if (count === 0) return { mean: 0, deviation: 0 }
  const mean = sum / count
  let squares = 0
  for (const value of values) {
    if (!Number.isNaN(value)) squares += (value - mean) ** 2
  }
  const deviation = Math.sqrt(squares / count)
  // Rounding of the mean must not turn a constant column into noise.
  return { mean, deviation: deviation <= Math.abs(mean) * 1e-12 ? 0 : deviation }
}

function sortedPresent(values: Float64Array): Float64Array {
  return values.filter(cell => Number.isFinite(cell)).sort()
}

/** Linear interpolation between the neighbours (type 7 of Hyndman and Fan, as numpy). `sorted` is not empty. */
function quantileOf(sorted: Float64Array, q: number): number {
  const at = q * (sorted.length - 1)
  const below = Math.floor(at)
  const left = sorted[below]!
  return left + (at - below) * (sorted[Math.min(below + 1, sorted.length - 1)]! - left)
}

function centreAndSpread(
  values: Float64Array,
  method: 'standard' | 'robust' | 'min-max',
): { mean: number; deviation: number } {
  if (method === 'standard') return meanAndDeviation(values)
  const sorted = sortedPresent(values)
  if (sorted.length === 0) return { mean: 0, deviation: 0 }
  if (method === 'min-max') return { mean: sorted[0]!, deviation: sorted[sorted.length - 1]! - sorted[0]! }
  return { mean: quantileOf(sorted, 0.5), deviation: quantileOf(sorted, 0.75) - quantileOf(sorted, 0.25) }
}

function median(values: Float64Array): number {
  const sorted = values.slice().sort()
  const middle = sorted.length >> 1
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2
}
