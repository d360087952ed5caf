import { Button, Group, NumberInput, Paper, Select, TextInput } from '@mantine/core'
import { type FormEvent, useState } from 'react'
import type { VersionColumn } from '#server/data/contract.ts'
import type { RowFilter } from '#server/data/profile/contract.ts'

const WORDS: Record<RowFilter['is'], string> = {
  equal: 'is',
  contains: 'contains',
  between: 'is between',
  missing: 'is missing',
  present: 'is there',
}

/** Most names that a list shows at once: it narrows as one types. */
const NAMES_SHOWN = 100

/** One condition on one column. */
export function FilterForm({
  schema,
  column: given,
  onAdd,
  onCancel,
}: {
  schema: VersionColumn[]
  column: string
  onAdd: (filter: RowFilter) => void
  onCancel: () => void
}) {
  const [column, setColumn] = useState(given)
  const found = schema.find(c => c.name === column)
  const stored = found ? (found.stored ?? found.type) : 'words'
  const time = stored === 'datetime'
  const ranged = stored === 'number' || stored === 'integer' || time
  const kinds: RowFilter['is'][] = ranged
    ? ['between', 'equal', 'missing', 'present']
    : ['equal', 'contains', 'missing', 'present']
  const [chosen, setKind] = useState<RowFilter['is']>()
  const kind = chosen && kinds.includes(chosen) ? chosen : kinds[0]!
  const [text, setText] = useState('')
  const [from, setFrom] = useState('')
  const [to, setTo] = useState('')
  const end = (words: string) => {
    if (words.trim() === '') return undefined
    const value = time ? Date.parse(/[zZ]|[+-]\d\d:?\d\d$/.test(words) ? words : `${words}Z`) : Number(words)
    return Number.isFinite(value) ? value : Number.NaN
  }
  const [low, high] = [end(from), end(to)]
  const complete =
    kind === 'between'
      ? (low !== undefined || high !== undefined) && !Number.isNaN(low) && !Number.isNaN(high)
      : kind === 'contains'
        ? text !== ''
        : true
  const submit = (event: FormEvent) => {
    event.preventDefault()
    if (!complete) return
    if (kind === 'between') onAdd({ is: kind, column, from: low, to: high, withEnd: true })
    else if (kind === 'contains') onAdd({ is: kind, column, text })
    else if (kind === 'equal') onAdd({ is: kind, column, value: text })
    else onAdd({ is: kind, column })
  }
  return (
    <Paper withBorder radius="md" p="sm" component="form" onSubmit={submit} aria-label="Filter rows">
      <Group align="end" gap="xs">
        <Select
          label="Column"
          size="xs"
          w={180}
          searchable
          limit={NAMES_SHOWN}
          allowDeselect={false}
          data={schema.map(c => c.name)}
          value={column}
          onChange={value => value && setColumn(value)}
        />
        <Select
          label="Condition"
          size="xs"
          w={130}
          allowDeselect={false}
          data={kinds.map(value => ({ value, label: WORDS[value] }))}
          value={kind}
          onChange={value => value && setKind(value as RowFilter['is'])}
        />
        {kind === 'equal' || kind === 'contains' ? (
          <TextInput label="Value" size="xs" w={180} value={text} onChange={e => setText(e.currentTarget.value)} />
        ) : null}
        {kind === 'between'
          ? (
              [
                ['From', from, setFrom, low],
                ['To', to, setTo, high],
              ] as const
            ).map(([label, value, set, read]) =>
              time ? (
                <TextInput
                  key={label}
                  label={label}
                  size="xs"
                  w={170}
                  placeholder="2011-01-31 or 2011-01-31T12:00"
                  value={value}
                  error={Number.isNaN(read) ? 'not a date' : undefined}
                  onChange={e => set(e.currentTarget.value)}
                />
              ) : (
                <NumberInput key={label} label={label} size="xs" w={120} value={value} onChange={v => set(String(v))} />
              ),
            )
          : null}
        <Button type="submit" size="xs" disabled={!complete}>
          Show these rows
        </Button>
        <Button size="xs" variant="default" onClick={onCancel}>
          Close
        </Button>
      </Group>
    </Paper>
  )
}
