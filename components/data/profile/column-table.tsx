import { Group, Table, Text, TextInput, UnstyledButton } from '@mantine/core'
import { IconArrowDown, IconArrowUp } from '@tabler/icons-react'
import { useVirtualizer } from '@tanstack/react-virtual'
import { parseAsBoolean, parseAsString, parseAsStringLiteral, useQueryState, useQueryStates } from 'nuqs'
import { useMemo, useRef } from 'react'
import type { ColumnSummary } from '#server/data/profile/contract.ts'
import { Panel } from '../../ui/panel.tsx'
import { formatCell, formatCount, formatShareOf } from '../labels.ts'
import { MiniHistogram } from './mini-histogram.tsx'
import { type ColumnSort, SORTS, sortColumns } from './sort-columns.ts'

const ROW_HEIGHT = 36
/** Longer tables are drawn only where they are seen. */
const MOST_DRAWN = 60

const HEADS: { sort?: ColumnSort; label: string; right?: boolean }[] = [
  { sort: 'name', label: 'Column' },
  { sort: 'type', label: 'Type' },
  { label: 'Spread' },
  { sort: 'missing', label: 'Missing', right: true },
  { sort: 'distinct', label: 'Distinct', right: true },
  { sort: 'mean', label: 'Mean ± sd', right: true },
  { label: 'Range', right: true },
  { sort: 'warnings', label: 'To look at', right: true },
]

/** A line per column; opens one in depth. */
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
  const [find, setFind] = useQueryState('find', parseAsString.withDefault(''))
  const [{ by, down }, setSort] = useQueryStates({
    by: parseAsStringLiteral(SORTS).withDefault('place'),
    down: parseAsBoolean.withDefault(false),
  })
  const found = useMemo(() => sortColumns(columns, find, by, down), [columns, find, by, down])
  const frame = useRef<HTMLDivElement>(null)
  const long = found.length > MOST_DRAWN
  const virtual = useVirtualizer({
    count: found.length,
    getScrollElement: () => frame.current,
    estimateSize: () => ROW_HEIGHT,
    overscan: 12,
    enabled: long,
  })
  const seen = virtual.getVirtualItems()
  const drawn = long ? seen.map(item => found[item.index]!) : found
  const above = long ? (seen[0]?.start ?? 0) : 0
  const below = long ? virtual.getTotalSize() - (seen.at(-1)?.end ?? 0) : 0
  const sortBy = (sort: ColumnSort) => {
    if (by !== sort) void setSort({ by: sort, down: sort !== 'name' && sort !== 'type' })
    else if (down === (sort !== 'name' && sort !== 'type')) void setSort({ by: sort, down: !down })
    else void setSort({ by: null, down: null })
  }
  return (
    <Panel
      flush
      title="Columns"
      note={find ? `${found.length} of ${columns.length}` : formatCount(columns.length, 'column')}
      actions={
        <TextInput
          aria-label="Find a column by its name, type or role"
          placeholder="Find a column"
          size="xs"
          value={find}
          onChange={e => void setFind(e.currentTarget.value || null)}
        />
      }
    >
      <section
        ref={frame}
        style={{ overflow: 'auto', maxHeight: 460 }}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable
        tabIndex={0}
        aria-label="Columns of the profile"
      >
        <Table
          verticalSpacing={0}
          stickyHeader
          miw={760}
          aria-rowcount={found.length + 1}
          style={{ whiteSpace: 'nowrap', fontVariantNumeric: 'tabular-nums' }}
        >
          <Table.Thead>
            <Table.Tr>
              {HEADS.map(head => (
                <Head key={head.label} head={head} active={head.sort === by} down={down} onSort={sortBy} />
              ))}
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {above > 0 ? <Spacer height={above} /> : null}
            {drawn.map(c => (
              <Row key={c.name} column={c} rows={rows} open={open === c.name} onOpen={onOpen} />
            ))}
            {below > 0 ? <Spacer height={below} /> : null}
          </Table.Tbody>
        </Table>
      </section>
      {found.length === 0 ? (
        <Text size="sm" c="dimmed" p="md">
          No column has “{find}” in its name, or as its type or role.
        </Text>
      ) : null}
    </Panel>
  )
}

function Head({
  head,
  active,
  down,
  onSort,
}: {
  head: (typeof HEADS)[number]
  active: boolean
  down: boolean
  onSort: (sort: ColumnSort) => void
}) {
  const { sort, label, right } = head
  return (
    <Table.Th
      ta={right ? 'right' : 'left'}
      c="dimmed"
      fw={500}
      fz={12}
      py={8}
      aria-sort={active ? (down ? 'descending' : 'ascending') : undefined}
    >
      {sort ? (
        <UnstyledButton
          fz={12}
          fw={active ? 600 : 500}
          c={active ? 'var(--mantine-color-text)' : 'dimmed'}
          onClick={() => onSort(sort)}
        >
          {label}
          {active ? (
            down ? (
              <IconArrowDown size={12} style={{ marginLeft: 3, verticalAlign: '-1px' }} aria-hidden />
            ) : (
              <IconArrowUp size={12} style={{ marginLeft: 3, verticalAlign: '-1px' }} aria-hidden />
            )
          ) : null}
        </UnstyledButton>
      ) : (
        label
      )}
    </Table.Th>
  )
}

function Row({
  column: c,
  rows,
  open,
  onOpen,
}: {
  column: ColumnSummary
  rows: number
  open: boolean
  onOpen: (column: string | null) => void
}) {
  return (
    <Table.Tr h={ROW_HEIGHT} bg={open ? 'var(--mantine-primary-color-light)' : undefined}>
      <Table.Td maw={260} style={{ overflow: 'hidden', textOverflow: 'ellipsis' }}>
        <UnstyledButton
          fz="sm"
          fw={500}
          onClick={() => onOpen(open ? null : c.name)}
          aria-expanded={open}
          title={c.name}
        >
          {c.name}
        </UnstyledButton>
      </Table.Td>
      <Table.Td c="dimmed" fz="sm">
        {c.role === 'feature' ? c.type : `${c.type}, ${c.role}`}
      </Table.Td>
      <Table.Td>
        <MiniHistogram bars={c.bars} spaced={c.barsOf === 'values'} />
      </Table.Td>
      <Table.Td ta="right">{c.missing === 0 ? 'none' : formatShareOf(c.missing, rows)}</Table.Td>
      <Table.Td ta="right">
        {c.distinctExact ? '' : 'about '}
        {c.distinct.toLocaleString('en')}
      </Table.Td>
      <Table.Td ta="right">{c.mean === null ? '' : `${formatCell(c.mean)} ± ${formatCell(c.sd)}`}</Table.Td>
      <Table.Td ta="right" maw={260} style={{ overflow: 'hidden', textOverflow: 'ellipsis' }}>
        {c.min === null ? '' : `${formatCell(c.min)} to ${formatCell(c.max)}`}
      </Table.Td>
      <Table.Td ta="right" c={c.warnings > 0 ? undefined : 'dimmed'} fw={c.warnings > 0 ? 600 : undefined}>
        <Group justify="flex-end">{c.warnings > 0 ? formatCount(c.warnings, 'warning') : 'nothing'}</Group>
      </Table.Td>
    </Table.Tr>
  )
}

const Spacer = ({ height }: { height: number }) => (
  <Table.Tr aria-hidden>
    <Table.Td colSpan={HEADS.length} h={height} p={0} />
  </Table.Tr>
)
