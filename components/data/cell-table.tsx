import { Text } from '@mantine/core'
import type { DataColumn } from '../ui/data-table/columns.tsx'
import { PlainTable } from '../ui/data-table/plain-table.tsx'
import { formatCell } from './labels.ts'

/** The cell of a dataset as text; a missing one is marked. */
export function Cell({ value, exact = false }: { value: unknown; exact?: boolean }) {
  if (value === null || value === undefined)
    return (
      <Text span size="sm" c="dimmed" fs="italic">
        missing
      </Text>
    )
  return <>{typeof value === 'number' && !exact ? formatCell(value) : String(value)}</>
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
