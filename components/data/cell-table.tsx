import { Text } from '@mantine/core'
import type { DataColumn } from '../ui/data-table/columns.tsx'
import { PlainTable } from '../ui/data-table/plain-table.tsx'

/** The cell of a dataset as it was read, in full; a missing one is marked. */
export function Cell({ value }: { value: unknown }) {
  if (value === null || value === undefined)
    return (
      <Text span size="sm" c="dimmed" fs="italic">
        missing
      </Text>
    )
  return <>{String(value)}</>
}

/** A few rows of a dataset, given by columns. */
export function CellTable({ label, columns }: { label: string; columns: { name: string; cells: unknown[] }[] }) {
  const rows = (columns[0]?.cells ?? []).map((_, index) => index)
  const shown = columns.map(
    ({ name, cells }): DataColumn<number> => ({
      id: name,
      label: name,
      align: typeof cells[0] === 'number' ? 'right' : undefined,
      maxWidth: 260,
      cell: row => <Cell value={cells[row]} />,
    }),
  )
  return <PlainTable label={label} columns={shown} rows={rows} rowKey={String} />
}
