'use client'
import { Button, Text } from '@mantine/core'
import { type ReactNode, useRef } from 'react'
import { Panel } from '../panel.tsx'
import type { DataColumn } from './columns.tsx'
import { useFrameItems } from './frame-items.tsx'
import { TableFrame } from './table-frame.tsx'
import { onTableKey } from './table-keys.ts'
import { nextSort } from './table-state.ts'
import { TableToolbar } from './table-toolbar.tsx'
import { useRows } from './use-rows.ts'
import { useSelection } from './use-selection.ts'
import { useTableState } from './use-table-state.ts'

export interface Selection<T> {
  /** Name of a row's checkbox. */
  label: (row: T) => string
  /** Kept outside, for example in the address; otherwise in the table. */
  selected?: ReadonlySet<string>
  onSelect?: (keys: string[]) => void
  /** Shown while rows are selected. */
  actions?: (rows: T[], clear: () => void) => ReactNode
}

export interface MoreRows {
  hasMore: boolean
  isLoading: boolean
  load: () => void
}

export interface DataTableProps<T> {
  /** Names the browser's memory of picked columns, and the CSV file. */
  id: string
  /** What the table holds, for screen readers. */
  label: string
  title?: ReactNode
  note?: ReactNode
  /** Buttons at the right of the title. */
  actions?: ReactNode
  columns: DataColumn<T>[]
  rows: readonly T[]
  rowKey: (row: T) => string
  /** The page's main table keeps its state in the address. */
  inUrl?: boolean
  /** `id` or `-id` of the column that orders the rows unless another is chosen. */
  defaultSort?: string
  /** Placeholder of the search field. */
  find?: string
  /** Further text that the search looks into. */
  searchText?: (row: T) => string
  selection?: Selection<T>
  /** Content below an opened row. */
  detail?: (row: T) => ReactNode
  more?: MoreRows
  /** One sentence for a table without rows. */
  empty?: ReactNode
  /** Below the rows. */
  footer?: ReactNode
  rowHeight?: number
  minWidth?: number
}

/** A list: sort, search, filters, column picker, selection, CSV, keyset pages; long ones draw only what is in view. */
export function DataTable<T>(props: DataTableProps<T>) {
  const { columns, rows, rowKey } = props
  const frame = useRef<HTMLElement>(null)
  const { state, change } = useTableState(props.id, props.inUrl ?? false)
  const view = useRows(props, state)
  const selection = useSelection(props.selection, rows, rowKey)
  const items = useFrameItems({ ...props, view, selection, group: state.group })
  const { load, hasMore, isLoading } = props.more ?? { hasMore: false, isLoading: false, load: () => undefined }
  return (
    <Panel
      flush
      title={props.title}
      note={props.note}
      actions={<TableToolbar table={props} state={state} onChange={change} view={view} selection={selection} />}
    >
      <TableFrame
        label={props.label}
        frameRef={frame}
        heads={items.heads(id => {
          const column = columns.find(c => c.id === id)
          change({ sort: nextSort(view.sort, id, column?.descendingFirst ?? false) })
        })}
        count={items.count}
        row={items.row}
        rowHeight={props.rowHeight}
        minWidth={props.minWidth}
        pinned
        onKeyDown={event => onTableKey(event, selection?.toggle)}
        onRange={(_, last) => {
          if (hasMore && !isLoading && last >= items.count - 20) load()
        }}
      />
      {items.count === 0 ? (
        <Text size="sm" c="dimmed" px="md" py="sm">
          {view.isFiltered ? 'No row matches the filter.' : (props.empty ?? 'No rows.')}
          {view.isFiltered ? (
            <Button variant="subtle" size="compact-xs" ml={6} onClick={() => change({ q: '', facets: {} })}>
              Clear the filter
            </Button>
          ) : null}
        </Text>
      ) : null}
      {hasMore ? (
        <Button variant="subtle" fullWidth radius={0} loading={isLoading} onClick={load}>
          Load more
        </Button>
      ) : null}
      {props.footer}
    </Panel>
  )
}
