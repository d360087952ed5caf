import { Button, Group, Paper, Select, Stack, Table, Text, TextInput, UnstyledButton } from '@mantine/core'
import { IconArrowDown, IconArrowUp } from '@tabler/icons-react'
import { useState } from 'react'
import { COLUMN_ROLES, COLUMN_TYPES, typesFor, type VersionColumn } from '#server/data/contract.ts'
import { type ColumnChange, formatDomain, readDomain } from './column-changes.ts'
import { formatCount, formatShareOf } from './labels.ts'

const ROWS_AT_ONCE = 100
const HEADS = [
  { key: 'name', label: 'Column' },
  { key: 'type', label: 'Type' },
  { key: 'role', label: 'Role' },
  { key: 'missing', label: 'Missing' },
  { key: 'distinct', label: 'Distinct' },
] as const
type SortKey = (typeof HEADS)[number]['key']

const ALL = 'all'
const filterData = (all: string, values: readonly string[]) => [{ value: ALL, label: all }, ...values]

/** Columns with what is known of them; types, roles, emptiness and domain can be changed. Sorted by a head, narrowed by words. */
export function ColumnTable({
  schema,
  rows,
  changes,
  onChange,
  readOnly,
}: {
  schema: VersionColumn[]
  rows: number
  changes: Record<string, ColumnChange>
  onChange: (name: string, change: ColumnChange) => void
  readOnly?: boolean
}) {
  const [search, setSearch] = useState('')
  const [type, setType] = useState<string>(ALL)
  const [role, setRole] = useState<string>(ALL)
  const [sort, setSort] = useState<{ key: SortKey; down: boolean }>()
  const [limit, setLimit] = useState(ROWS_AT_ONCE)
  const wanted = search.trim().toLowerCase()
  const found = schema.filter(
    c =>
      (wanted === '' || c.name.toLowerCase().includes(wanted) || c.reason.toLowerCase().includes(wanted)) &&
      (type === ALL || (changes[c.name]?.type ?? c.type) === type) &&
      (role === ALL || (changes[c.name]?.role ?? c.role) === role),
  )
  const sorted = sort
    ? found.toSorted((a, b) => {
        const [x, y] = [a[sort.key], b[sort.key]]
        const order = typeof x === 'number' && typeof y === 'number' ? x - y : String(x).localeCompare(String(y), 'en')
        return sort.down ? -order : order
      })
    : found
  const press = (key: SortKey) =>
    setSort(now => (now?.key !== key ? { key, down: false } : now.down ? undefined : { key, down: true }))
  return (
    <Stack gap="xs">
      <Group gap="xs" align="end">
        <TextInput
          size="xs"
          label="Find columns"
          placeholder="name or reason"
          value={search}
          onChange={e => setSearch(e.currentTarget.value)}
        />
        <Select
          size="xs"
          label="Type"
          w={130}
          allowDeselect={false}
          data={filterData('every type', COLUMN_TYPES)}
          value={type}
          onChange={value => value && setType(value)}
        />
        <Select
          size="xs"
          label="Role"
          w={130}
          allowDeselect={false}
          data={filterData('every role', COLUMN_ROLES)}
          value={role}
          onChange={value => value && setRole(value)}
        />
        <Text size="sm" c="dimmed" aria-live="polite" pb={4}>
          {found.length === schema.length
            ? formatCount(schema.length, 'column')
            : `${found.length.toLocaleString('en')} of ${formatCount(schema.length, 'column')}`}
        </Text>
      </Group>
      <Paper withBorder radius="md" style={{ overflowX: 'auto' }} tabIndex={0} role="region" aria-label="Columns">
        <Table verticalSpacing={6} style={{ fontVariantNumeric: 'tabular-nums' }}>
          <Table.Thead>
            <Table.Tr>
              {HEADS.map(h => (
                <Table.Th key={h.key} aria-sort={sort?.key !== h.key ? 'none' : sort.down ? 'descending' : 'ascending'}>
                  <UnstyledButton onClick={() => press(h.key)} fz="sm" fw={600} style={{ whiteSpace: 'nowrap' }}>
                    {h.label}{' '}
                    {sort?.key !== h.key ? null : sort.down ? (
                      <IconArrowDown size={12} aria-hidden />
                    ) : (
                      <IconArrowUp size={12} aria-hidden />
                    )}
                  </UnstyledButton>
                </Table.Th>
              ))}
              <Table.Th>Empty cells</Table.Th>
              <Table.Th>Domain</Table.Th>
              <Table.Th>Why</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {sorted.slice(0, limit).map(c => (
              <ColumnRow
                key={c.name}
                column={c}
                rows={rows}
                change={changes[c.name] ?? {}}
                onChange={next => onChange(c.name, next)}
                readOnly={readOnly}
              />
            ))}
          </Table.Tbody>
        </Table>
      </Paper>
      {found.length > limit ? (
        <Button variant="default" onClick={() => setLimit(limit + ROWS_AT_ONCE)}>
          Show more of {formatCount(found.length, 'column')}
        </Button>
      ) : null}
    </Stack>
  )
}

function ColumnRow({
  column: c,
  rows,
  change,
  onChange,
  readOnly,
}: {
  column: VersionColumn
  rows: number
  change: ColumnChange
  onChange: (change: ColumnChange) => void
  readOnly?: boolean
}) {
  const types = typesFor(c)
  const type = change.type ?? c.type
  const nullable = change.nullable ?? c.nullable
  return (
    <Table.Tr>
      <Table.Td fw={500}>{c.name}</Table.Td>
      <Table.Td>
        <Select
          aria-label={`Type of ${c.name}`}
          size="xs"
          w={120}
          allowDeselect={false}
          disabled={readOnly}
          data={types.includes(c.type) ? [...types] : [c.type, ...types]}
          value={type}
          onChange={value => value && onChange({ type: value })}
        />
      </Table.Td>
      <Table.Td>
        <Select
          aria-label={`Role of ${c.name}`}
          size="xs"
          w={110}
          allowDeselect={false}
          disabled={readOnly}
          data={[...COLUMN_ROLES]}
          value={change.role ?? c.role}
          onChange={value => value && onChange({ role: value })}
        />
      </Table.Td>
      <Table.Td>{c.missing === 0 ? 'none' : formatShareOf(c.missing, rows)}</Table.Td>
      <Table.Td>{c.distinct.toLocaleString('en')}</Table.Td>
      <Table.Td>
        <Select
          aria-label={`Empty cells of ${c.name}`}
          size="xs"
          w={120}
          allowDeselect={false}
          disabled={readOnly}
          data={[
            { value: 'yes', label: 'may be' },
            { value: 'no', label: 'may not be' },
          ]}
          value={nullable ? 'yes' : 'no'}
          onChange={value => value && onChange({ nullable: value === 'yes' })}
        />
      </Table.Td>
      <Table.Td>
        <DomainCell
          key={`${type} ${formatDomain(change.domain === undefined ? c.domain : change.domain)}`}
          column={c}
          change={change}
          onChange={onChange}
          readOnly={readOnly}
        />
      </Table.Td>
      <Table.Td c="dimmed" fz="sm" miw={160}>
        {c.reason}
        {c.clock === 'instant' ? ', instants' : c.clock ? ', wall clock' : ''}
      </Table.Td>
    </Table.Tr>
  )
}

/** A range as `0 to 100`, words with commas between; taken over when the field is left. */
function DomainCell({
  column: c,
  change,
  onChange,
  readOnly,
}: {
  column: VersionColumn
  change: ColumnChange
  onChange: (change: ColumnChange) => void
  readOnly?: boolean
}) {
  const type = change.type ?? c.type
  const numeric = type === 'number' || type === 'integer'
  const kept = type === c.type ? c.domain : undefined
  const shown = formatDomain(change.domain === undefined ? kept : change.domain)
  const [text, setText] = useState(shown)
  const [wrong, setWrong] = useState(false)
  if (!numeric && type !== 'category')
    return (
      <Text size="sm" c="dimmed">
        –
      </Text>
    )
  const leave = () => {
    if (text === shown) return setWrong(false)
    const domain = readDomain(text, numeric)
    setWrong(domain === undefined)
    if (domain !== undefined) onChange({ domain })
  }
  return (
    <TextInput
      aria-label={`Domain of ${c.name}`}
      size="xs"
      w={170}
      disabled={readOnly}
      placeholder={numeric ? '0 to 100' : 'one, two'}
      value={text}
      onChange={e => setText(e.currentTarget.value)}
      onBlur={leave}
      error={wrong ? (numeric ? 'Two numbers, as 0 to 100.' : 'Words with commas between.') : undefined}
    />
  )
}
