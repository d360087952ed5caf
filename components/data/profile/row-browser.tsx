'use client'
import { Button, Group, Paper, Pill, Skeleton, Stack, Table, Text, UnstyledButton } from '@mantine/core'
import { IconArrowDown, IconArrowUp, IconFilter } from '@tabler/icons-react'
import { keepPreviousData, useQueries } from '@tanstack/react-query'
import { useVirtualizer } from '@tanstack/react-virtual'
import { parseAsInteger, parseAsString, useQueryState, useQueryStates } from 'nuqs'
import { useRef, useState } from 'react'
import { BROWSE_COLUMNS, type BrowseCell } from '#server/data/profile/contract.ts'
import { useTRPC } from '../../trpc.ts'
import { Problem } from '../../ui/problem.tsx'
import type { Shown } from '../client.ts'
import { formatCount } from '../labels.ts'
import { FilterForm } from './filter-form.tsx'
import { describeFilter, parseAsFilters } from './row-filters.ts'

const PAGE = 100
const ROW_HEIGHT = 32
/** Browsers cannot scroll through more pixels than some millions: longer tables come in stretches. */
const STRETCH = 100_000

function Cell({ value }: { value: BrowseCell }) {
  if (value === null)
    return (
      <Text span size="sm" c="dimmed" fs="italic">
        missing
      </Text>
    )
  return <>{String(value)}</>
}

/** All rows of a version: they are fetched where they are seen. Conditions and order are in the address. */
export function RowBrowser({ project, shown }: { project: string; shown: Shown }) {
  const dataset = `${shown.dataset}@${shown.version}`
  const [start, setStart] = useQueryState('row', parseAsInteger.withDefault(0))
  const [firstColumn, setFirstColumn] = useQueryState('column', parseAsInteger.withDefault(0))
  const [{ where, sort: sortText }, set] = useQueryStates({ where: parseAsFilters, sort: parseAsString })
  const [asking, setAsking] = useState<string | null>(null)
  const down = sortText?.startsWith('-') ?? false
  const sort = sortText ? { column: sortText.replace(/^-/, ''), down } : undefined
  const trpc = useTRPC()
  const frame = useRef<HTMLDivElement>(null)
  const from = Math.max(0, start)
  const left = Math.max(0, firstColumn)
  const ask = (page: number) =>
    trpc.data.columns.rows.queryOptions(
      { project, dataset, offset: from + page * PAGE, rows: PAGE, firstColumn: left, filters: where, sort },
      { staleTime: Number.POSITIVE_INFINITY, ...(page === 0 ? { placeholderData: keepPreviousData } : {}) },
    )
  // The first page says how many rows there are to scroll through.
  const [first] = useQueries({ queries: [ask(0)] })
  const matching = first.data?.matching ?? 0
  const rows = Math.max(0, Math.min(STRETCH, matching - from))
  const virtual = useVirtualizer({
    count: rows,
    getScrollElement: () => frame.current,
    estimateSize: () => ROW_HEIGHT,
    overscan: 10,
  })
  const seen = virtual.getVirtualItems()
  const pages = [...new Set(seen.map(item => Math.floor(item.index / PAGE)))]
  const fetched = useQueries({ queries: pages.map(ask) })
  const byPage = new Map(pages.map((page, i) => [page, fetched[i]?.data]))
  const failed = fetched.find(q => q.error)
  const changeFilters = (next: typeof where) => {
    frame.current?.scrollTo({ top: 0 })
    void setStart(null)
    void set({ where: next.length === 0 ? null : next })
  }
  const sortBy = (column: string) => {
    frame.current?.scrollTo({ top: 0 })
    void setStart(null)
    void set({ sort: sortText === column ? `-${column}` : sortText === `-${column}` ? null : column })
  }
  if ((first.error && !first.data) || failed?.error)
    return (
      <Stack gap="sm">
        <Problem error={first.error ?? failed?.error} onRetry={() => void (first.error ? first : failed)?.refetch()} />
        {where.length > 0 || sort ? (
          <Group>
            <Button variant="default" size="compact-sm" onClick={() => void set({ where: null, sort: null })}>
              Show all rows in file order
            </Button>
          </Group>
        ) : null}
      </Stack>
    )
  if (!first.data) return <Skeleton height={420} radius="md" aria-label="Loading rows" />
  const { columns, columnCount } = first.data
  const numeric = columns.map(c => c.type === 'number' || c.type === 'integer')
  const timeColumns = new Set(shown.schema.filter(c => (c.stored ?? c.type) === 'datetime').map(c => c.name))
  const above = seen[0]?.start ?? 0
  const below = virtual.getTotalSize() - (seen.at(-1)?.end ?? 0)
  return (
    <Stack gap="xs">
      <Group gap="xs" justify="space-between">
        <Group gap="xs">
          <Text size="sm" c="dimmed" aria-live="polite">
            {where.length === 0
              ? `${formatCount(matching, 'row')}${sort ? '' : ' in file order'}`
              : `${formatCount(matching, 'row')} of ${shown.rows.toLocaleString('en')}`}
            {sort ? `, sorted by ${sort.column}, ${down ? 'largest' : 'smallest'} first` : ''}
          </Text>
          {where.map((filter, i) => (
            <Pill
              // biome-ignore lint/suspicious/noArrayIndexKey: conditions have no other identity than their place
              key={i}
              withRemoveButton
              removeButtonProps={{
                'aria-label': `Remove the condition ${describeFilter(filter, timeColumns.has(filter.column))}`,
                'aria-hidden': false,
              }}
              onRemove={() => changeFilters(where.filter((_, k) => k !== i))}
            >
              {describeFilter(filter, timeColumns.has(filter.column))}
            </Pill>
          ))}
        </Group>
        <Button
          variant="default"
          size="compact-sm"
          leftSection={<IconFilter size={14} aria-hidden />}
          onClick={() => setAsking(asking === null ? (columns[0]?.name ?? '') : null)}
          aria-expanded={asking !== null}
        >
          Filter
        </Button>
      </Group>
      {asking !== null ? (
        <FilterForm
          schema={shown.schema}
          column={asking}
          onAdd={filter => {
            setAsking(null)
            changeFilters([...where, filter])
          }}
          onCancel={() => setAsking(null)}
        />
      ) : null}
      {matching === 0 ? (
        <Paper withBorder radius="md" p="md">
          <Text size="sm" c="dimmed">
            {where.length > 0 ? 'No row meets these conditions.' : 'This version has no rows.'}
          </Text>
        </Paper>
      ) : (
        <Paper
          withBorder
          radius="md"
          ref={frame}
          style={{ overflow: 'auto', maxHeight: 'min(640px, 70vh)' }}
          tabIndex={0}
          role="region"
          aria-label="Rows"
        >
          <Table
            verticalSpacing={0}
            stickyHeader
            aria-rowcount={rows + 1}
            style={{ whiteSpace: 'nowrap', fontVariantNumeric: 'tabular-nums' }}
          >
            <Table.Thead>
              <Table.Tr>
                <Table.Th c="dimmed" ta="right" miw={70}>
                  Row
                </Table.Th>
                {columns.map((c, i) => (
                  <Table.Th
                    key={c.name}
                    ta={numeric[i] ? 'right' : 'left'}
                    aria-sort={sort?.column === c.name ? (down ? 'descending' : 'ascending') : undefined}
                  >
                    <UnstyledButton onClick={() => sortBy(c.name)} fw={600} fz="sm" title={`Sort by ${c.name}`}>
                      {c.name}
                      {sort?.column === c.name ? (
                        down ? (
                          <IconArrowDown size={12} style={{ marginLeft: 3 }} aria-hidden />
                        ) : (
                          <IconArrowUp size={12} style={{ marginLeft: 3 }} aria-hidden />
                        )
                      ) : null}
                    </UnstyledButton>
                    <Text size="xs" c="dimmed" fw={400}>
                      {c.role === 'feature' ? c.type : `${c.type}, ${c.role}`}
                    </Text>
                  </Table.Th>
                ))}
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {above > 0 ? <Spacer height={above} columns={columns.length + 1} /> : null}
              {seen.map(item => {
                const page = byPage.get(Math.floor(item.index / PAGE))
                const at = item.index % PAGE
                const row = page?.cells[at]
                return (
                  <Table.Tr key={item.index} h={ROW_HEIGHT} aria-rowindex={item.index + 2}>
                    <Table.Td c="dimmed" ta="right">
                      {page ? ((page.places[at] ?? 0) + 1).toLocaleString('en') : ''}
                    </Table.Td>
                    {row ? (
                      row.map((value, i) => (
                        <Table.Td
                          key={columns[i]?.name ?? i}
                          ta={numeric[i] ? 'right' : 'left'}
                          maw={320}
                          style={{ overflow: 'hidden', textOverflow: 'ellipsis' }}
                        >
                          <Cell value={value} />
                        </Table.Td>
                      ))
                    ) : (
                      <Table.Td colSpan={columns.length} c="dimmed">
                        …
                      </Table.Td>
                    )}
                  </Table.Tr>
                )
              })}
              {below > 0 ? <Spacer height={below} columns={columns.length + 1} /> : null}
            </Table.Tbody>
          </Table>
        </Paper>
      )}
      <Stretches
        from={from}
        rows={rows}
        matching={matching}
        onMove={next => {
          frame.current?.scrollTo({ top: 0 })
          void setStart(next === 0 ? null : next)
        }}
      />
      {columnCount > BROWSE_COLUMNS ? (
        <Group gap="xs">
          <Text size="sm" c="dimmed">
            Columns {left + 1} to {left + columns.length} of {columnCount.toLocaleString('en')}
          </Text>
          <Button
            variant="default"
            size="compact-sm"
            disabled={left <= 0}
            onClick={() => void setFirstColumn(Math.max(0, left - BROWSE_COLUMNS) || null)}
          >
            Columns before
          </Button>
          <Button
            variant="default"
            size="compact-sm"
            disabled={left + BROWSE_COLUMNS >= columnCount}
            onClick={() => void setFirstColumn(left + BROWSE_COLUMNS)}
          >
            Columns after
          </Button>
        </Group>
      ) : null}
    </Stack>
  )
}

function Stretches({
  from,
  rows,
  matching,
  onMove,
}: {
  from: number
  rows: number
  matching: number
  onMove: (row: number) => void
}) {
  if (from === 0 && matching <= STRETCH) return null
  return (
    <Group gap="xs">
      <Text size="sm" c="dimmed">
        Rows {(from + 1).toLocaleString('en')} to {(from + rows).toLocaleString('en')} of{' '}
        {matching.toLocaleString('en')}
      </Text>
      <Button
        variant="default"
        size="compact-sm"
        disabled={from === 0}
        onClick={() => onMove(Math.max(0, from - STRETCH))}
      >
        Rows before
      </Button>
      <Button
        variant="default"
        size="compact-sm"
        disabled={from + rows >= matching}
        onClick={() => onMove(from + STRETCH)}
      >
        Rows after
      </Button>
    </Group>
  )
}

const Spacer = ({ height, columns }: { height: number; columns: number }) => (
  <Table.Tr aria-hidden>
    <Table.Td colSpan={columns} h={height} p={0} />
  </Table.Tr>
)
