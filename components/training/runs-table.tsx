import { Anchor, Checkbox, Progress, Table, Text, UnstyledButton, VisuallyHidden } from '@mantine/core'
import { IconArrowDown, IconArrowUp } from '@tabler/icons-react'
import { createColumnHelper, flexRender, getCoreRowModel, useReactTable } from '@tanstack/react-table'
import { useVirtualizer } from '@tanstack/react-virtual'
import Link from 'next/link'
import { type ReactNode, useMemo, useRef } from 'react'
import type { RunSummary } from '#server/training/contract.ts'
import { IntervalDot } from '../charts/interval-dot.tsx'
import { paths } from '../ui/paths.ts'
import { StateBadge } from '../ui/state-badge.tsx'
import { intervalScale, type Sort } from './filter-runs.ts'
import {
  type Direction,
  directionLabel,
  formatMeasured,
  formatParameters,
  formatRunDuration,
  metricLabel,
  runStateLabel,
  varyingSettings,
} from './labels.ts'

const ROW_HEIGHT = 36
/** Longer tables are drawn only where they are seen. */
const MOST_DRAWN = 200

/** Columns that are left out where there is little room; the run's page has them. */
const WIDE = new Set(['settings'])

const column = createColumnHelper<RunSummary>()

export interface Sorting {
  sort: Sort
  reverse: boolean
  onSort: (sort: Sort) => void
}

/** Runs as rows; the best's interval runs through all of them as a band, so that a tie is seen. */
export function RunsTable({
  project,
  runs,
  metric,
  direction,
  chosen,
  onChoose,
  sorting,
}: {
  project: string
  runs: RunSummary[]
  metric: string | null
  direction: Direction | null
  chosen: ReadonlySet<string>
  onChoose: (run: string, on: boolean) => void
  sorting: Sorting
}) {
  const scale = useMemo(() => intervalScale(runs), [runs])
  const varying = useMemo(() => varyingSettings(runs), [runs])
  const best = runs.find(run => run.best)?.measured
  const columns = useMemo(
    () => [
      column.display({
        id: 'choose',
        header: () => <VisuallyHidden>Compare</VisuallyHidden>,
        cell: ({ row: { original: run } }) => (
          <Checkbox
            size="xs"
            aria-label={`Compare run ${run.number}`}
            checked={chosen.has(run.run)}
            onChange={e => onChoose(run.run, e.currentTarget.checked)}
          />
        ),
      }),
      column.accessor('number', {
        id: 'run',
        header: 'Run',
        cell: ({ row: { original: run } }) => (
          <Anchor component={Link} href={paths.run(project, run.run)} ff="monospace" fz={12} fw={500} title={run.name}>
            #{run.number}
          </Anchor>
        ),
      }),
      column.accessor('trainer', { id: 'trainer', header: 'Trainer' }),
      column.accessor(run => formatParameters(run.params, varying.get(run.trainer)), {
        id: 'settings',
        header: 'Settings',
        cell: ({ getValue }) => (
          <Text size="sm" c="dimmed" truncate maw={220} title={getValue()}>
            {getValue()}
          </Text>
        ),
      }),
      column.display({
        id: 'measured',
        header: () =>
          metric ? `${metricLabel(metric)}${direction ? `, ${directionLabel(direction)}` : ''}` : 'Result',
        cell: ({ row: { original: run } }) => <MeasuredCell run={run} />,
      }),
      column.display({
        id: 'interval',
        header: () => `95 %${scale.log ? ', log scale' : ' interval'}`,
        cell: ({ row: { original: run } }) => {
          const { value, low, high } = run.measured ?? { value: null, low: null, high: null }
          if (value === null) return null
          const { value: words, half } = formatMeasured(run.measured)
          const place = scale.place
          return (
            <div style={{ display: 'flex', alignItems: 'center', gap: 8 }}>
              <IntervalDot
                value={place(value)}
                low={place(low ?? value)}
                high={place(high ?? value)}
                min={scale.min}
                max={scale.max}
                width={112}
                band={
                  best?.low != null && best.high != null ? { low: place(best.low), high: place(best.high) } : undefined
                }
                label={`${words}${half ? ` ± ${half}` : ''}${run.best ? ', the best' : run.tied ? ', tied with the best' : ''}`}
              />
              <Text
                span
                fz={12}
                w={28}
                fw={run.best ? 600 : 400}
                c={run.best || run.tied ? 'var(--mantine-primary-color-filled)' : 'dimmed'}
              >
                {run.best ? 'best' : run.tied ? 'tied' : ''}
              </Text>
            </div>
          )
        },
      }),
      column.display({
        id: 'time',
        header: 'Time',
        cell: ({ row: { original: run } }) => (
          <Text size="sm" c="dimmed">
            {formatRunDuration(run)}
          </Text>
        ),
      }),
      column.accessor('status', {
        id: 'state',
        header: 'State',
        cell: ({ row: { original: run } }) => <StateCell run={run} />,
      }),
    ],
    [project, metric, direction, chosen, onChoose, scale, varying, best],
  )
  const table = useReactTable({ data: runs, columns, getCoreRowModel: getCoreRowModel(), getRowId: run => run.run })
  const rows = table.getRowModel().rows
  const frame = useRef<HTMLDivElement>(null)
  const long = rows.length > MOST_DRAWN
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => frame.current,
    estimateSize: () => ROW_HEIGHT,
    overscan: 12,
    enabled: long,
  })
  const seen = virtual.getVirtualItems()
  const shown = long ? seen.map(item => rows[item.index]!) : rows
  const above = long ? (seen[0]?.start ?? 0) : 0
  const below = long ? virtual.getTotalSize() - (seen.at(-1)?.end ?? 0) : 0
  const right = new Set(['measured', 'time'])
  return (
    <div ref={frame} style={{ overflow: 'auto', maxHeight: long ? 640 : undefined }}>
      <Table
        verticalSpacing={0}
        horizontalSpacing={8}
        stickyHeader
        miw={{ base: 520, sm: 740 }}
        aria-rowcount={rows.length + 1}
      >
        <Table.Thead>
          {table.getHeaderGroups().map(group => (
            <Table.Tr key={group.id}>
              {group.headers.map(header => (
                <Header
                  key={header.id}
                  id={header.id}
                  wide={WIDE.has(header.id)}
                  right={right.has(header.id)}
                  sorting={sorting}
                >
                  {flexRender(header.column.columnDef.header, header.getContext())}
                </Header>
              ))}
            </Table.Tr>
          ))}
        </Table.Thead>
        <Table.Tbody>
          {above > 0 ? <Spacer height={above} columns={columns.length} /> : null}
          {shown.map(row => (
            <Table.Tr
              key={row.id}
              h={ROW_HEIGHT}
              bg={chosen.has(row.id) ? 'var(--mantine-primary-color-light)' : undefined}
            >
              {row.getVisibleCells().map(cell => (
                <Table.Td
                  key={cell.id}
                  visibleFrom={WIDE.has(cell.column.id) ? 'sm' : undefined}
                  ta={right.has(cell.column.id) ? 'right' : undefined}
                  style={{ whiteSpace: 'nowrap' }}
                >
                  {flexRender(cell.column.columnDef.cell, cell.getContext())}
                </Table.Td>
              ))}
            </Table.Tr>
          ))}
          {below > 0 ? <Spacer height={below} columns={columns.length} /> : null}
        </Table.Tbody>
      </Table>
    </div>
  )
}

const Spacer = ({ height, columns }: { height: number; columns: number }) => (
  <Table.Tr aria-hidden>
    <Table.Td colSpan={columns} h={height} p={0} />
  </Table.Tr>
)

const SORTABLE: Record<string, Sort> = {
  run: 'run',
  trainer: 'trainer',
  measured: 'measured',
  time: 'time',
  state: 'state',
}

function Header({
  id,
  right,
  wide,
  sorting: { sort, reverse, onSort },
  children,
}: {
  id: string
  right: boolean
  /** Left out on phones. */
  wide: boolean
  sorting: Sorting
  children: ReactNode
}) {
  const by = SORTABLE[id]
  const active = by === sort
  return (
    <Table.Th
      ta={right ? 'right' : undefined}
      visibleFrom={wide ? 'sm' : undefined}
      c="dimmed"
      fw={500}
      fz={12}
      py={8}
      style={{ whiteSpace: 'nowrap' }}
      aria-sort={active ? (reverse ? 'descending' : 'ascending') : undefined}
    >
      {by ? (
        <UnstyledButton
          onClick={() => onSort(by)}
          fz={12}
          fw={active ? 600 : 500}
          c={active ? 'var(--mantine-color-text)' : 'dimmed'}
        >
          {children}
          {active ? (
            reverse ? (
              <IconArrowUp size={12} style={{ marginLeft: 3, verticalAlign: '-1px' }} aria-hidden />
            ) : (
              <IconArrowDown size={12} style={{ marginLeft: 3, verticalAlign: '-1px' }} aria-hidden />
            )
          ) : null}
        </UnstyledButton>
      ) : (
        children
      )}
    </Table.Th>
  )
}

function MeasuredCell({ run }: { run: RunSummary }) {
  const { value, half } = formatMeasured(run.measured)
  return (
    <span>
      <Text span size="sm" fw={run.best ? 600 : 500} c={value === '–' ? 'dimmed' : undefined}>
        {value}
      </Text>
      {half ? (
        <Text span size="sm" c="dimmed">
          {' '}
          ± {half}
        </Text>
      ) : null}
    </span>
  )
}

function StateCell({ run }: { run: RunSummary }) {
  if (run.status === 'succeeded')
    return (
      <Text size="sm" c="dimmed">
        done
      </Text>
    )
  return (
    <div title={run.reason ?? run.progress?.note ?? undefined}>
      <StateBadge state={run.status} label={runStateLabel(run)} />
      {run.status === 'running' && run.progress ? (
        <Progress
          value={100 * run.progress.done}
          size={2}
          mt={2}
          w={96}
          aria-label={`Run ${run.number} is ${runStateLabel(run)}`}
        />
      ) : null}
    </div>
  )
}
