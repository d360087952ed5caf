import { ActionIcon, CloseButton, Group, Text, TextInput } from '@mantine/core'
import { IconDownload, IconSearch } from '@tabler/icons-react'
import { toCsv } from '#server/kernel/csv/contract.ts'
import { downloadText } from '../download.ts'
import { formatCount } from '../format.ts'
import { onDemand } from '../on-demand.tsx'
import { ColumnsButton, FacetsButton } from './menu-buttons.tsx'
import type { TableState } from './table-state.ts'
import type { DataTableProps } from './types.ts'
import type { RowsView } from './use-rows.ts'
import type { SelectionState } from './use-selection.ts'

const ColumnMenu = onDemand(() => import('./column-menu.tsx').then(m => m.ColumnMenu), ColumnsButton, 'dialog')
const FacetMenu = onDemand(() => import('./facet-menu.tsx').then(m => m.FacetMenu), FacetsButton, 'dialog')

/** Shorter tables need no search: the page's main one, and others. */
const SEARCH_FROM = { main: 2, other: 6 }

/** Search, filters, columns and CSV; actions on the selected rows take their place while there are some. */
export function TableToolbar<T>({
  table,
  state,
  onChange,
  view,
  selection,
}: {
  table: DataTableProps<T>
  state: TableState
  onChange: (patch: Partial<TableState>) => void
  view: RowsView<T>
  selection: SelectionState<T> | undefined
}) {
  const { rows, columns, id, find = 'Search' } = table
  const bulk = selection && selection.rows.length > 0 ? table.selection?.actions : undefined
  if (selection && bulk)
    return (
      <Group gap="xs">
        <Text size="sm">{formatCount(selection.rows.length, 'row')} selected</Text>
        {bulk(selection.rows, () => selection.set([]))}
        <CloseButton size="sm" aria-label="Clear the selection" onClick={() => selection.set([])} />
      </Group>
    )
  const needsSearch = rows.length >= (table.inUrl ? SEARCH_FROM.main : SEARCH_FROM.other) || view.isFiltered
  if (!table.title && !needsSearch) return table.actions
  const facets = columns
    .filter(c => c.facet)
    .map(({ id, label, value }) => ({ id, label, values: () => rows.map(row => value?.(row)) }))
  const exportRows = () => {
    const shown = view.columns.filter(c => c.value)
    const cells = view.rows.map(row => shown.map(c => c.value?.(row)))
    downloadText(
      `${id}.csv`,
      toCsv(
        shown.map(c => c.label),
        cells,
      ),
    )
  }
  return (
    <Group gap={6}>
      {view.isFiltered ? (
        <Text size="xs" c="dimmed" role="status">
          {view.rows.length.toLocaleString('en')} of {rows.length.toLocaleString('en')}
        </Text>
      ) : null}
      {needsSearch ? <Search label={find} q={state.q} onChange={onChange} /> : null}
      {needsSearch && facets.length > 0 ? <FacetMenu facets={facets} state={state} onChange={onChange} /> : null}
      {columns.length > 3 ? (
        <ColumnMenu columns={columns} shown={view.columns} state={state} onChange={onChange} />
      ) : null}
      {rows.length > 0 ? <CsvButton onExport={exportRows} /> : null}
      {table.actions}
    </Group>
  )
}

function CsvButton({ onExport }: { onExport: () => void }) {
  return (
    <ActionIcon
      variant="default"
      size={30}
      aria-label="Download CSV"
      title="Download the shown rows as CSV"
      onClick={onExport}
    >
      <IconDownload size={15} aria-hidden />
    </ActionIcon>
  )
}

function Search({ label, q, onChange }: { label: string; q: string; onChange: (patch: Partial<TableState>) => void }) {
  return (
    <TextInput
      type="search"
      size="xs"
      w={{ base: 150, xs: 220 }}
      aria-label={label}
      placeholder={label}
      leftSection={<IconSearch size={14} aria-hidden />}
      value={q}
      onChange={e => onChange({ q: e.currentTarget.value })}
    />
  )
}
