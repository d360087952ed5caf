import { List, Text } from '@mantine/core'
import type { RunDetail, Tried } from '#server/training/contract.ts'
import { type DataColumn, numberColumn, textColumn } from '../ui/data-table/columns.tsx'
import { DataTable } from '../ui/data-table/data-table.tsx'
import { formatDuration, formatNumber } from '../ui/format.ts'
import { Panel } from '../ui/panel.tsx'
import { metricLabel } from './labels.ts'

const STATE_LABELS: Record<Tried['state'], string> = {
  complete: 'measured',
  dropped: 'pruned',
  failed: 'failed',
  slow: 'timed out',
}

const columnsOf = (metric: string | null): DataColumn<Tried>[] => [
  textColumn('setting', 'Setting', t => `${t.trainer} ${t.name}`, {
    cell: t => (
      <>
        {t.trainer}{' '}
        <Text span size="xs" c="dimmed">
          {t.name}
          {t.state === 'complete' ? '' : `, ${STATE_LABELS[t.state]}`}
        </Text>
      </>
    ),
  }),
  numberColumn('value', metric ? metricLabel(metric) : 'Value', t => t.value, {
    cell: t => (
      <>
        {t.value === null ? '–' : formatNumber(t.value)}
        {t.spread === null || t.value === null ? null : (
          <Text span size="xs" c="dimmed">
            {' '}
            ± {formatNumber(t.spread)}
          </Text>
        )}
      </>
    ),
  }),
  numberColumn('duration', 'Duration', t => t.milliseconds, { format: formatDuration }),
  numberColumn('weight', 'Weight', t => t.weight, {
    cell: t => (t.weight > 0 ? `${Math.round(100 * t.weight)} %` : ''),
  }),
  textColumn('state', 'State', t => STATE_LABELS[t.state], { facet: true, optional: true }),
]

/** Every candidate of AutoML, best first, with its cross-validated metric and its weight in the ensemble. */
export function TriedPanel({ run }: { run: RunDetail }) {
  const { leaderboard, metric } = run
  if (leaderboard.length === 0) return null
  return (
    <DataTable
      id="automl-candidates"
      label="Candidates"
      title="Candidates"
      note="cross-validated on the training rows"
      find="Search candidates"
      columns={columnsOf(metric)}
      rows={leaderboard}
      rowKey={t => String(t.rank)}
    />
  )
}

/** Remarks on the model. */
export function NotesPanel({ notes }: { notes: readonly string[] }) {
  if (notes.length === 0) return null
  return (
    <Panel title="Notes">
      <List size="sm" spacing={4}>
        {notes.map(note => (
          <List.Item key={note}>{note}</List.Item>
        ))}
      </List>
    </Panel>
  )
}
