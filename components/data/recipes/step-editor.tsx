import { Text } from '@mantine/core'
import type { RecipeStepInput } from '#server/data/recipes/contract.ts'
import { SchemaFields } from '../../ui/schema-form/schema-fields.tsx'
import { fieldsOfStep } from './step-form.ts'

const NAMES_SHOWN = 30

/** The inputs of the step at `path` of the form around it. */
export function StepEditor({ step, path, choices }: { step: RecipeStepInput; path: string; choices: string[] }) {
  return (
    <>
      <SchemaFields fields={fieldsOfStep({ ...step })} path={path} columns={2} />
      {step.step === 'expression' ? (
        <Text size="xs" c="dimmed">
          Columns: {choices.slice(0, NAMES_SHOWN).join(', ')}
          {choices.length > NAMES_SHOWN ? ` and ${choices.length - NAMES_SHOWN} more` : ''}.
        </Text>
      ) : null}
    </>
  )
}
