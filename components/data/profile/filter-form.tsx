import { Button, Group, NumberInput, Paper, Select, TextInput } from '@mantine/core'
import { type UseFormReturnType, useForm } from '@mantine/form'
import type { VersionColumn } from '#server/data/contract.ts'
import type { RowFilter } from '#server/data/profile/contract.ts'

const LABELS: Record<RowFilter['is'], string> = {
  equal: 'is',
  contains: 'contains',
  between: 'is between',
  missing: 'is missing',
  present: 'is present',
}

/** Names that a list shows at once; it narrows as the user types. */
const NAMES_SHOWN = 100

interface Draft {
  column: string
  is: RowFilter['is']
  text: string
  from: string | number
  to: string | number
}

/** The conditions of a stored type, the usual one first. */
const conditionsOf = (stored: string): RowFilter['is'][] =>
  stored === 'number' || stored === 'integer' || stored === 'datetime'
    ? ['between', 'equal', 'missing', 'present']
    : ['equal', 'contains', 'missing', 'present']

/** A bound as a number; undefined if blank, NaN if it cannot be read. Times without a zone are UTC. */
function readBound(value: string | number, time: boolean): number | undefined {
  const text = String(value).trim()
  if (text === '') return undefined
  if (!time) return Number(text)
  return Date.parse(/[zZ]|[+-]\d\d:?\d\d$/.test(text) ? text : `${text}Z`)
}

/** Returns the filter, or undefined while it is incomplete. */
function filterOf({ column, is, text, from, to }: Draft, time: boolean): RowFilter | undefined {
  if (is === 'equal') return { is, column, value: text }
  if (is === 'contains') return text === '' ? undefined : { is, column, text }
  if (is !== 'between') return { is, column }
  const [low, high] = [readBound(from, time), readBound(to, time)]
  if ((low === undefined && high === undefined) || Number.isNaN(low) || Number.isNaN(high)) return undefined
  return { is, column, from: low, to: high, withEnd: true }
}

/** Adds one condition on one column. */
export function FilterForm({
  schema,
  column: initial,
  onAdd,
  onCancel,
}: {
  schema: VersionColumn[]
  column: string
  onAdd: (filter: RowFilter) => void
  onCancel: () => void
}) {
  const storedOf = (name: string) => {
    const column = schema.find(c => c.name === name)
    return column?.stored ?? column?.type ?? 'words'
  }
  const form = useForm<Draft>({
    initialValues: { column: initial, is: conditionsOf(storedOf(initial))[0]!, text: '', from: '', to: '' },
  })
  const draft = form.getValues()
  const conditions = conditionsOf(storedOf(draft.column))
  const time = storedOf(draft.column) === 'datetime'
  const filter = filterOf(draft, time)
  const chooseColumn = (column: string) => {
    const allowed = conditionsOf(storedOf(column))
    form.setValues({ column, is: allowed.includes(draft.is) ? draft.is : allowed[0]! })
  }
  return (
    <Paper
      withBorder
      radius="md"
      p="sm"
      component="form"
      onSubmit={form.onSubmit(() => filter && onAdd(filter))}
      aria-label="Filter rows"
    >
      <Group align="end" gap="xs">
        <ColumnSelect names={schema.map(c => c.name)} value={draft.column} onChange={chooseColumn} />
        <Select
          label="Condition"
          size="xs"
          w={130}
          allowDeselect={false}
          data={conditions.map(value => ({ value, label: LABELS[value] }))}
          {...form.getInputProps('is')}
        />
        <Bounds form={form} time={time} />
        <Button type="submit" size="xs" disabled={!filter}>
          Apply filter
        </Button>
        <Button size="xs" variant="default" onClick={onCancel}>
          Close
        </Button>
      </Group>
    </Paper>
  )
}

function ColumnSelect({
  names,
  value,
  onChange,
}: {
  names: string[]
  value: string
  onChange: (column: string) => void
}) {
  return (
    <Select
      label="Column"
      size="xs"
      w={180}
      searchable
      limit={NAMES_SHOWN}
      allowDeselect={false}
      data={names}
      value={value}
      onChange={name => name && onChange(name)}
    />
  )
}

function Bounds({ form, time }: { form: UseFormReturnType<Draft>; time: boolean }) {
  const { is } = form.getValues()
  if (is === 'equal' || is === 'contains')
    return <TextInput label="Value" size="xs" w={180} {...form.getInputProps('text')} />
  if (is !== 'between') return null
  return (['from', 'to'] as const).map(name => {
    const label = name === 'from' ? 'From' : 'To'
    const { error: _, ...props } = form.getInputProps(name)
    if (!time) return <NumberInput key={name} label={label} size="xs" w={120} {...props} />
    const wrong = Number.isNaN(readBound(form.getValues()[name], true))
    return (
      <TextInput
        key={name}
        label={label}
        size="xs"
        w={170}
        placeholder="2011-01-31 or 2011-01-31T12:00"
        error={wrong ? 'Not a date' : undefined}
        {...props}
      />
    )
  })
}
