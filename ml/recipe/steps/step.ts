import { EngineError } from '../../errors.ts'
import type { Kind, Program, Slot } from '../program.ts'
import type { Training } from '../training.ts'
import type { FittedName, FittedOf, FittedStep, StepName, StepOf } from '../types.ts'

/** What a step does to the columns, as far as it is known before any data is seen. */
export type StepEffect = {
  /** Columns that are no longer there afterwards. */
  gone?: readonly string[]
  /** Plain numbers that it makes, perhaps with missing cells and on any scale; the data may leave some of them out. */
  made?: readonly string[]
  /** Columns that are of another kind afterwards. */
  becomes?: Kind
  /** They are codes of levels, not quantities. */
  codes?: true
}

/** One kind of recipe step: the registry holds one of these for each. */
export type Step<N extends StepName> = {
  /** Kinds of column that it takes. */
  takes: readonly Kind[]
  /** The step before it is fitted, in a sentence. */
  explain(step: StepOf<N>): string
  effect(step: StepOf<N>): StepEffect
  /** Learns from the training rows; one column at a time, or all when `whole`. */
  fit(step: StepOf<N>, slots: readonly Slot[], training: Training): FittedStep[]
  /** Looks at its columns together. */
  whole?: true
  /** What training rows get in place of the features that the fitted step makes, in their order. */
  crossFit?(step: StepOf<N>, slot: Slot, training: Training): Float64Array[]
}

/** One kind of fitted step. */
export type Fitted<N extends FittedName> = {
  /** What was learned, in a sentence. */
  describe(step: FittedOf<N>): string
  /** Appends its operations to the program. */
  compile(step: FittedOf<N>, program: Program): void
}

/** Up to four names. */
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

/** @throws EngineError `recipe-step-type` when the step does not take columns of this kind. */
export function requireKind(step: StepName, takes: readonly Kind[], slot: Slot): void {
  if (takes.includes(slot.kind)) return
  throw new EngineError(
    'recipe-step-type',
    `The recipe's step “${step}” needs ${takes.map(kind => KIND_WORDS[kind]).join(' or ')}, and “${slot.name}” is a ${slot.kind} column.`,
    'Take the column out of the step, or cast it before.',
  )
}
