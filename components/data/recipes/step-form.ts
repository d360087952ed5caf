import { type RecipeStepInput, recipeStep } from '#server/data/recipes/contract.ts'
import type { Field, FormValues } from '../../ui/schema-form/field.ts'
import { fieldsOf } from '../../ui/schema-form/read-fields.ts'
import { cleanValues, initialValues } from '../../ui/schema-form/values.ts'

/** The inputs of every kind of step, read from its contract. */
const FIELDS = new Map(recipeStep.options.map(option => [option.shape.step.value, fieldsOf(option)]))

export const fieldsOfStep = (step: FormValues): Field[] => FIELDS.get(step.step as RecipeStepInput['step'])!

/** A step as its inputs show it. */
export const editStep = (step: RecipeStepInput): FormValues => initialValues(fieldsOfStep(step), step)

/** The step that the inputs describe; it may be incomplete. */
export function readStep(values: FormValues): RecipeStepInput {
  const step: unknown = { columns: [], ...cleanValues(fieldsOfStep(values), values) }
  return step as RecipeStepInput
}
