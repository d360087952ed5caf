import { schemaResolver, type UseFormReturnType, useForm } from '@mantine/form'
import { useMemo, useRef } from 'react'
import type { z } from 'zod'
import type { Field, FormValues } from './field.ts'
import { fieldsOf, type Hints } from './read-fields.ts'
import { isShownAtFields } from './server-errors.ts'
import { useServerErrors } from './use-server-errors.ts'
import { cleanValues, initialValues, requiredErrors } from './values.ts'

export interface SchemaFormState<S extends z.ZodType> {
  form: UseFormReturnType<FormValues>
  fields: Field[]
  /** Handler of the form's submit event; calls `send` with the values that the schema accepted. */
  onSubmit: (send: (values: z.output<S>) => void) => (event?: React.SyntheticEvent<HTMLFormElement>) => void
  /** The server's error unless its messages stand at the fields, or a message about the form as a whole. */
  problem: unknown
}

const NO_VALUES: FormValues = {}

/** Holds the state of a form of one contract: its fields, values, validation by zod and the server's messages. */
export function useSchemaForm<S extends z.ZodType>(
  schema: S,
  {
    initial = NO_VALUES,
    error,
    hints,
    derive,
    renameErrors,
  }: {
    initial?: FormValues
    error?: unknown
    /** Changes to the fields that only the page knows; they may follow from the values. */
    hints?: Hints | ((values: FormValues) => Hints)
    /** Names of the server's messages that differ from those of the fields. */
    renameErrors?: Readonly<Record<string, string>>
    /** Values that follow from others, such as a slug from a name. */
    derive?: (values: FormValues, previous: FormValues) => FormValues | undefined
  } = {},
): SchemaFormState<S> {
  const hintsFor = (values: FormValues) => (typeof hints === 'function' ? hints(values) : hints)
  const shown = useRef<Field[]>([])
  const form: UseFormReturnType<FormValues> = useForm<FormValues>({
    initialValues: initialValues(fieldsOf(schema, hintsFor(initial)), initial),
    onValuesChange: (values, previous) => {
      const derived = derive?.(values, previous)
      if (derived) form.setValues(derived)
    },
    validate: values => ({
      ...schemaResolver(schema, { sync: true })(cleanValues(shown.current, values)),
      ...requiredErrors(shown.current, values),
    }),
  })
  const current = hintsFor(form.getValues())
  const key = JSON.stringify(current)
  // biome-ignore lint/correctness/useExhaustiveDependencies: hints are written inline, so their content counts.
  const fields = useMemo(() => fieldsOf(schema, current), [schema, key])
  shown.current = fields
  useServerErrors(form, error, renameErrors)
  const whole = form.errors['']
  const problem = whole
    ? new Error(String(whole))
    : error &&
        !isShownAtFields(
          error,
          fields.map(f => f.name),
        )
      ? error
      : null
  const onSubmit: SchemaFormState<S>['onSubmit'] = send =>
    form.onSubmit(values => send(schema.parse(cleanValues(fields, values)) as z.output<S>))
  return { form, fields, onSubmit, problem }
}
