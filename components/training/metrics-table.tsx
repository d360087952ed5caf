import { Text } from '@mantine/core'
import type { Measured, RunDetail } from '#server/training/contract.ts'
import type { DataColumn } from '../ui/data-table/columns.tsx'
import { DataTable } from '../ui/data-table/data-table.tsx'
import { formatCount } from '../ui/format.ts'
import { metricLabel } from './labels.ts'
import { MeasuredValue } from './measured-value.tsx'

interface MetricRow {
  id: string
  measured: Measured
  isMain: boolean
}

const columns: DataColumn<MetricRow>[] = [
  {
    id: 'metric',
    label: 'Metric',
    value: r => metricLabel(r.id),
    cell: r => (
      <>
        {r.isMain ? <strong>{metricLabel(r.id)}</strong> : metricLabel(r.id)}
        {r.isMain ? (
          <Text span size="xs" c="dimmed">
            {' '}
            ranks the runs
          </Text>
        ) : null}
      </>
    ),
  },
  {
    id: 'value',
    label: 'Value',
    value: r => r.measured?.value,
    cell: r => <MeasuredValue measured={r.measured} metric={r.id} strong={r.isMain} />,
    align: 'right',
    sortable: false,
  },
]

/** Every metric on the validation rows with its interval; the one that ranks the runs first. */
export function MetricsTable({ run }: { run: RunDetail }) {
  const rest = Object.keys({ ...run.intervals, ...run.metrics }).filter(id => id !== run.metric)
  const rows = (run.metric ? [run.metric, ...rest] : rest).map(id => ({
    id,
    measured: run.intervals[id] ?? { value: run.metrics[id] ?? null, low: null, high: null },
    isMain: id === run.metric,
  }))
  return (
    <DataTable
      id="run-metrics"
      label="Metrics"
      title="Metrics"
      note={
        run.rowsValidation === null
          ? 'latest values'
          : `${formatCount(run.rowsValidation, 'validation row')}, 95 % intervals`
      }
      find="Search metrics"
      columns={columns}
      rows={rows}
      rowKey={r => r.id}
      empty="No metrics yet."
    />
  )
}
