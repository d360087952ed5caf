import { Badge, Text } from '@mantine/core'
import type { ColumnDrift, MonitorStatus } from '#server/monitoring/contract.ts'
import { type DataColumn, numberColumn, textColumn } from '../ui/data-table/columns.tsx'
import { DataTable } from '../ui/data-table/data-table.tsx'
import { formatCount } from '../ui/format.ts'
import { DRIFT_LABEL, type DriftState, driftState, missingText, rankColumns, testLabel } from './labels.ts'

const COLOUR: Record<DriftState, string> = { drifted: 'red', unsure: 'yellow', stable: 'gray', unjudged: 'gray' }

const DriftBadge = ({ drift }: { drift: ColumnDrift | null | undefined }) => {
  if (!drift) return <Text size="sm">–</Text>
  const state = driftState(drift)
  return (
    <Badge size="sm" variant="light" radius="sm" tt="none" fw={500} miw="max-content" color={COLOUR[state]}>
      {DRIFT_LABEL[state]}
    </Badge>
  )
}

/** Drift of each column over all rows and in the latest window, most drifted first. */
export function ColumnTable({ status }: { status: MonitorStatus }) {
  const newest = status.windows.at(-1)
  const order = rankColumns(status)
  const columns = [...status.columns].sort((a, b) => order.indexOf(a.name) - order.indexOf(b.name))
  const rows: DriftRow[] = [
    ...(status.prediction ? [{ drift: status.prediction, name: 'predictions', latest: newest?.prediction }] : []),
    ...columns.map(drift => ({ drift, name: drift.name, latest: newest?.columns.find(c => c.name === drift.name) })),
  ]
  return (
    <DataTable
      id="drift-columns"
      label="Columns, table"
      title="Columns"
      note={`${formatCount(status.rows, 'row')} compared with training`}
      find="Search columns"
      columns={columnsOf(newest?.window)}
      rows={rows}
      rowKey={row => row.name}
    />
  )
}

interface DriftRow {
  name: string
  drift: ColumnDrift
  latest: ColumnDrift | null | undefined
}

const stateLabel = (drift: ColumnDrift | null | undefined) => (drift ? DRIFT_LABEL[driftState(drift)] : null)

const columnsOf = (newestWindow: string | undefined): DataColumn<DriftRow>[] => [
  textColumn('name', 'Column', r => r.name, { strong: true }),
  textColumn('test', 'Test', r => testLabel(r.drift), { dimmed: true, facet: true }),
  numberColumn('statistic', 'Statistic', r => r.drift.statistic, { format: n => n.toFixed(3) }),
  numberColumn('threshold', 'Threshold', r => r.drift.threshold, { dimmed: true, format: String }),
  numberColumn('missing', 'Missing cells', r => r.drift.missing?.current ?? null, {
    title: () => 'Share of missing cells in training → in the requests',
    cell: r => missingText(r.drift) ?? '–',
  }),
  textColumn('all', 'All rows', r => stateLabel(r.drift), { facet: true, cell: r => <DriftBadge drift={r.drift} /> }),
  textColumn('newest', newestWindow ?? 'Latest window', r => stateLabel(r.latest), {
    cell: r => <DriftBadge drift={r.latest} />,
  }),
]
