import { Stack } from '@mantine/core'
import { type ReactNode, useEffect } from 'react'
import type { z } from 'zod'
import { Problem } from '../problem.tsx'
import { AdvancedSection } from './advanced-section.tsx'
import { type FormValues, isShown, type Option } from './field.ts'
import { FormActions } from './form-actions.tsx'
import { FormContext } from './form-context.ts'
import type { Hints } from './read-fields.ts'
import { SchemaFields } from './schema-fields.tsx'
import { type SchemaFormState, useSchemaForm } from './use-schema-form.ts'

const NO_OPTIONS = {}

/** The form of a contract: inputs by type, validation by zod, the server's messages at the inputs. */
export function SchemaForm<S extends z.ZodType>({
  schema,
  initial,
  hints,
  error,
  renameErrors,
  onSubmit,
  intro,
  resetOn,
  children,
  ...rest
}: {
  schema: S
  initial?: FormValues
  /** Changes to labels and options that only the page knows, by path. */
  hints?: Hints
  /** Of the request that the form sent. */
  error?: unknown
  renameErrors?: Readonly<Record<string, string>>
  onSubmit: (values: z.output<S>) => void
  /** Label of the submit button. */
  submit: string
  busy?: boolean
  destructive?: boolean
  wide?: boolean
  /** Focuses the first input, for dialogs. */
  focusFirst?: boolean
  onCancel?: () => void
  columns?: readonly string[]
  options?: Readonly<Record<string, readonly (string | Option)[]>>
  disabled?: boolean
  /** Above the inputs. */
  intro?: ReactNode
  /** Below the inputs, with the values as they are. */
  /** Clears the form when this becomes another value, such as the result of a request. */
  resetOn?: unknown
  children?: (values: FormValues) => ReactNode
}) {
  const state = useSchemaForm(schema, { initial, hints, error, renameErrors })
  const { reset } = state.form
  // biome-ignore lint/correctness/useExhaustiveDependencies: only a new result clears the form.
  useEffect(() => {
    if (resetOn) reset()
  }, [resetOn])
  return (
    <form onSubmit={state.onSubmit(onSubmit)} noValidate>
      <Stack gap="sm">
        {state.problem ? <Problem error={state.problem} /> : null}
        {intro}
        <FormFields state={state} {...rest} />
        {children?.(state.form.getValues())}
        <FormActions {...rest} />
      </Stack>
    </form>
  )
}

/** All inputs of a form whose buttons and layout the page draws itself. */
export function FormFields<S extends z.ZodType>({
  state: { form, fields },
  columns = [],
  options = NO_OPTIONS,
  disabled = false,
  focusFirst = false,
}: {
  state: SchemaFormState<S>
  columns?: readonly string[]
  options?: Readonly<Record<string, readonly (string | Option)[]>>
  disabled?: boolean
  focusFirst?: boolean
}) {
  const focus = focusFirst ? fields.find(field => isShown(field, form.getValues()))?.name : undefined
  const advanced = fields.filter(field => field.advanced)
  return (
    <FormContext value={{ form, columns, options, disabled, focus }}>
      <SchemaFields fields={fields.filter(field => !field.advanced)} />
      {advanced.length > 0 ? (
        <AdvancedSection>
          <SchemaFields fields={advanced} />
        </AdvancedSection>
      ) : null}
    </FormContext>
  )
}
