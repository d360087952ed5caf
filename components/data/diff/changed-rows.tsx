import { Text } from '@mantine/core'
import type { DiffCell, DiffSample } from '#server/data/diff/contract.ts'
import { textColumn } from '../../ui/data-table/columns.tsx'
import { DataTable } from '../../ui/data-table/data-table.tsx'

const LABEL = { added: '+ added', removed: '− removed', changed: '~ changed' } as const

const formatCell = (cell: DiffCell | undefined) => (cell === null || cell === undefined ? '–' : String(cell))

function Cell({ row, index }: { row: DiffSample; index: number }) {
  if (!row.cells.includes(index)) return <>{formatCell((row.after ?? row.before)?.[index])}</>
  return (
    <>
      <Text span inherit c="dimmed" td="line-through">
        {formatCell(row.before?.[index])}
      </Text>{' '}
      <Text span inherit fw={700}>
        {formatCell(row.after?.[index])}
      </Text>
    </>
  )
}

/** The first rows of each kind of change; changed cells show both values. */
export function ChangedRows({ columns, rows }: { columns: string[]; rows: DiffSample[] }) {
  if (rows.length === 0) return null
  const numbered = rows.map((row, index) => ({ row, index }))
  return (
    <DataTable
      id="changed-rows"
      label="Changed rows"
      title="Rows"
      note="first rows of each kind; changed cells show both values"
      find="Search rows"
      columns={[
        textColumn<(typeof numbered)[number]>('#change', 'Change', r => LABEL[r.row.change], {
          facet: true,
          strong: true,
        }),
        ...columns.map((name, k) => ({
          id: name,
          label: name,
          maxWidth: 260,
          value: ({ row }: (typeof numbered)[number]) => (row.after ?? row.before)?.[k],
          cell: ({ row }: (typeof numbered)[number]) => <Cell row={row} index={k} />,
        })),
      ]}
      rows={numbered}
      rowKey={r => String(r.index)}
    />
  )
}
