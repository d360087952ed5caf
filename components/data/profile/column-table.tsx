import { Text, UnstyledButton } from '@mantine/core'
import { useMemo } from 'react'
import type { ColumnSummary } from '#server/data/profile/contract.ts'
import { type DataColumn, numberColumn, textColumn } from '../../ui/data-table/columns.tsx'
import { DataTable } from '../../ui/data-table/data-table.tsx'
import { formatCount, formatShare } from '../../ui/format.ts'
import { formatCell, formatShareOf } from '../labels.ts'
import { MiniHistogram } from './mini-histogram.tsx'

const typeLabel = (c: ColumnSummary) => (c.role === 'feature' ? c.type : `${c.type}, ${c.role}`)

/** The range of numbers and times; of categories the most frequent value with its share. */
const rangeText = (c: ColumnSummary): string =>
  c.top
    ? `${c.top.value} ${formatShare(c.top.share)}`
    : typeof c.min === 'number' || c.barsOf === 'histogram'
      ? `${formatCell(c.min)} to ${formatCell(c.max)}`
      : ''

const profileColumns = (
  rows: number,
  open: string | null,
  onOpen: (column: string | null) => void,
): DataColumn<ColumnSummary>[] => [
  textColumn('name', 'Column', c => c.name, {
    maxWidth: 260,
    title: c => c.name,
    cell: c => (
      <UnstyledButton
        fz="sm"
        fw={500}
        onClick={() => onOpen(open === c.name ? null : c.name)}
        aria-expanded={open === c.name}
      >
        {c.name}
      </UnstyledButton>
    ),
  }),
  textColumn('type', 'Type', typeLabel, { dimmed: true, facet: true }),
  {
    id: 'distribution',
    label: 'Distribution',
    cell: c => <MiniHistogram bars={c.bars} spaced={c.barsOf === 'values'} />,
  },
  numberColumn('missing', 'Missing', c => c.missing, {
    cell: c => (c.missing === 0 ? 'none' : formatShareOf(c.missing, rows)),
  }),
  numberColumn('distinct', 'Distinct', c => c.distinct, {
    cell: c => `${c.distinctExact ? '' : '≈ '}${c.distinct.toLocaleString('en')}`,
  }),
  numberColumn('mean', 'Mean ± sd', c => c.mean, {
    cell: c => (c.mean === null ? '' : `${formatCell(c.mean)} ± ${formatCell(c.sd)}`),
  }),
  textColumn('range', 'Range or top value', rangeText, {
    align: 'right',
    maxWidth: 260,
    sortable: false,
    title: rangeText,
  }),
  numberColumn('warnings', 'Issues', c => c.warnings, {
    cell: c => (
      <Text span size="sm" c={c.warnings > 0 ? undefined : 'dimmed'} fw={c.warnings > 0 ? 600 : undefined}>
        {c.warnings > 0 ? formatCount(c.warnings, 'warning') : 'none'}
      </Text>
    ),
  }),
]

/** A row per column of the dataset; opens the detail of one. */
export function ColumnTable({
  columns,
  rows,
  open,
  onOpen,
}: {
  columns: ColumnSummary[]
  rows: number
  open: string | null
  onOpen: (column: string | null) => void
}) {
  const shown = useMemo(() => profileColumns(rows, open, onOpen), [rows, open, onOpen])
  return (
    <DataTable
      id="profile-columns"
      label="Columns of the profile"
      title="Columns"
      note={formatCount(columns.length, 'column')}
      inUrl
      find="Search columns"
      searchText={c => c.role}
      columns={shown}
      rows={columns}
      rowKey={c => c.name}
      minWidth={760}
    />
  )
}
