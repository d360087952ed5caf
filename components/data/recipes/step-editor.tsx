import { Text } from '@mantine/core'
import { type RecipeStepInput, recipeStep } from '#server/data/recipes/contract.ts'
import type { FormValues } from '../../ui/schema-form/field.ts'
import { fieldsOf } from '../../ui/schema-form/read-fields.ts'
import { SchemaFields } from '../../ui/schema-form/schema-fields.tsx'
import { cleanValues, initialValues } from '../../ui/schema-form/values.ts'

const NAMES_SHOWN = 30

/** The inputs of every kind of step, read from its contract. */
const FIELDS = new Map(recipeStep.options.map(option => [option.shape.step.value, fieldsOf(option)]))
const fieldsOfStep = (step: FormValues) => FIELDS.get(step.step as RecipeStepInput['step'])!

/** A step as its inputs show it. */
export const editStep = (step: RecipeStepInput): FormValues => initialValues(fieldsOfStep(step), step)

/** The step that the inputs describe; it may be incomplete. */
export function readStep(values: FormValues): RecipeStepInput {
  const step: unknown = { columns: [], ...cleanValues(fieldsOfStep(values), values) }
  return step as RecipeStepInput
}

/** The inputs of the step at `path` of the form around it. */
export function StepEditor({ step, path, choices }: { step: RecipeStepInput; path: string; choices: string[] }) {
  const fields = FIELDS.get(step.step)!
  return (
    <>
      <SchemaFields fields={fields} path={path} columns={2} />
      {step.step === 'expression' ? (
        <Text size="xs" c="dimmed">
          Columns: {choices.slice(0, NAMES_SHOWN).join(', ')}
          {choices.length > NAMES_SHOWN ? ` and ${choices.length - NAMES_SHOWN} more` : ''}.
        </Text>
      ) : null}
    </>
  )
}
