'use client'
import { Button, Group, Paper, Pill, Skeleton, Stack, Text } from '@mantine/core'
import { useDisclosure } from '@mantine/hooks'
import { IconFilter } from '@tabler/icons-react'
import { keepPreviousData, useQueries } from '@tanstack/react-query'
import { parseAsInteger, parseAsString, useQueryState, useQueryStates } from 'nuqs'
import { type RefObject, useCallback, useRef, useState } from 'react'
import type { RowFilter } from '#server/data/profile/contract.ts'
import { BROWSE_COLUMNS } from '#server/data/profile/limits/contract.ts'
import { type RouterOutputs, useTRPC } from '../../trpc.ts'
import type { FrameRow } from '../../ui/data-table/frame-view.tsx'
import { TableFrame } from '../../ui/data-table/table-frame.tsx'
import { onTableKey } from '../../ui/data-table/table-keys.ts'
import { formatCount } from '../../ui/format.ts'
import { Problem } from '../../ui/problem.tsx'
import { Cell } from '../cell-table.tsx'
import type { Shown } from '../client.ts'
import { FilterForm } from './filter-form.tsx'
import { describeFilter, parseAsFilters } from './row-filters.ts'

const PAGE = 100
const ROW_HEIGHT = 32
/** Browsers cannot scroll through more than some million pixels: longer tables are split into stretches. */
const STRETCH = 100_000

/** Fetches the pages of rows that are in view. */
function useRowPages(project: string, dataset: string, query: RowQuery) {
  const trpc = useTRPC()
  const [range, setRange] = useState({ first: 0, last: 0 })
  const pageOptions = (page: number) =>
    trpc.data.columns.rows.queryOptions(
      {
        project,
        dataset,
        offset: query.from + page * PAGE,
        rows: PAGE,
        firstColumn: query.firstColumn,
        filters: query.where,
        sort: query.sort,
      },
      { staleTime: Number.POSITIVE_INFINITY, ...(page === 0 ? { placeholderData: keepPreviousData } : {}) },
    )
  // The first page knows how many rows match.
  const [first] = useQueries({ queries: [pageOptions(0)] })
  const [from, to] = [Math.floor(range.first / PAGE), Math.floor(Math.max(0, range.last) / PAGE)]
  const pages = Array.from({ length: to - from + 1 }, (_, i) => from + i)
  const fetched = useQueries({ queries: pages.map(pageOptions) })
  const byPage = new Map(pages.map((page, i) => [page, fetched[i]?.data]))
  const failed = first.error && !first.data ? first : fetched.find(q => q.error)
  const onRange = useCallback((firstRow: number, lastRow: number) => setRange({ first: firstRow, last: lastRow }), [])
  return { first: first.data, byPage, failed, onRange }
}

interface RowQuery {
  from: number
  firstColumn: number
  where: RowFilter[]
  sort: { column: string; down: boolean } | undefined
}

/** The shown part of the rows, their conditions and order, all in the URL. */
function useAddress(frame: RefObject<HTMLElement | null>) {
  const [start, setStart] = useQueryState('row', parseAsInteger.withDefault(0))
  const [firstColumn, setFirstColumn] = useQueryState('column', parseAsInteger.withDefault(0))
  const [{ where, sort: sortText }, set] = useQueryStates({ where: parseAsFilters, sort: parseAsString })
  const sort = sortText ? { column: sortText.replace(/^-/, ''), down: sortText.startsWith('-') } : undefined
  const restart = (next: number | null = null) => {
    frame.current?.scrollTo({ top: 0 })
    void setStart(next)
  }
  return {
    query: { from: Math.max(0, start), firstColumn: Math.max(0, firstColumn), where, sort },
    restart,
    setFirstColumn,
    showAll: () => void set({ where: null, sort: null }),
    changeFilters: (next: RowFilter[]) => {
      restart()
      void set({ where: next.length === 0 ? null : next })
    },
    sortBy: (column: string) => {
      restart()
      void set({ sort: sortText === column ? `-${column}` : sortText === `-${column}` ? null : column })
    },
  }
}

/** All rows of a version, fetched where they are in view. Conditions and order are in the address. */
export function RowBrowser({ project, shown }: { project: string; shown: Shown }) {
  const frame = useRef<HTMLElement>(null)
  const { query, restart, setFirstColumn, showAll, changeFilters, sortBy } = useAddress(frame)
  const { from, firstColumn, where, sort } = query
  const { first, byPage, failed, onRange } = useRowPages(project, `${shown.dataset}@${shown.version}`, query)
  if (failed) return <Failed query={failed} onReset={where.length > 0 || sort ? showAll : undefined} />
  if (!first) return <Skeleton height={420} radius="md" aria-label="Loading rows" />
  const { columns, columnCount, matching } = first
  const rows = Math.max(0, Math.min(STRETCH, matching - from))
  return (
    <Stack gap="xs">
      <Conditions
        shown={shown}
        matching={matching}
        where={where}
        sort={sort}
        columns={columns}
        onChange={changeFilters}
      />
      {matching === 0 ? (
        <Paper withBorder radius="md" p="md">
          <Text size="sm" c="dimmed">
            {where.length > 0 ? 'No row matches these conditions.' : 'This version has no rows.'}
          </Text>
        </Paper>
      ) : (
        <Paper withBorder radius="md" style={{ overflow: 'hidden' }}>
          <Rows
            frame={frame}
            count={rows}
            columns={columns}
            byPage={byPage}
            sort={sort}
            onRange={onRange}
            onSort={sortBy}
          />
        </Paper>
      )}
      <Stretches from={from} rows={rows} matching={matching} onMove={next => restart(next === 0 ? null : next)} />
      <ColumnStretches
        left={firstColumn}
        count={columns.length}
        all={columnCount}
        onMove={column => void setFirstColumn(column || null)}
      />
    </Stack>
  )
}

function Failed({
  query,
  onReset,
}: {
  query: { error: unknown; refetch: () => unknown }
  onReset: (() => void) | undefined
}) {
  return (
    <Stack gap="sm">
      <Problem error={query.error} onRetry={() => void query.refetch()} />
      {onReset ? (
        <Group>
          <Button variant="default" size="compact-sm" onClick={onReset}>
            Show all rows in file order
          </Button>
        </Group>
      ) : null}
    </Stack>
  )
}

function Rows({
  frame,
  count,
  columns,
  byPage,
  sort,
  onRange,
  onSort,
}: {
  frame: RefObject<HTMLElement | null>
  count: number
  columns: RowPage['columns']
  byPage: Map<number, RowPage | undefined>
  sort: RowQuery['sort']
  onRange: (first: number, last: number) => void
  onSort: (column: string) => void
}) {
  return (
    <TableFrame
      label="Rows"
      frameRef={frame}
      compact
      alwaysVirtual
      count={count}
      rowHeight={ROW_HEIGHT}
      onRange={onRange}
      onKeyDown={event => onTableKey(event)}
      heads={[
        { id: '#row', content: 'Row', align: 'right', dimmed: true, minWidth: 70 },
        ...columns.map(c => ({
          id: c.name,
          content: <ColumnHead column={c} />,
          align: c.type === 'number' || c.type === 'integer' ? ('right' as const) : undefined,
          maxWidth: 320,
          sorted: sort?.column === c.name ? (sort.down ? ('descending' as const) : ('ascending' as const)) : undefined,
          onSort: () => onSort(c.name),
        })),
      ]}
      row={index => rowAt(index, columns.length, byPage.get(Math.floor(index / PAGE)))}
    />
  )
}

type RowPage = RouterOutputs['data']['columns']['rows']

function rowAt(index: number, width: number, page: RowPage | undefined): FrameRow {
  const at = index % PAGE
  const cells = page?.cells[at]
  return {
    key: String(index),
    cells: page
      ? [
          ((page.places[at] ?? 0) + 1).toLocaleString('en'),
          // biome-ignore lint/suspicious/noArrayIndexKey: cells have no other identity than their place
          ...(cells ?? []).map((value, i) => <Cell key={i} value={value} />),
        ]
      : ['', '…', ...Array.from({ length: width - 1 }, () => '')],
  }
}

function ColumnHead({ column: c }: { column: RowPage['columns'][number] }) {
  return (
    <>
      {c.name}
      <Text size="xs" c="dimmed" fw={400}>
        {c.role === 'feature' ? c.type : `${c.type}, ${c.role}`}
      </Text>
    </>
  )
}

/** The conditions on the rows, with removing them and adding another. */
function Conditions({
  shown,
  matching,
  where,
  sort,
  columns,
  onChange,
}: {
  shown: Shown
  matching: number
  where: RowFilter[]
  sort: RowQuery['sort']
  columns: RowPage['columns']
  onChange: (where: RowFilter[]) => void
}) {
  const [isAdding, adding] = useDisclosure()
  const timeColumns = new Set(shown.schema.filter(c => (c.stored ?? c.type) === 'datetime').map(c => c.name))
  const textOf = (filter: RowFilter) => describeFilter(filter, timeColumns.has(filter.column))
  return (
    <>
      <Group gap="xs" justify="space-between">
        <Group gap="xs">
          <Text size="sm" c="dimmed" aria-live="polite">
            {where.length === 0
              ? `${formatCount(matching, 'row')}${sort ? '' : ' in file order'}`
              : `${formatCount(matching, 'row')} of ${shown.rows.toLocaleString('en')}`}
            {sort ? `, sorted by ${sort.column}, ${sort.down ? 'largest' : 'smallest'} first` : ''}
          </Text>
          {where.map((filter, i) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: conditions have no other identity than their place
            <FilterPill key={i} text={textOf(filter)} onRemove={() => onChange(where.filter((_, k) => k !== i))} />
          ))}
        </Group>
        <Button
          variant="default"
          size="compact-sm"
          leftSection={<IconFilter size={14} aria-hidden />}
          onClick={adding.toggle}
          aria-expanded={isAdding}
        >
          Filter
        </Button>
      </Group>
      {isAdding ? (
        <FilterForm
          schema={shown.schema}
          column={columns[0]?.name ?? ''}
          onAdd={filter => {
            adding.close()
            onChange([...where, filter])
          }}
          onCancel={adding.close}
        />
      ) : null}
    </>
  )
}

function FilterPill({ text, onRemove }: { text: string; onRemove: () => void }) {
  return (
    <Pill
      withRemoveButton
      removeButtonProps={{ 'aria-label': `Remove the condition ${text}`, 'aria-hidden': false }}
      onRemove={onRemove}
    >
      {text}
    </Pill>
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

function ColumnStretches({
  left,
  count,
  all,
  onMove,
}: {
  left: number
  count: number
  all: number
  onMove: (column: number) => void
}) {
  if (all <= BROWSE_COLUMNS) return null
  return (
    <Group gap="xs">
      <Text size="sm" c="dimmed">
        Columns {left + 1} to {left + count} of {all.toLocaleString('en')}
      </Text>
      <Button
        variant="default"
        size="compact-sm"
        disabled={left <= 0}
        onClick={() => onMove(Math.max(0, left - BROWSE_COLUMNS))}
      >
        Columns before
      </Button>
      <Button
        variant="default"
        size="compact-sm"
        disabled={left + BROWSE_COLUMNS >= all}
        onClick={() => onMove(left + BROWSE_COLUMNS)}
      >
        Columns after
      </Button>
    </Group>
  )
}
