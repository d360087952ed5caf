import { Box, Table, Text } from '@mantine/core'
import type { EvaluationDetail } from '#server/evaluation/contract.ts'
import type { Measured } from '#server/training/contract.ts'
import { formatDelta, formatMeasured, metricLabel } from '../training/labels.ts'
import { formatCount } from '../ui/format.ts'
import { Panel } from '../ui/panel.tsx'
import { BesideBadge } from './beside-badge.tsx'
import { beside, metricOrder } from './labels.ts'

function Figure({ measured, strong }: { measured: Measured | undefined; strong?: boolean }) {
  const { value, half } = formatMeasured(measured ?? null)
  return (
    <>
      <Text span size="sm" fw={strong ? 600 : 500}>
        {value}
      </Text>
      {half ? (
        <Text span size="sm" c="dimmed">
          {' '}
          ± {half}
        </Text>
      ) : null}
    </>
  )
}

/** Every metric on these rows beside that of the run's validation rows. */
export function MetricsBeside({ evaluation: e }: { evaluation: EvaluationDetail }) {
  return (
    <Panel title="Metrics" note="95 % intervals; overlapping ones are within chance" flush>
      {/* It holds nothing to click: from the keyboard it scrolls when it can be reached itself. */}
      <Box component="section" aria-label="Metrics, table" style={{ overflowX: 'auto' }} tabIndex={0}>
        <Table style={{ fontVariantNumeric: 'tabular-nums' }} verticalSpacing={6}>
          <Table.Thead>
            <Table.Tr>
              <Table.Th>Metric</Table.Th>
              <Table.Th ta="right">{e.rows === null ? 'These rows' : `These ${formatCount(e.rows, 'row')}`}</Table.Th>
              <Table.Th ta="right">
                {e.validationRows === null ? 'Validation' : `${formatCount(e.validationRows, 'validation row')}`}
              </Table.Th>
              <Table.Th ta="right">Difference</Table.Th>
              <Table.Th>Beside validation</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {metricOrder(e).map(id => {
              const { verdict, delta } = beside(e, id)
              return (
                <Table.Tr key={id}>
                  <Table.Td fw={id === e.metric ? 600 : 400}>{metricLabel(id)}</Table.Td>
                  <Table.Td ta="right" style={{ whiteSpace: 'nowrap' }}>
                    <Figure measured={e.intervals[id]} strong={id === e.metric} />
                  </Table.Td>
                  <Table.Td ta="right" style={{ whiteSpace: 'nowrap' }}>
                    <Figure measured={e.validationIntervals[id]} />
                  </Table.Td>
                  <Table.Td ta="right">{formatDelta(delta)}</Table.Td>
                  <Table.Td>
                    <BesideBadge verdict={verdict} />
                  </Table.Td>
                </Table.Tr>
              )
            })}
          </Table.Tbody>
        </Table>
      </Box>
    </Panel>
  )
}
