import { Paper, Skeleton, Table, Text } from '@mantine/core'
import { Problem } from '../ui/problem.tsx'
import { usePredictions } from './client.ts'
import { formatLatency, formatTime } from './labels.ts'

const words = (value: unknown) =>
  value === null || value === undefined
    ? '–'
    : typeof value === 'number'
      ? String(Number(value.toPrecision(6)))
      : String(value)

/** The newest predictions with what was sent, and what turned out to be true where it is known. */
export function PredictionList({ project, endpoint }: { project: string; endpoint: string }) {
  const { data, error } = usePredictions(project, endpoint)
  if (error && !data) return <Problem error={error} />
  if (!data) return <Skeleton height={160} radius="md" aria-label="Loading the predictions" />
  if (data.items.length === 0)
    return (
      <Text size="sm" c="dimmed">
        Nothing has been predicted here yet. Try it, or send a request.
      </Text>
    )
  return (
    <Paper withBorder radius="md" style={{ overflowX: 'auto' }}>
      <Table style={{ fontVariantNumeric: 'tabular-nums' }}>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>Received</Table.Th>
            <Table.Th>Event time</Table.Th>
            <Table.Th ta="right">Version</Table.Th>
            <Table.Th ta="right">Prediction</Table.Th>
            <Table.Th ta="right">Actual</Table.Th>
            <Table.Th ta="right">Took</Table.Th>
            <Table.Th>Sent</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {data.items.map(p => (
            <Table.Tr key={p.id} title={p.id}>
              <Table.Td c="dimmed">{formatTime(p.receivedAt)}</Table.Td>
              <Table.Td c="dimmed">{p.eventTime === p.receivedAt ? 'the same' : formatTime(p.eventTime)}</Table.Td>
              <Table.Td ta="right">v{p.version}</Table.Td>
              <Table.Td ta="right" fw={600}>
                {words(p.prediction)}
              </Table.Td>
              <Table.Td ta="right">{words(p.actual)}</Table.Td>
              <Table.Td ta="right">{formatLatency(p.latencyMs)}</Table.Td>
              <Table.Td maw={420}>
                <Text size="xs" c="dimmed" truncate>
                  {Object.entries(p.features)
                    .map(([name, value]) => `${name} ${words(value)}`)
                    .join(' · ')}
                </Text>
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Paper>
  )
}
