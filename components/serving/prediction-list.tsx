import type { RouterOutputs } from '../trpc.ts'
import { type DataColumn, numberColumn, textColumn } from '../ui/data-table/columns.tsx'
import { DataTable } from '../ui/data-table/data-table.tsx'
import { QueryState } from '../ui/query-state.tsx'
import { usePredictions } from './client.ts'
import { formatLatency, formatTime } from './labels.ts'

type Prediction = RouterOutputs['serving']['predictions']['items'][number]

const formatValue = (value: unknown) =>
  value === null || value === undefined
    ? '–'
    : typeof value === 'number'
      ? String(Number(value.toPrecision(6)))
      : String(value)

const rawValue = (value: unknown) => (typeof value === 'number' ? value : value == null ? null : String(value))

const formatFeatures = (p: Prediction) =>
  Object.entries(p.features)
    .map(([name, value]) => `${name} ${formatValue(value)}`)
    .join(' · ')

const columns: DataColumn<Prediction>[] = [
  textColumn('received', 'Received', p => p.receivedAt, {
    dimmed: true,
    descendingFirst: true,
    cell: p => formatTime(p.receivedAt),
  }),
  textColumn('event', 'Event time', p => p.eventTime, {
    dimmed: true,
    descendingFirst: true,
    cell: p => (p.eventTime === p.receivedAt ? '= received' : formatTime(p.eventTime)),
  }),
  numberColumn('version', 'Version', p => p.version, { format: n => `v${n}` }),
  {
    id: 'prediction',
    label: 'Prediction',
    value: p => rawValue(p.prediction),
    cell: p => formatValue(p.prediction),
    align: 'right',
    strong: true,
  },
  {
    id: 'label',
    label: 'Label',
    value: p => rawValue(p.actual),
    cell: p => formatValue(p.actual),
    align: 'right',
  },
  numberColumn('latency', 'Latency', p => p.latencyMs, { format: formatLatency }),
  textColumn('features', 'Features', formatFeatures, {
    dimmed: true,
    maxWidth: 420,
    sortable: false,
    title: formatFeatures,
  }),
  textColumn('id', 'ID', p => p.id, { optional: true, mono: true }),
]

/** The newest predictions with their input, and labels where they are known. */
export function PredictionList({ project, endpoint }: { project: string; endpoint: string }) {
  return (
    <QueryState query={usePredictions(project, endpoint)} label="Loading the predictions">
      {data => (
        <DataTable
          id="predictions"
          label="Predictions"
          title="Predictions"
          note="newest first"
          inUrl
          find="Search predictions"
          columns={columns}
          rows={data.items}
          rowKey={p => p.id}
          empty="No predictions yet. Use the test form, or send a request."
        />
      )}
    </QueryState>
  )
}
