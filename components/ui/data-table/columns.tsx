import { Anchor } from '@mantine/core'
import Link from 'next/link'
import type { ReactNode } from 'react'
import type { CsvCell } from '#server/kernel/csv/contract.ts'
import { formatBytes, formatNumber } from '../format.ts'
import { StateBadge } from '../state-badge.tsx'
import { Time } from '../time.tsx'

/** How the cells of a column are set. */
export interface CellLook {
  align?: 'right'
  dimmed?: boolean
  mono?: boolean
  strong?: boolean
  /** Text may break into lines; otherwise each row is one line. */
  wrap?: boolean
  /** Longer text is cut with an ellipsis, in pixels. */
  maxWidth?: number
  minWidth?: number
  /** Left out on phones. */
  wide?: boolean
}

export interface DataColumn<T> extends CellLook {
  id: string
  label: string
  /** Rendered instead of the label. */
  header?: ReactNode
  /** What is sorted, searched, filtered and exported; without it the column only shows. */
  value?: (row: T) => CsvCell
  /** Shown instead of the value. */
  cell?: (row: T) => ReactNode
  /** Tooltip of the cell. */
  title?: (row: T) => string | undefined
  /** `false`: cannot be sorted although it has a value. */
  sortable?: boolean
  descendingFirst?: boolean
  /** Offers its values as a filter. */
  facet?: boolean
  /** Not shown until it is picked. */
  optional?: boolean
  /** The label names the column for screen readers only. */
  hideLabel?: boolean
}

type Options<T> = Partial<Omit<DataColumn<T>, 'id' | 'label' | 'value'>>

export const textColumn = <T,>(
  id: string,
  label: string,
  value: (row: T) => string | null | undefined,
  options: Options<T> = {},
): DataColumn<T> => ({ id, label, value, cell: row => value(row) ?? '–', ...options })

export const numberColumn = <T,>(
  id: string,
  label: string,
  value: (row: T) => number | null | undefined,
  options: Options<T> & { format?: (n: number) => ReactNode } = {},
): DataColumn<T> => {
  const { format = formatNumber, ...rest } = options
  const cell = (row: T) => {
    const n = value(row)
    return n === null || n === undefined ? '–' : format(n)
  }
  return { id, label, value, cell, align: 'right', descendingFirst: true, ...rest }
}

export const bytesColumn = <T,>(id: string, label: string, value: (row: T) => number, options: Options<T> = {}) =>
  numberColumn<T>(id, label, value, { format: formatBytes, ...options })

export const dateColumn = <T,>(
  id: string,
  label: string,
  value: (row: T) => string | null | undefined,
  options: Options<T> & { none?: string; exact?: boolean } = {},
): DataColumn<T> => {
  const { none = '–', exact, ...rest } = options
  const cell = (row: T) => {
    const at = value(row)
    return at ? <Time at={at} exact={exact} /> : none
  }
  return { id, label, value, cell, dimmed: true, descendingFirst: true, ...rest }
}

/** The first column of most lists: what the row is, and the way to its page. */
export const linkColumn = <T,>(
  id: string,
  label: string,
  value: (row: T) => string,
  href: (row: T) => string,
  options: Options<T> & { after?: (row: T) => ReactNode } = {},
): DataColumn<T> => {
  const { after, ...rest } = options
  return {
    id,
    label,
    value,
    cell: row => (
      <>
        <Anchor component={Link} href={href(row)} size="sm" fw={500}>
          {value(row)}
        </Anchor>
        {after?.(row)}
      </>
    ),
    ...rest,
  }
}

export const badgeColumn = <T,>(
  id: string,
  label: string,
  value: (row: T) => string,
  options: Options<T> & { text?: (row: T) => string; look?: (row: T) => string } = {},
): DataColumn<T> => {
  const { text, look, ...rest } = options
  return {
    id,
    label,
    value,
    cell: row => <StateBadge state={look?.(row) ?? value(row)} label={text?.(row) ?? value(row)} />,
    facet: true,
    ...rest,
  }
}

/** Buttons and menus of a row; named for screen readers only. */
export const actionColumn = <T,>(cell: (row: T) => ReactNode, label = 'Actions'): DataColumn<T> => ({
  id: 'actions',
  label,
  cell,
  align: 'right',
  hideLabel: true,
})
