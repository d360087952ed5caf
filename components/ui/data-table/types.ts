import type { ReactNode } from 'react'
import type { DataColumn } from './columns.tsx'

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
