import { Button, Group, Modal, NativeSelect, Select, Stack, Switch, Textarea, TextInput } from '@mantine/core'
import { useState } from 'react'
import {
  CHECK_WORDS,
  type CheckType,
  type ExpectationInput,
  expectationInput,
  SEVERITIES,
  type Severity,
} from '#server/data/expectations/contract.ts'
import { Problem } from '../../ui/problem.tsx'
import type { ShownExpectation } from './client.ts'
import { type Field, fieldsOf, needsColumn, parameterOf, textOf } from './parameter-fields.ts'

const TYPES = (Object.keys(CHECK_WORDS) as CheckType[]).map(value => ({ value, label: CHECK_WORDS[value] }))
const SEVERITY_WORDS: Record<Severity, string> = { block: 'Block: training is refused', warn: 'Warn: it is only said' }

type Texts = Record<string, string | boolean>
const textsOf = (fields: Field[], parameters: Record<string, unknown> = {}): Texts =>
  Object.fromEntries(
    fields.map(f => {
      const value = parameters[f.name]
      return [f.name, value === undefined ? f.initial : typeof value === 'boolean' ? value : textOf(f.kind, value)]
    }),
  )

interface FormProps {
  columns: string[]
  /** Undefined: a new one. */
  edited: ShownExpectation | undefined
  saving: boolean
  error: unknown
  onSave: (expectation: ExpectationInput) => void
  onClose: () => void
}

/** Adds or edits one expectation; its inputs follow from the contract of its type. */
export function ExpectationDialog({ opened, ...props }: FormProps & { opened: boolean }) {
  return (
    <Modal
      opened={opened}
      onClose={props.onClose}
      title={props.edited ? 'Edit the expectation' : 'Add an expectation'}
      closeButtonProps={{ 'aria-label': 'Close' }}
    >
      {opened ? <ExpectationForm {...props} /> : null}
    </Modal>
  )
}

function ExpectationForm({ columns, edited, saving, error, onSave, onClose }: FormProps) {
  const [type, setType] = useState<CheckType>(edited?.type ?? 'not-null')
  const [column, setColumn] = useState<string | null>(edited?.column ?? columns[0] ?? null)
  const [texts, setTexts] = useState<Texts>(() =>
    textsOf(fieldsOf(edited?.type ?? 'not-null'), edited?.parameters as Record<string, unknown> | undefined),
  )
  const [severity, setSeverity] = useState<Severity>(edited?.severity ?? 'warn')
  const [reason, setReason] = useState(edited?.reason ?? '')
  const [problem, setProblem] = useState<string>()
  const fields = fieldsOf(type)
  const choose = (next: CheckType) => {
    setType(next)
    setTexts(textsOf(fieldsOf(next)))
    setProblem(undefined)
  }
  const submit = () => {
    const parameters = Object.fromEntries(
      fields.flatMap(f => {
        const value = parameterOf(f.kind, texts[f.name] ?? '')
        return value === undefined ? [] : [[f.name, value]]
      }),
    )
    const read = expectationInput.safeParse({
      ...(edited ? { id: edited.id } : {}),
      type,
      column: needsColumn(type) ? column : null,
      parameters,
      severity,
      reason,
      enabled: edited?.enabled ?? true,
    })
    if (read.success) return onSave(read.data)
    const issue = read.error.issues[0]!
    const field = fields.find(f => issue.path.includes(f.name))
    setProblem(`${field ? `${field.label}: ` : ''}${issue.message}`)
  }
  return (
    <form
      onSubmit={event => {
        event.preventDefault()
        submit()
      }}
    >
      <Stack gap="sm">
        {problem ? <Problem error={new Error(problem)} /> : error ? <Problem error={error} /> : null}
        <NativeSelect
          label="What is expected"
          data={TYPES}
          value={type}
          onChange={event => choose(event.currentTarget.value as CheckType)}
        />
        {needsColumn(type) ? (
          <Select label="Column" searchable allowDeselect={false} data={columns} value={column} onChange={setColumn} />
        ) : null}
        {fields.map(f => (
          <ParameterInput
            key={`${type}-${f.name}`}
            field={f}
            columns={columns}
            value={texts[f.name] ?? ''}
            onChange={value => setTexts(before => ({ ...before, [f.name]: value }))}
          />
        ))}
        <NativeSelect
          label="When it fails"
          data={SEVERITIES.map(value => ({ value, label: SEVERITY_WORDS[value] }))}
          value={severity}
          onChange={event => setSeverity(event.currentTarget.value as Severity)}
        />
        <TextInput
          label="Why"
          description="Read by whoever sees it fail"
          maxLength={500}
          value={reason}
          onChange={event => setReason(event.currentTarget.value)}
        />
        <Group justify="flex-end" gap="xs">
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
          <Button type="submit" loading={saving}>
            Save
          </Button>
        </Group>
      </Stack>
    </form>
  )
}

function ParameterInput({
  field,
  columns,
  value,
  onChange,
}: {
  field: Field
  columns: string[]
  value: string | boolean
  onChange: (value: string | boolean) => void
}) {
  const { label, description, required } = field
  const text = String(value)
  if (field.kind === 'flag')
    return <Switch label={label} checked={value === true} onChange={event => onChange(event.currentTarget.checked)} />
  if (field.kind === 'choice')
    return (
      <NativeSelect
        label={label}
        description={description}
        data={field.required && text === '' ? ['', ...field.choices] : field.choices}
        value={text}
        onChange={event => onChange(event.currentTarget.value)}
      />
    )
  if (field.name === 'other')
    return (
      <Select
        label={label}
        searchable
        required
        data={columns}
        value={text === '' ? null : text}
        onChange={next => onChange(next ?? '')}
      />
    )
  if (field.kind === 'lines' || field.kind === 'columns' || field.name === 'predicate')
    return (
      <Textarea
        label={label}
        description={description}
        required={required}
        autosize
        minRows={2}
        maxRows={10}
        styles={{ input: { fontFamily: 'var(--mantine-font-family-monospace)' } }}
        value={text}
        onChange={event => onChange(event.currentTarget.value)}
      />
    )
  return (
    <TextInput
      label={label}
      description={description}
      required={required}
      inputMode={field.kind === 'number' ? 'decimal' : 'text'}
      value={text}
      onChange={event => onChange(event.currentTarget.value)}
    />
  )
}
