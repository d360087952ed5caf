import { Checkbox } from '@mantine/core'
import type { ReactNode } from 'react'
import { formatCount } from '../format.ts'
import type { DataColumn } from './columns.tsx'
import type { FrameHead, FrameRow } from './frame-view.tsx'
import { showCell } from './plain-table.tsx'
import type { RowsView } from './use-rows.ts'
import type { SelectionState } from './use-selection.ts'

interface Input<T> {
  columns: DataColumn<T>[]
  rowKey: (row: T) => string
  detail?: (row: T) => ReactNode
  group: string | null
  view: RowsView<T>
  selection: SelectionState<T> | undefined
}

type Item<T> = { kind: 'row' | 'detail'; row: T } | { kind: 'group'; key: string; count: number }

const SELECT = '#select'

/** What the frame shows: headers, group lines, rows and opened details, each as one line of the table. */
export function useFrameItems<T>({ columns, rowKey, detail, group, view, selection }: Input<T>) {
  const items = withDetails(groupRows(view.rows, columns.find(c => c.id === group)?.value), detail)
  return {
    count: items.length,
    heads: (onSort: (id: string) => void): FrameHead[] => [
      ...(selection ? [{ id: SELECT, content: <SelectAll view={view} rowKey={rowKey} selection={selection} /> }] : []),
      ...view.columns.map(c => headOf(c, view, onSort)),
    ],
    row: (index: number): FrameRow => {
      const item = items[index]!
      if (item.kind === 'group')
        return {
          key: `group ${item.key}`,
          cells: { whole: `${item.key}: ${formatCount(item.count, 'row')}`, isGroup: true },
        }
      const key = rowKey(item.row)
      if (item.kind === 'detail') return { key: `detail ${key}`, cells: { whole: detail?.(item.row) } }
      const { row } = item
      return {
        key,
        isSelected: selection?.keys.has(key),
        cells: [
          ...(selection ? [<SelectRow key={SELECT} name={selection.label(row)} id={key} selection={selection} />] : []),
          ...view.columns.map(c => showCell(c, row)),
        ],
        titles: [...(selection ? [undefined] : []), ...view.columns.map(c => c.title?.(row))],
      }
    },
  }
}

function headOf<T>(column: DataColumn<T>, view: RowsView<T>, onSort: (id: string) => void): FrameHead {
  const { id, label, header, hideLabel, value, sortable = true } = column
  const sorted = view.sort?.id === id ? (view.sort.descending ? 'descending' : 'ascending') : undefined
  return {
    ...column,
    id,
    content: header ?? label,
    hideLabel,
    sorted,
    onSort: value && sortable ? () => onSort(id) : undefined,
  }
}

function groupRows<T>(rows: T[], value: DataColumn<T>['value']): Item<T>[] {
  if (!value) return rows.map(row => ({ kind: 'row', row }))
  const groups = new Map<string, T[]>()
  for (const row of rows) {
    const key = String(value(row) ?? '–')
    const group = groups.get(key)
    if (group) group.push(row)
    else groups.set(key, [row])
  }
  return [...groups].flatMap(([key, members]): Item<T>[] => [
    { kind: 'group', key, count: members.length },
    ...members.map((row): Item<T> => ({ kind: 'row', row })),
  ])
}

function withDetails<T>(items: Item<T>[], detail: ((row: T) => ReactNode) | undefined): Item<T>[] {
  if (!detail) return items
  return items.flatMap(item =>
    item.kind === 'row' && detail(item.row) ? [item, { kind: 'detail' as const, row: item.row }] : [item],
  )
}

function SelectRow<T>({ name, id, selection }: { name: string; id: string; selection: SelectionState<T> }) {
  return <Checkbox size="xs" aria-label={name} checked={selection.keys.has(id)} onChange={() => selection.toggle(id)} />
}

function SelectAll<T>({
  view,
  rowKey,
  selection,
}: {
  view: RowsView<T>
  rowKey: (row: T) => string
  selection: SelectionState<T>
}) {
  const shown = view.rows.map(rowKey)
  const count = shown.filter(key => selection.keys.has(key)).length
  return (
    <Checkbox
      size="xs"
      aria-label="Select all rows"
      checked={count > 0 && count === shown.length}
      indeterminate={count > 0 && count < shown.length}
      onChange={() => selection.set(count === shown.length ? [] : shown)}
    />
  )
}
