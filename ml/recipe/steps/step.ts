import { EngineError } from '../../errors.ts'
import type { Kind, Program, Slot } from '../program.ts'
import type { Training } from '../training.ts'
import type { FittedName, FittedOf, FittedStep, StepName, StepOf } from '../types.ts'

/** Effect of a step on the columns, as far as known without data. */
export type StepEffect = {
  /** Columns removed by the step. */
  gone?: readonly string[]
  /** Plain numbers made by the step, possibly with missing cells and on any scale; some may be left out depending on the data. */
  made?: readonly string[]
  /** Columns whose kind changes. */
  becomes?: Kind
  /** They are codes of levels, not quantities. */
  codes?: true
}

/** One kind of recipe step; the registry holds one of these for each. */
export type Step<N extends StepName> = {
  /** Column kinds that it accepts. */
  takes: readonly Kind[]
  /** Description of the unfitted step, one sentence. */
  explain(step: StepOf<N>): string
  effect(step: StepOf<N>): StepEffect
  /** Fits on the training rows; one column at a time, or all when `whole`. */
  fit(step: StepOf<N>, slots: readonly Slot[], training: Training): FittedStep[]
  /** Looks at its columns together. */
  whole?: true
  /** Replacement values of the fitted step's features for the training rows, in their order. */
  crossFit?(step: StepOf<N>, slot: Slot, training: Training): Float64Array[]
}

/** One kind of fitted step. */
export type Fitted<N extends FittedName> = {
  /** Description of what was fitted, one sentence. */
  describe(step: FittedOf<N>): string
  /** Appends its operations to the program. */
  compile(step: FittedOf<N>, program: Program): void
}

/** Formats up to four names. */
export const listNames = (names: readonly string[]): string =>
  names.length > 4 ? `${names.slice(0, 4).join(', ')} and ${names.length - 4} more` : names.join(', ')

export const shortNumber = (value: number): string => String(Number(value.toPrecision(4)))

const KIND_WORDS: Record<Kind, string> = {
  number: 'numbers',
  category: 'categories',
  boolean: 'yes and no',
  datetime: 'dates',
  text: 'text',
}

/** @throws EngineError `recipe-step-type` when the step does not accept columns of this kind. */
export function requireKind(step: StepName, takes: readonly Kind[], slot: Slot): void {
  if (takes.includes(slot.kind)) return
  throw new EngineError(
    'recipe-step-type',
    `The recipe's step “${step}” needs ${takes.map(kind => KIND_WORDS[kind]).join(' or ')}, and “${slot.name}” is a ${slot.kind} column.`,
    'Take the column out of the step, or cast it before.',
  )
}
