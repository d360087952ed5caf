import {
  type ColumnDef,
  getCoreRowModel,
  getFilteredRowModel,
  getSortedRowModel,
  useReactTable,
} from '@tanstack/react-table'
import { useMemo } from 'react'
import type { DataColumn } from './columns.tsx'
import { compareCells, matchesSearch, parseSort, type TableState } from './table-state.ts'
import type { DataTableProps } from './types.ts'

export interface RowsView<T> {
  /** Filtered and in order. */
  rows: T[]
  /** Shown columns, in their order. */
  columns: DataColumn<T>[]
  sort: TableState['sort']
  isFiltered: boolean
}

/** Rows without a value come last in either direction, so they have none for the sort. */
const sortedValue = (value: unknown) => (value === null || value === '' ? undefined : value)

const defineColumn = <T>(c: DataColumn<T>): ColumnDef<T, unknown> => ({
  id: c.id,
  accessorFn: row => sortedValue(c.value?.(row)),
  sortUndefined: 'last',
  sortingFn: (a, b, id) => compareCells(a.getValue(id), b.getValue(id)),
  filterFn: (row, id, allowed: string[]) => allowed.includes(String(row.getValue(id) ?? '')),
})

const none: never[] = []

/** Applies search, filters, order and column choice with TanStack Table. */
export function useRows<T>(
  { columns, rows, rowKey, defaultSort, searchText }: DataTableProps<T>,
  state: TableState,
): RowsView<T> {
  const defs = useMemo(() => columns.map(c => defineColumn(c)), [columns])
  const sort = state.sort ?? (defaultSort ? parseSort(defaultSort) : null)
  const known = sort && columns.some(c => c.id === sort.id) ? sort : null
  const facets = Object.entries(state.facets).filter(([id]) => columns.some(c => c.id === id))
  const textOf = (row: T) => `${columns.map(c => c.value?.(row) ?? '').join(' ')} ${searchText?.(row) ?? ''}`
  const table = useReactTable({
    data: rows.length === 0 ? none : (rows as T[]),
    columns: defs,
    getRowId: rowKey,
    state: {
      sorting: known ? [{ id: known.id, desc: known.descending }] : none,
      globalFilter: state.q.trim(),
      columnFilters: facets.map(([id, value]) => ({ id, value })),
    },
    // The text of a row covers all columns, so the filter runs for one of them.
    getColumnCanGlobalFilter: column => column.id === columns[0]?.id,
    globalFilterFn: (row, _id, q: string) => matchesSearch(textOf(row.original), q),
    autoResetAll: false,
    getCoreRowModel: getCoreRowModel(),
    getFilteredRowModel: getFilteredRowModel(),
    getSortedRowModel: getSortedRowModel(),
  })
  const picked = state.cols && new Set(state.cols)
  return {
    rows: table.getRowModel().rows.map(row => row.original),
    columns: columns.filter((c, i) => i === 0 || c.hideLabel || (picked ? picked.has(c.id) : !c.optional)),
    sort: known,
    isFiltered: state.q.trim() !== '' || facets.length > 0,
  }
}
