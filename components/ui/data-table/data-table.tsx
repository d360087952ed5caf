'use client'
import { Button, Text } from '@mantine/core'
import { useRef } from 'react'
import { Panel } from '../panel.tsx'
import { useFrameItems } from './frame-items.tsx'
import { TableFrame } from './table-frame.tsx'
import { onTableKey } from './table-keys.ts'
import { nextSort } from './table-state.ts'
import { TableToolbar } from './table-toolbar.tsx'
import type { DataTableProps } from './types.ts'
import { useRows } from './use-rows.ts'
import { useSelection } from './use-selection.ts'
import { useTableState } from './use-table-state.ts'

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
        pinned="on phones"
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
