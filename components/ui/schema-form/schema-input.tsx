import {
  Autocomplete,
  MultiSelect,
  NumberInput,
  PasswordInput,
  SegmentedControl,
  Select,
  Switch,
  TagsInput,
  Text,
  Textarea,
  TextInput,
} from '@mantine/core'
import type { Field, FieldOf, Option } from './field.ts'
import { useFormContext } from './form-context.ts'

const MONOSPACE = { input: { fontFamily: 'var(--mantine-font-family-monospace)' } }
/** Options that a list shows at once; it narrows as the user types. */
const OPTIONS_SHOWN = 200

interface InputProps<F = Field> {
  field: F
  path: string
}

/** The input of a field that holds one value. */
export function SchemaInput({ field, path }: InputProps) {
  switch (field.kind) {
    case 'text':
      return <TextField field={field} path={path} />
    case 'number':
      return <NumberField field={field} path={path} />
    case 'switch':
      return <SwitchField field={field} path={path} />
    case 'choice':
      return <ChoiceField field={field} path={path} />
    case 'column':
      return <ColumnField field={field} path={path} />
    case 'choices':
    case 'columns':
      return <ChoicesField field={field} path={path} />
    case 'list':
    case 'numbers':
      return <ListField field={field} path={path} />
    case 'date':
    case 'scalar':
      return <LineField field={field} path={path} />
    default:
      return null
  }
}

/** Props that all inputs share. */
function useInput(field: Field, path: string) {
  const { form, disabled, focus } = useFormContext()
  const { label, description, placeholder, required, readOnly } = field
  const focused = focus === path ? { 'data-autofocus': true } : {}
  return {
    label,
    description,
    placeholder,
    required,
    readOnly,
    disabled,
    name: path,
    ...focused,
    ...form.getInputProps(path),
  }
}

function LineField({ field, path }: InputProps) {
  const type = field.kind !== 'date' ? 'text' : field.time ? 'datetime-local' : 'date'
  return <TextInput {...useInput(field, path)} type={type} />
}

function TextField({ field, path }: InputProps<FieldOf<'text'>>) {
  const { options } = useFormContext()
  const shared = { ...useInput(field, path), maxLength: field.maxLength, autoComplete: field.autoComplete ?? 'off' }
  if (field.input === 'password') return <PasswordInput {...shared} />
  if (options[path])
    return (
      <Autocomplete
        {...shared}
        data={options[path].map(o => (typeof o === 'string' ? o : o.value))}
        limit={OPTIONS_SHOWN}
      />
    )
  if (field.input === 'multiline' || field.input === 'code') {
    const styles = field.input === 'code' ? MONOSPACE : undefined
    return (
      <Textarea {...shared} autosize minRows={2} maxRows={16} styles={styles} spellCheck={field.input !== 'code'} />
    )
  }
  return <TextInput {...shared} type={field.input === 'line' ? 'text' : field.input} />
}

function NumberField({ field, path }: InputProps<FieldOf<'number'>>) {
  const { unit, integer, min, max, step } = field
  const bounds = min !== undefined && max !== undefined && max < 1e6 ? `${min} to ${max}` : undefined
  const shared = useInput(field, path)
  return (
    <NumberInput
      {...shared}
      description={shared.description ?? bounds}
      allowDecimal={!integer}
      min={min}
      max={max}
      step={step}
      rightSection={
        unit ? (
          <Text size="xs" c="dimmed" px={8}>
            {unit}
          </Text>
        ) : undefined
      }
      rightSectionWidth={unit ? 'auto' : undefined}
    />
  )
}

function SwitchField({ field, path }: InputProps) {
  const { form, disabled } = useFormContext()
  const { label, description } = field
  return (
    <Switch
      label={label}
      description={description}
      disabled={disabled}
      {...form.getInputProps(path, { type: 'checkbox' })}
    />
  )
}

function ChoiceField({ field, path }: InputProps<FieldOf<'choice'>>) {
  const { options } = useFormContext()
  const shared = useInput(field, path)
  const data = options[path] ?? field.options
  if (field.segmented) return <Segments field={field} path={path} />
  const described = field.options.find(option => option.value === shared.value)?.description
  return (
    <Select
      {...shared}
      description={described ?? shared.description}
      data={data as Option[]}
      renderOption={described ? ({ option }) => <DescribedOption {...(option as Option)} /> : undefined}
      allowDeselect={!field.required && field.initial === undefined}
      clearable={!field.required && field.initial === undefined}
      searchable={data.length > 10}
      limit={OPTIONS_SHOWN}
    />
  )
}

const DescribedOption = ({ label, description }: Option) => (
  <div>
    <Text size="sm" fw={600}>
      {label}
    </Text>
    <Text size="xs" c="dimmed">
      {description}
    </Text>
  </div>
)

function Segments({ field, path }: InputProps<FieldOf<'choice'>>) {
  const { form, disabled } = useFormContext()
  const { value, onChange } = form.getInputProps(path)
  return (
    <div>
      <Text size="sm" fw={500} id={`${path}-label`}>
        {field.label}
      </Text>
      <SegmentedControl
        aria-labelledby={`${path}-label`}
        fullWidth
        data={field.options}
        disabled={disabled}
        value={value ?? undefined}
        onChange={onChange}
      />
    </div>
  )
}

function ColumnField({ field, path }: InputProps) {
  const { columns } = useFormContext()
  return (
    <Select
      {...useInput(field, path)}
      data={[...columns]}
      searchable
      allowDeselect={!field.required}
      clearable={!field.required}
      limit={OPTIONS_SHOWN}
    />
  )
}

function ChoicesField({ field, path }: InputProps<FieldOf<'choices'> | FieldOf<'columns'>>) {
  const { columns } = useFormContext()
  const { placeholder, ...shared } = useInput(field, path)
  const chosen = shared.value as string[]
  // A column that no longer exists stays in the list, so that it can be removed.
  const data = field.kind === 'choices' ? field.options : [...new Set([...columns, ...chosen])]
  return (
    <MultiSelect
      {...shared}
      placeholder={chosen.length > 0 ? undefined : (placeholder ?? 'Choose columns')}
      data={data}
      searchable
      clearable
      hidePickedOptions
      maxValues={field.kind === 'columns' ? field.max : undefined}
      limit={OPTIONS_SHOWN}
    />
  )
}

function ListField({ field, path }: InputProps) {
  const shared = useInput(field, path)
  return (
    <TagsInput
      {...shared}
      description={shared.description ?? 'Press Enter after each value.'}
      splitChars={[]}
      acceptValueOnBlur
    />
  )
}
