import {
  ActionIcon,
  Button,
  Fieldset,
  Group,
  PasswordInput,
  Select,
  SimpleGrid,
  Stack,
  Text,
  TextInput,
} from '@mantine/core'
import { IconPlus, IconTrash } from '@tabler/icons-react'
import type { ReactNode } from 'react'
import { type Field, type FieldOf, type FormValues, isShown, pathOf } from './field.ts'
import { useFormContext } from './form-context.ts'
import { SchemaInput } from './schema-input.tsx'
import { initialValues, switchVariant, variantOf } from './values.ts'

/** The inputs of some fields below `path`, two in a row where there is room. */
export function SchemaFields({
  fields,
  path = '',
  columns = 1,
}: {
  fields: readonly Field[]
  path?: string
  columns?: 1 | 2
}) {
  const shown = useShown(fields, path)
  const inputs = shown.map(field => <SchemaField key={field.name} field={field} path={pathOf(path, field.name)} />)
  if (columns === 1) return <Stack gap="sm">{inputs}</Stack>
  return (
    <SimpleGrid cols={{ base: 1, xs: 2 }} spacing="sm">
      {inputs}
    </SimpleGrid>
  )
}

/** Returns the fields that are shown for the current values. */
export function useShown(fields: readonly Field[], path: string): Field[] {
  const values = useValue(path) as FormValues | undefined
  return fields.filter(field => isShown(field, values ?? {}))
}

function useValue(path: string): unknown {
  const { form } = useFormContext()
  return path === '' ? form.getValues() : form.getInputProps(path).value
}

/** One field: an input, or the inputs of what it contains. */
export function SchemaField({ field, path }: { field: Field; path: string }) {
  switch (field.kind) {
    case 'group':
      return <SchemaFields fields={field.fields} path={path} />
    case 'union':
      return <UnionField field={field} path={path} />
    case 'pairs':
      return <PairsField field={field} path={path} />
    case 'rows':
      return <RowsField field={field} path={path} />
    default:
      return <SchemaInput field={field} path={path} />
  }
}

function UnionField({ field, path }: { field: FieldOf<'union'>; path: string }) {
  const { form, disabled } = useFormContext()
  const values = useValue(path) as FormValues
  const choose = (value: string | null) => {
    if (value === null) return
    const next = switchVariant(field, values, value)
    if (path === '') form.setValues({ ...form.getValues(), ...next })
    else form.setFieldValue(path, next)
    form.clearErrors()
  }
  const variant = variantOf(field, values)
  return (
    <Stack gap="sm">
      <Select
        label={field.label}
        description={field.description}
        data={field.variants.map(({ value, label }) => ({ value, label }))}
        value={variant?.value ?? null}
        allowDeselect={false}
        searchable={field.variants.length > 10}
        disabled={disabled}
        onChange={choose}
      />
      <SchemaFields fields={variant?.fields ?? []} path={path} />
    </Stack>
  )
}

function PairsField({ field, path }: { field: FieldOf<'pairs'>; path: string }) {
  const { form } = useFormContext()
  const Value = field.secret ? PasswordInput : TextInput
  return (
    <ListRows label={field.label} description={field.description} path={path} blank={{ name: '', value: '' }}>
      {(at, number) => (
        <>
          <TextInput
            label={`${field.label} ${number}`}
            placeholder={field.placeholder ?? 'Name'}
            autoComplete="off"
            style={{ flex: 1, minWidth: 0 }}
            {...form.getInputProps(`${at}.name`)}
          />
          <Value
            label="Value"
            autoComplete="off"
            style={{ flex: 2, minWidth: 0 }}
            {...form.getInputProps(`${at}.value`)}
          />
        </>
      )}
    </ListRows>
  )
}

function RowsField({ field, path }: { field: FieldOf<'rows'>; path: string }) {
  return (
    <ListRows label={field.label} description={field.description} path={path} blank={initialValues(field.fields)}>
      {(at, number) => (
        <Fieldset legend={`${field.label} ${number}`} p="xs" style={{ flex: 1, minWidth: 0 }}>
          <SchemaFields fields={field.fields} path={at} columns={2} />
        </Fieldset>
      )}
    </ListRows>
  )
}

/** Rows that can be added and removed. */
function ListRows({
  label,
  description,
  path,
  blank,
  children,
}: {
  label: string
  description?: string
  path: string
  blank: FormValues
  children: (path: string, number: number) => ReactNode
}) {
  const { form, disabled } = useFormContext()
  const rows = (useValue(path) ?? []) as FormValues[]
  const noun = label.toLowerCase()
  return (
    <Stack gap="xs">
      {rows.map((_, i) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: the form's values are kept by index.
        <Group key={i} align="end" gap="xs" wrap="nowrap">
          {children(`${path}.${i}`, i + 1)}
          <ActionIcon
            variant="default"
            size={36}
            aria-label={`Remove ${noun} ${i + 1}`}
            disabled={disabled}
            onClick={() => form.removeListItem(path, i)}
          >
            <IconTrash size={16} aria-hidden />
          </ActionIcon>
        </Group>
      ))}
      <Group justify="space-between">
        <Text size="xs" c="dimmed">
          {description}
        </Text>
        <Button
          variant="default"
          size="compact-sm"
          disabled={disabled}
          leftSection={<IconPlus size={14} aria-hidden />}
          onClick={() => form.insertListItem(path, blank)}
        >
          Add {noun}
        </Button>
      </Group>
      {form.errors[path] ? (
        <Text size="xs" c="red" role="alert">
          {form.errors[path]}
        </Text>
      ) : null}
    </Stack>
  )
}
