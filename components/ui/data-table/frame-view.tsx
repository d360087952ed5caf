import { Table, UnstyledButton, VisuallyHidden } from '@mantine/core'
import { IconArrowDown, IconArrowUp } from '@tabler/icons-react'
import type { KeyboardEvent, ReactNode, RefObject } from 'react'
import type { CellLook } from './columns.tsx'
import classes from './data-table.module.css'

export const ROW_HEIGHT = 36
const MAX_HEIGHT = 'min(640px, 75vh)'

export interface FrameHead extends CellLook {
  id: string
  content: ReactNode
  hideLabel?: boolean
  sorted?: 'ascending' | 'descending'
  onSort?: () => void
}

export interface FrameRow {
  key: string
  /** One entry per column, or one that spans all columns. */
  cells: ReactNode[] | { whole: ReactNode; isGroup?: boolean }
  titles?: (string | undefined)[]
  isSelected?: boolean
}

export interface TableFrameProps {
  label: string
  heads: FrameHead[]
  count: number
  row: (index: number) => FrameRow
  rowHeight?: number
  minWidth?: number
  /** The first column stays in view while the others scroll. */
  pinned?: 'always' | 'on phones'
  /** Draw only what is in view, however short the table is. */
  alwaysVirtual?: boolean
  maxHeight?: number | string
  /** First and last row in view, when they change. */
  onRange?: (first: number, last: number) => void
  onKeyDown?: (event: KeyboardEvent<HTMLElement>) => void
  frameRef?: RefObject<HTMLElement | null>
  compact?: boolean
}

/** The part of a long table that is in view. */
export interface RowWindow {
  first: number
  last: number
  /** Height of the rows that are left out. */
  above: number
  below: number
  measure?: (node: HTMLElement | null) => void
}

interface FrameViewProps extends TableFrameProps {
  frame: RefObject<HTMLElement | null>
  /** Without one all rows are drawn. */
  window?: RowWindow
}

/** The one place with table markup: header with sort buttons, and rows. */
export function FrameView({ frame, window, ...props }: FrameViewProps) {
  const { label, heads, count, row, rowHeight = ROW_HEIGHT, compact } = props
  const capped = window !== undefined
  const { first, last, above, below, measure } = window ?? { first: 0, last: count - 1, above: 0, below: 0 }
  const drawn = Array.from({ length: last - first + 1 }, (_, i) => ({ index: first + i, content: row(first + i) }))
  return (
    <section
      ref={frame}
      className={classes.frame}
      data-capped={capped || undefined}
      data-pinned={props.pinned}
      style={{ maxHeight: capped ? (props.maxHeight ?? MAX_HEIGHT) : undefined }}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard
      tabIndex={0}
      aria-label={label}
      onKeyDown={props.onKeyDown}
    >
      <Table
        className={classes.table}
        verticalSpacing={compact ? 3 : 6}
        horizontalSpacing={compact ? 'xs' : 'sm'}
        fz={compact ? 'xs' : undefined}
        miw={props.minWidth}
        aria-label={label}
        aria-rowcount={capped ? count + 1 : undefined}
      >
        <Table.Thead>
          <Table.Tr>
            {heads.map(head => (
              <Head key={head.id} head={head} />
            ))}
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {above > 0 ? <Spacer height={above} columns={heads.length} /> : null}
          {drawn.map(({ index, content }) => (
            <Row
              key={content.key}
              row={content}
              heads={heads}
              index={index}
              rowIndex={capped ? index + 2 : undefined}
              height={rowHeight}
              measure={measure}
            />
          ))}
          {below > 0 ? <Spacer height={below} columns={heads.length} /> : null}
        </Table.Tbody>
      </Table>
    </section>
  )
}

const Spacer = ({ height, columns }: { height: number; columns: number }) => (
  <Table.Tr aria-hidden>
    <Table.Td colSpan={columns} h={height} p={0} />
  </Table.Tr>
)

function Head({ head }: { head: FrameHead }) {
  const Arrow = head.sorted === 'descending' ? IconArrowDown : IconArrowUp
  const content = head.hideLabel ? <VisuallyHidden>{head.content}</VisuallyHidden> : head.content
  return (
    <Table.Th
      className={classes.head}
      scope="col"
      data-right={head.align === 'right' || undefined}
      data-wide={head.wide || undefined}
      aria-sort={head.sorted}
    >
      {head.onSort ? (
        <UnstyledButton className={classes.sort} onClick={head.onSort}>
          {content}
          {head.sorted ? <Arrow size={12} style={{ marginLeft: 3, verticalAlign: '-1px' }} aria-hidden /> : null}
        </UnstyledButton>
      ) : (
        content
      )}
    </Table.Th>
  )
}

interface RowProps {
  row: FrameRow
  heads: FrameHead[]
  index: number
  rowIndex: number | undefined
  height: number
  measure: ((node: HTMLElement | null) => void) | undefined
}

function Row({ row, heads, index, rowIndex, height, measure }: RowProps) {
  const { cells } = row
  const place = { ref: measure, 'data-index': index, 'aria-rowindex': rowIndex }
  if (!Array.isArray(cells))
    return (
      <Table.Tr {...place} className={cells.isGroup ? classes.group : undefined}>
        <Table.Td colSpan={heads.length}>{cells.whole}</Table.Td>
      </Table.Tr>
    )
  return (
    <Table.Tr
      {...place}
      className={classes.row}
      h={height}
      tabIndex={-1}
      data-row
      data-key={row.key}
      data-selected={row.isSelected || undefined}
    >
      {heads.map((head, i) => (
        <Table.Td key={head.id} className={classes.cell} title={row.titles?.[i]} {...cellProps(head)}>
          {cells[i]}
        </Table.Td>
      ))}
    </Table.Tr>
  )
}

const cellProps = (look: CellLook) => ({
  'data-right': look.align === 'right' || undefined,
  'data-wide': look.wide || undefined,
  'data-wrap': look.wrap || undefined,
  'data-cut': (look.maxWidth !== undefined && !look.wrap) || undefined,
  'data-dimmed': look.dimmed || undefined,
  'data-mono': look.mono || undefined,
  'data-strong': look.strong || undefined,
  maw: look.maxWidth,
  miw: look.minWidth,
})
