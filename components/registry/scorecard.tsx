import { Table, Text } from '@mantine/core'
import type { VersionSummary } from '#server/registry/contract.ts'
import { formatMeasured, metricLabel } from '../training/labels.ts'
import { Panel } from '../ui/panel.tsx'
import { ComparisonBadge } from './comparison-badge.tsx'
import { compareVersions, measuredOf, metricsOf } from './labels.ts'

/** Champion beside challenger, metric by metric; what lies within chance is not called better or worse. */
export function Scorecard({ champion, challenger }: { champion?: VersionSummary; challenger: VersionSummary }) {
  const metrics = metricsOf(champion ? [challenger, champion] : [challenger])
  return (
    <Panel
      flush
      title={champion ? `v${challenger.version} beside the champion` : `What v${challenger.version} measured`}
      note="each on its own validation rows, ± half of the 95 % interval"
    >
      {metrics.length === 0 ? (
        <Text size="sm" c="dimmed" px="md" pb="md">
          It came without metrics.
        </Text>
      ) : (
        <Table verticalSpacing={5} horizontalSpacing="md" style={{ fontVariantNumeric: 'tabular-nums' }}>
          <Table.Thead>
            <Table.Tr>
              <Table.Th>Metric</Table.Th>
              {champion ? <Table.Th ta="right">v{champion.version} champion</Table.Th> : null}
              <Table.Th ta="right">v{challenger.version}</Table.Th>
              {champion ? <Table.Th>Against the champion</Table.Th> : null}
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {metrics.map((metric, i) => (
              <Table.Tr key={metric}>
                <Table.Td fw={i === 0 ? 600 : 400}>{metricLabel(metric)}</Table.Td>
                {champion ? <Value version={champion} metric={metric} /> : null}
                <Value version={challenger} metric={metric} />
                {champion ? (
                  <Table.Td>
                    <ComparisonBadge comparison={compareVersions(metric, champion, challenger)} />
                  </Table.Td>
                ) : null}
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      )}
    </Panel>
  )
}

function Value({ version, metric }: { version: VersionSummary; metric: string }) {
  const { value, half } = formatMeasured(measuredOf(version, metric))
  return (
    <Table.Td ta="right" style={{ whiteSpace: 'nowrap' }}>
      {value}
      {half ? (
        <Text span size="sm" c="dimmed">
          {' '}
          ± {half}
        </Text>
      ) : null}
    </Table.Td>
  )
}
