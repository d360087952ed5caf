import { Anchor, Table } from '@mantine/core'
import { Panel } from '../../ui/panel.tsx'
import { StateBadge } from '../../ui/state-badge.tsx'
import { Time } from '../../ui/time.tsx'
import type { Expectations } from './client.ts'
import { VERDICTS } from './labels.ts'

/** How each version stood when it was checked last. */
export function HistoryPanel({
  history,
  onChoose,
}: {
  history: Expectations['history']
  onChoose: (version: number) => void
}) {
  return (
    <Panel title="Versions" note="last check of each" flush>
      <Table verticalSpacing={6}>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>Version</Table.Th>
            <Table.Th>Verdict</Table.Th>
            <Table.Th ta="right">Failing</Table.Th>
            <Table.Th ta="right">Checked</Table.Th>
            <Table.Th ta="right">Suite</Table.Th>
            <Table.Th>When</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {history.map(h => (
            <Table.Tr key={h.version}>
              <Table.Td>
                <Anchor component="button" type="button" ff="monospace" onClick={() => onChoose(h.version)}>
                  v{h.version}
                </Anchor>
              </Table.Td>
              <Table.Td>
                <StateBadge {...VERDICTS[h.verdict]} />
              </Table.Td>
              <Table.Td ta="right">{h.failed}</Table.Td>
              <Table.Td ta="right">{h.checked}</Table.Td>
              <Table.Td ta="right">{h.suite}</Table.Td>
              <Table.Td c="dimmed">
                <Time at={h.at} />
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Panel>
  )
}
