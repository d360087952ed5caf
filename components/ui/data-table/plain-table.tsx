import type { DataColumn } from './columns.tsx'
import type { TableFrameProps } from './frame-view.tsx'
import { TableFrame } from './table-frame.tsx'

type Frame = Pick<TableFrameProps, 'minWidth' | 'compact' | 'maxHeight' | 'pinned'>

/** A table of facts: columns and rows without search, sort or selection. */
export function PlainTable<T>({
  label,
  columns,
  rows,
  rowKey,
  ...frame
}: {
  label: string
  columns: DataColumn<T>[]
  rows: readonly T[]
  rowKey: (row: T, index: number) => string
} & Frame) {
  return (
    <TableFrame
      label={label}
      heads={columns.map(c => ({ ...c, content: c.header ?? c.label }))}
      count={rows.length}
      row={index => {
        const row = rows[index]!
        return {
          key: rowKey(row, index),
          cells: columns.map(c => showCell(c, row)),
          titles: columns.map(c => c.title?.(row)),
        }
      }}
      {...frame}
    />
  )
}

export const showCell = <T,>(column: DataColumn<T>, row: T) => (column.cell ? column.cell(row) : column.value?.(row))
