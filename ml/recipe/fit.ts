import { EngineError } from '../errors.ts'
import type { Frame } from '../frame/frame.ts'
import { fallbackOf } from './fallback.ts'
import { frameColumn } from './load.ts'
import { type Program, planFor, type Slot, slotOf, startProgram } from './program.ts'
import { addStep, columnsRead, stepOf } from './steps/registry.ts'
import { requireKind } from './steps/step.ts'
import { type RecipeTarget, startTraining, type Training } from './training.ts'
import type { FittedInput, FittedRecipe, FittedStep, Recipe, RecipeInput, RecipeStep } from './types.ts'
import { chooseVocabulary, countLevels } from './vocabulary.ts'

/**
 * Fits a recipe (means, medians, levels) on the given rows only, so that nothing leaks from validation.
 * @param trainRows indices into the frame.
 * @throws EngineError `recipe-…` when a step names an unknown column or a non-numeric column remains, and
 * `recipe-needs-target` when a step uses the target: `prepareTraining` provides it.
 * `passOverTarget` skips such steps and their outputs, for a preview.
 */
export function fitRecipe(
  recipe: Recipe,
  frame: Frame,
  trainRows: ArrayLike<number>,
  options: { passOverTarget?: boolean } = {},
): FittedRecipe {
  return fitOnRows(recipe, frame, trainRows, options.passOverTarget ? 'none' : undefined).recipe
}

/** The fitted recipe, and columns that replace its output for the training rows (by register of `program`). */
export function fitOnRows(
  recipe: Recipe,
  frame: Frame,
  rows: ArrayLike<number>,
  target?: RecipeTarget | 'none',
): { recipe: FittedRecipe; program: Program; inputs: FittedInput[]; own: Map<number, Float64Array> } {
  if (rows.length === 0) {
    throw new EngineError('recipe-rows', 'There are no training rows to fit the recipe on.', 'Give it some rows.')
  }
  const inputs = recipe.inputs.map(input => withFallback(fitInput(input, recipe, frame, rows), recipe, frame, rows))
  const program = startProgram(inputs)
  const training = startTraining(program, inputs, frame, rows, recipe.steps, target)
  const steps = recipe.steps.flatMap(step => fitStep(step, training))
  const slots = [...program.slots.values()]
  const left = slots.find(slot => slot.kind !== 'number' && slot.kind !== 'boolean')
  if (left) {
    throw new EngineError(
      'recipe-not-numeric',
      `After the recipe, the column “${left.name}” is still ${left.kind === 'text' ? 'text' : `a ${left.kind}`}.`,
      'Add a one-hot, ordinal, date-parts, TF-IDF or drop step for it.',
    )
  }
  if (slots.length === 0) {
    throw new EngineError('recipe-empty', 'The recipe leaves no feature to learn from.', 'Keep at least one column.')
  }
  const outputs = slots.map(slot => slot.name)
  const fitted: FittedRecipe = { v: 1, inputs: usedInputs(inputs, steps, program), steps, outputs }
  return { recipe: fitted, program, inputs, own: training.own }
}

function fitInput(input: RecipeInput, recipe: Recipe, frame: Frame, rows: ArrayLike<number>): FittedInput {
  const column = frameColumn(frame, input.name)
  if (input.type !== 'category') return { ...input }
  const { counts, missing } = countLevels(column, rows)
  return { ...input, vocabulary: chooseVocabulary(counts, missing, rows.length, recipe.steps, input.name) }
}

/** Adds the value for a missing cell where training has none to learn from. */
function withFallback(input: FittedInput, recipe: Recipe, frame: Frame, rows: ArrayLike<number>): FittedInput {
  if (isImputed(recipe.steps, input.name)) return input
  const fallback = fallbackOf(input, frameColumn(frame, input.name), rows)
  return fallback === undefined ? input : { ...input, fallback }
}

const isImputed = (steps: readonly RecipeStep[], column: string) =>
  steps.some(step => step.step === 'impute' && step.columns.includes(column))

function fitStep(step: RecipeStep, training: Training): FittedStep[] {
  const { program, absent } = training
  const definition = stepOf(step.step)
  const slots = slotsOf(step, training)
  for (const slot of slots ?? []) requireKind(step.step, definition.takes, slot)
  const fitted: FittedStep[] = []
  const groups = definition.whole ? (slots ? [slots] : []) : (slots ?? []).map(slot => [slot])
  for (const group of groups) {
    const learned = definition.fit(step, group, training)
    const own = learned.length > 0 && training.target ? (definition.crossFit?.(step, group[0]!, training) ?? []) : []
    for (const [k, cells] of own.entries()) training.own.set(program.registers + k, cells)
    for (const each of learned) {
      addStep(program, each)
      fitted.push(each)
    }
    training.forget()
  }
  for (const name of definition.effect(step).made ?? []) if (!program.slots.has(name)) absent.add(name)
  return fitted
}

/** Returns the step's existing columns; undefined when it combines columns and one of them was removed. */
function slotsOf(step: RecipeStep, { program, absent }: Training): Slot[] | undefined {
  const definition = stepOf(step.step)
  const named = columnsRead(step)
  // A filter that names no column applies to all it can handle.
  if (named.length === 0 && definition.whole) {
    return [...program.slots.values()].filter(slot => definition.takes.includes(slot.kind) && !slot.levels)
  }
  const there = named.filter(name => program.slots.has(name) || !absent.has(name))
  const { made = [] } = definition.effect(step)
  if (definition.whole && made.length > 0 && there.length < named.length) return undefined
  return there.map(name => slotOf(program, name, step.step))
}

/** Inputs that a feature depends on: a removed column need not be sent by callers. */
function usedInputs(inputs: readonly FittedInput[], steps: readonly FittedStep[], program: Program): FittedInput[] {
  const plan = planFor(
    program,
    Array.from(program.slots.values(), slot => slot.register),
  )
  const used = new Set([...plan.inputs, ...plan.texts.map(text => program.textInputs[text]!)])
  const named = new Set(
    steps.flatMap(step => {
      if (step.step === 'drop') return []
      if (step.step === 'interaction') return [step.column, step.other]
      return step.step === 'expression' ? columnsRead({ ...step, columns: [], name: step.column }) : [step.column]
    }),
  )
  return inputs.filter((input, at) => used.has(at) || named.has(input.name))
}
