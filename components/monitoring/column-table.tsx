import { Badge, Box, Table, Text } from '@mantine/core'
import type { ColumnDrift, MonitorStatus } from '#server/monitoring/contract.ts'
import { formatCount } from '../ui/format.ts'
import { Panel } from '../ui/panel.tsx'
import { DRIFT_LABEL, type DriftState, driftState, rankColumns, testLabel } from './labels.ts'

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

/** Each column over all rows, and how it is in the newest window. */
export function ColumnTable({ status }: { status: MonitorStatus }) {
  const newest = status.windows.at(-1)
  const order = rankColumns(status)
  const columns = [...status.columns].sort((a, b) => order.indexOf(a.name) - order.indexOf(b.name))
  const rows = [
    ...(status.prediction ? [{ drift: status.prediction, name: 'predictions', latest: newest?.prediction }] : []),
    ...columns.map(drift => ({ drift, name: drift.name, latest: newest?.columns.find(c => c.name === drift.name) })),
  ]
  return (
    <Panel title="Columns" note={`${formatCount(status.rows, 'row')} against training`} flush>
      {/* It holds nothing to click: from the keyboard it scrolls when it can be reached itself. */}
      <Box component="section" aria-label="Columns, table" style={{ overflowX: 'auto' }} tabIndex={0}>
        <Table style={{ fontVariantNumeric: 'tabular-nums' }}>
          <Table.Thead>
            <Table.Tr>
              <Table.Th>Column</Table.Th>
              <Table.Th>Test</Table.Th>
              <Table.Th ta="right">Statistic</Table.Th>
              <Table.Th ta="right">Limit</Table.Th>
              <Table.Th style={{ whiteSpace: 'nowrap' }}>All rows</Table.Th>
              <Table.Th style={{ whiteSpace: 'nowrap' }}>{newest ? newest.window : 'Newest'}</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {rows.map(({ drift, name, latest }) => (
              <Table.Tr key={name}>
                <Table.Td fw={500}>{name}</Table.Td>
                <Table.Td c="dimmed">{testLabel(drift)}</Table.Td>
                <Table.Td ta="right">{drift.statistic.toFixed(3)}</Table.Td>
                <Table.Td ta="right" c="dimmed">
                  {drift.threshold}
                </Table.Td>
                <Table.Td>
                  <DriftBadge drift={drift} />
                </Table.Td>
                <Table.Td>
                  <DriftBadge drift={latest} />
                </Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </Box>
    </Panel>
  )
}
