import { Table, Text } from '@mantine/core'
import type { RunDetail } from '#server/training/contract.ts'
import { formatCount } from '../ui/format.ts'
import { Panel } from '../ui/panel.tsx'
import { formatMeasured, metricLabel } from './labels.ts'

/** Everything measured on the rows the run has not seen, with its interval. */
export function MetricsTable({ run }: { run: RunDetail }) {
  const rest = Object.keys({ ...run.intervals, ...run.metrics }).filter(id => id !== run.metric)
  const ids = run.metric ? [run.metric, ...rest] : rest
  const rows = ids.map(id => ({
    id,
    ...formatMeasured(run.intervals[id] ?? { value: run.metrics[id] ?? null, low: null, high: null }),
  }))
  return (
    <Panel
      title="Metrics"
      note={
        run.rowsValidation === null
          ? 'last values'
          : `${formatCount(run.rowsValidation, 'validation row')}, 95 % intervals`
      }
      flush
    >
      {rows.length === 0 ? (
        <Text size="sm" c="dimmed" px="md" pb="md">
          Nothing is measured yet.
        </Text>
      ) : (
        <Table verticalSpacing={5} horizontalSpacing="md">
          <Table.Tbody>
            {rows.map(({ id, value, half }) => (
              <Table.Tr key={id}>
                <Table.Td fw={id === run.metric ? 600 : 400}>
                  {metricLabel(id)}
                  {id === run.metric ? (
                    <Text span size="xs" c="dimmed">
                      {' '}
                      ranks the runs
                    </Text>
                  ) : null}
                </Table.Td>
                <Table.Td ta="right" style={{ whiteSpace: 'nowrap' }}>
                  <Text span size="sm" fw={id === run.metric ? 600 : 500}>
                    {value}
                  </Text>
                  {half ? (
                    <Text span size="sm" c="dimmed">
                      {' '}
                      ± {half}
                    </Text>
                  ) : null}
                </Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      )}
    </Panel>
  )
}
