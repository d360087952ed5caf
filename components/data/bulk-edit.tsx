import { Select } from '@mantine/core'
import { COLUMN_ROLES, typesFor, type VersionColumn } from '#server/data/contract.ts'
import type { ColumnChange } from './column-changes.ts'

/** There is one target and one timestamp column, so neither can be set for several columns. */
const SHARED_ROLES = COLUMN_ROLES.filter(role => role !== 'target' && role !== 'time')

/** Sets type, role or nullability of all selected columns. */
export function BulkEdit({
  columns,
  onChange,
}: {
  columns: readonly VersionColumn[]
  onChange: (name: string, change: ColumnChange) => void
}) {
  const apply = (change: ColumnChange) => {
    for (const { name } of columns) onChange(name, change)
  }
  const [first, ...others] = columns.map(typesFor)
  const types = (first ?? []).filter(type => others.every(list => list.includes(type)))
  return (
    <>
      <Choose
        label="Set type"
        data={types}
        none="No common type"
        onPick={type => apply({ type: types.find(t => t === type) })}
      />
      <Choose
        label="Set role"
        data={columns.length === 1 ? COLUMN_ROLES : SHARED_ROLES}
        onPick={role => apply({ role: COLUMN_ROLES.find(r => r === role) })}
      />
      <Choose label="Set nullable" data={['yes', 'no']} onPick={value => apply({ nullable: value === 'yes' })} />
    </>
  )
}

function Choose({
  label,
  data,
  none,
  onPick,
}: {
  label: string
  data: readonly string[]
  none?: string
  onPick: (value: string) => void
}) {
  return (
    <Select
      size="xs"
      w={118}
      aria-label={`${label} of the selected columns`}
      placeholder={data.length === 0 ? none : label}
      disabled={data.length === 0}
      data={[...data]}
      value={null}
      onChange={value => value && onPick(value)}
    />
  )
}
