import type { EvaluationDetail } from '#server/evaluation/contract.ts'
import { metricLabel } from '../training/labels.ts'
import { MeasuredValue } from '../training/measured-value.tsx'
import type { DataColumn } from '../ui/data-table/columns.tsx'
import { DataTable } from '../ui/data-table/data-table.tsx'
import { formatCount } from '../ui/format.ts'
import { metricOrder } from './labels.ts'

const columnsOf = (e: EvaluationDetail): DataColumn<string>[] => [
  {
    id: 'metric',
    label: 'Metric',
    value: metricLabel,
    cell: id => (id === e.metric ? <strong>{metricLabel(id)}</strong> : metricLabel(id)),
  },
  {
    id: 'here',
    label: e.rows === null ? 'This dataset' : `This dataset, ${formatCount(e.rows, 'row')}`,
    value: id => e.intervals[id]?.value,
    cell: id => <MeasuredValue measured={e.intervals[id]} metric={id} strong={id === e.metric} />,
    align: 'right',
    sortable: false,
  },
  ...(e.unseen
    ? [
        {
          id: 'unseen',
          label: `Rows it was not trained on, ${formatCount(e.unseen.rows, 'row')}`,
          value: (id: string) => e.unseen!.intervals[id]?.value,
          cell: (id: string) => <MeasuredValue measured={e.unseen!.intervals[id]} metric={id} />,
          align: 'right' as const,
          sortable: false,
        },
      ]
    : []),
  {
    id: 'validation',
    label: e.validationRows === null ? 'Validation' : `Validation, ${formatCount(e.validationRows, 'row')}`,
    value: id => e.validationIntervals[id]?.value,
    cell: id => <MeasuredValue measured={e.validationIntervals[id]} metric={id} />,
    align: 'right',
    sortable: false,
  },
]

/** Every metric on this dataset next to that of the run's validation rows. */
export function ValidationComparison({ evaluation: e }: { evaluation: EvaluationDetail }) {
  return (
    <DataTable
      id="evaluation-metrics"
      label="Metrics, table"
      title="Metrics"
      note="95 % intervals; other rows, so no verdict"
      find="Search metrics"
      columns={columnsOf(e)}
      rows={metricOrder(e)}
      rowKey={id => id}
    />
  )
}
