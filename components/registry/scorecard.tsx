import { Paper, Table, Text } from '@mantine/core'
import type { VersionSummary } from '#server/registry/contract.ts'
import { ComparisonBadge } from './comparison-badge.tsx'
import { compareMetric, valueWords } from './words.ts'

/** Champion beside challenger, metric by metric. */
export function Scorecard({ champion, challenger }: { champion?: VersionSummary; challenger: VersionSummary }) {
  const metrics = [...new Set([...Object.keys(champion?.metrics ?? {}), ...Object.keys(challenger.metrics)])].sort()
  return (
    <Paper withBorder radius="md" style={{ overflowX: 'auto' }}>
      <Table style={{ fontVariantNumeric: 'tabular-nums' }}>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>Scorecard</Table.Th>
            {champion ? <Table.Th ta="right">v{champion.version} champion</Table.Th> : null}
            <Table.Th ta="right">v{challenger.version}</Table.Th>
            {champion ? <Table.Th>Against the champion</Table.Th> : null}
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {metrics.map(metric => (
            <Table.Tr key={metric}>
              <Table.Td>{metric}</Table.Td>
              {champion ? <Table.Td ta="right">{valueWords(champion.metrics[metric])}</Table.Td> : null}
              <Table.Td ta="right">{valueWords(challenger.metrics[metric])}</Table.Td>
              {champion ? (
                <Table.Td>
                  <ComparisonBadge
                    comparison={compareMetric(metric, champion.metrics[metric], challenger.metrics[metric])}
                  />
                </Table.Td>
              ) : null}
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
      <Text size="xs" c="dimmed" p="xs">
        {metrics.length === 0
          ? 'These versions came without metrics.'
          : 'Values of each run’s own validation rows; Evaluation compares them on the same rows, with intervals.'}
      </Text>
    </Paper>
  )
}
