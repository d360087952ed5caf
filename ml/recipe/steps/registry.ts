import { EngineError } from '../../errors.ts'
import { columnsOf, parseExpression } from '../expression/parse.ts'
import type { Kind, Program } from '../program.ts'
import type { FittedName, FittedStep, RecipeStep, StepName } from '../types.ts'
import { cast } from './cast.ts'
import { oneHot, ordinal } from './category.ts'
import { dateParts } from './date-parts.ts'
import { expression } from './expression.ts'
import { correlation, drop, nearConstant } from './filters.ts'
import { hashing } from './hashing.ts'
import { impute, indicator } from './impute.ts'
import { interaction } from './interaction.ts'
import { scale } from './scale.ts'
import { clip, power } from './shape.ts'
import type { Fitted, Step } from './step.ts'
import { targetEncoding } from './target-encoding.ts'
import { textStatistics, tfIdf } from './text.ts'

const STEPS: { [N in StepName]: Step<N> } = {
  cast,
  impute,
  indicator,
  clip,
  power,
  scale,
  interaction,
  expression,
  'date-parts': dateParts,
  'one-hot': oneHot,
  ordinal,
  'target-encoding': targetEncoding,
  hashing,
  'tf-idf': tfIdf,
  'text-statistics': textStatistics,
  'near-constant': nearConstant,
  correlation,
  drop,
}

const FITTED: { [N in FittedName]: Fitted<N> } = {
  cast,
  impute,
  indicator,
  clip,
  power,
  scale,
  interaction,
  expression,
  'date-parts': dateParts,
  'one-hot': oneHot,
  ordinal,
  'target-encoding': targetEncoding,
  hashing,
  'tf-idf': tfIdf,
  'text-statistics': textStatistics,
  drop,
}

export const STEP_NAMES = Object.keys(STEPS) as StepName[]

/** @throws EngineError `recipe-step` for a step that this engine does not know. */
export function stepOf(name: StepName): Step<StepName> {
  if (Object.hasOwn(STEPS, name)) return STEPS[name] as Step<StepName>
  throw new EngineError('recipe-step', `Unknown recipe step “${name}”.`)
}

/** Appends a fitted step's operations to the program. @throws EngineError `recipe-step` */
export function addStep(program: Program, step: FittedStep): void {
  fittedOf(step.step).compile(step, program)
}

function fittedOf(name: FittedName): Fitted<FittedName> {
  if (Object.hasOwn(FITTED, name)) return FITTED[name] as Fitted<FittedName>
  throw new EngineError('recipe-step', `Unknown recipe step “${name}”.`, 'Update FlexiML.')
}

/** Describes an unfitted step in a sentence. */
export const explainStep = (step: RecipeStep): string => stepOf(step.step).explain(step)

/** Describes a fitted step in a sentence. */
export const describeStep = (step: FittedStep): string => fittedOf(step.step).describe(step)

/** Returns the columns that a step reads. @throws EngineError `expression` for a formula that cannot be parsed. */
export const columnsRead = (step: RecipeStep): readonly string[] =>
  step.step === 'expression' ? columnsOf(parseExpression(step.formula)) : step.columns

/** Returns the column kinds that a step accepts. */
export const kindsTaken = (name: StepName): readonly Kind[] => stepOf(name).takes
