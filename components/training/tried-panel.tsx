import { Button, List, Table, Text } from '@mantine/core'
import { useState } from 'react'
import type { RunDetail, Tried } from '#server/training/contract.ts'
import { formatDuration, formatNumber } from '../ui/format.ts'
import { Panel } from '../ui/panel.tsx'
import { metricLabel } from './labels.ts'

const SHOWN = 8
const STATE_WORDS: Record<Tried['state'], string> = {
  complete: 'measured',
  dropped: 'behind, not finished',
  failed: 'failed',
  slow: 'took too long',
}

/** What AutoML tried, best first: each with its worth on rows it had not seen and its share in the model. */
export function TriedPanel({ run }: { run: RunDetail }) {
  const [all, setAll] = useState(false)
  const { leaderboard, metric } = run
  if (leaderboard.length === 0) return null
  const shown = all ? leaderboard : leaderboard.slice(0, SHOWN)
  return (
    <Panel title="What was tried" note="measured within the training rows">
      <Table.ScrollContainer minWidth={460} type="native">
        <Table>
          <Table.Thead>
            <Table.Tr>
              <Table.Th>Setting</Table.Th>
              <Table.Th ta="right">{metric ? metricLabel(metric) : 'Value'}</Table.Th>
              <Table.Th ta="right">Took</Table.Th>
              <Table.Th ta="right">In the model</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {shown.map(row => (
              <Table.Tr key={row.rank}>
                <Table.Td>
                  {row.trainer}{' '}
                  <Text span size="xs" c="dimmed">
                    {row.name}
                    {row.state === 'complete' ? '' : `, ${STATE_WORDS[row.state]}`}
                  </Text>
                </Table.Td>
                <Table.Td ta="right">
                  {row.value === null ? '–' : formatNumber(row.value)}
                  {row.spread === null || row.value === null ? null : (
                    <Text span size="xs" c="dimmed">
                      {' '}
                      ± {formatNumber(row.spread)}
                    </Text>
                  )}
                </Table.Td>
                <Table.Td ta="right">{formatDuration(row.milliseconds)}</Table.Td>
                <Table.Td ta="right">{row.weight > 0 ? `${Math.round(100 * row.weight)} %` : ''}</Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </Table.ScrollContainer>
      {leaderboard.length > SHOWN ? (
        <Button size="compact-xs" variant="subtle" mt={6} onClick={() => setAll(!all)}>
          {all ? 'Show fewer' : `Show all ${leaderboard.length}`}
        </Button>
      ) : null}
    </Panel>
  )
}

/** What one should know of the model, in sentences. */
export function NotesPanel({ notes }: { notes: readonly string[] }) {
  if (notes.length === 0) return null
  return (
    <Panel title="Good to know">
      <List size="sm" spacing={4}>
        {notes.map(note => (
          <List.Item key={note}>{note}</List.Item>
        ))}
      </List>
    </Panel>
  )
}
