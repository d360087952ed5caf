import { Badge, Button, Group, Paper, Stack, Table, Text, TextInput } from '@mantine/core'
import { parseAsString, useQueryState } from 'nuqs'
import { Allowed } from '../access/allowed.tsx'
import { formatDuration } from '../ui/format.ts'
import { Problem } from '../ui/problem.tsx'
import { Time } from '../ui/time.tsx'
import { useHistory } from './client.ts'
import { formatTime } from './labels.ts'

/** Every switch, newest first, and what was in force at any instant. */
export function HistoryView({
  project,
  endpoint,
  onRollBack,
}: {
  project: string
  endpoint: string
  onRollBack: (version: number) => void
}) {
  const [at, setAt] = useQueryState('at', parseAsString.withDefault(''))
  const { data, error } = useHistory(project, endpoint, at)
  const inForce = data && !at ? data.items[0] : undefined
  return (
    <Stack gap="sm">
      <Group align="end" gap="sm">
        <TextInput
          label="As of"
          description="In the project’s zone"
          type="datetime-local"
          step={1}
          value={at}
          onChange={event => setAt(event.currentTarget.value || null)}
        />
        {at ? (
          <Button variant="default" onClick={() => setAt(null)}>
            Now
          </Button>
        ) : null}
        {data?.at ? (
          <Text size="sm" pb={8}>
            {data.version === undefined
              ? `Nothing answered at ${formatTime(data.at)}.`
              : `At ${formatTime(data.at)}, ${data.model} v${data.version} answered.`}
          </Text>
        ) : null}
      </Group>
      {error ? <Problem error={error} /> : null}
      <Paper withBorder radius="md" style={{ overflowX: 'auto' }}>
        <Table style={{ fontVariantNumeric: 'tabular-nums' }}>
          <Table.Thead>
            <Table.Tr>
              <Table.Th ta="right">Revision</Table.Th>
              <Table.Th>Version</Table.Th>
              <Table.Th>How</Table.Th>
              <Table.Th>When</Table.Th>
              <Table.Th ta="right">Switched in</Table.Th>
              <Table.Th>Reason</Table.Th>
              <Table.Th>By</Table.Th>
              <Table.Th />
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {data?.items.map(item => (
              <Table.Tr key={item.revision}>
                <Table.Td ta="right">{item.revision}</Table.Td>
                <Table.Td>
                  {item.model} v{item.version}{' '}
                  {item === inForce ? (
                    <Badge size="xs" variant="light" tt="none">
                      answers
                    </Badge>
                  ) : null}
                </Table.Td>
                <Table.Td>{item.action === 'promote' ? 'promoted' : 'rolled back'}</Table.Td>
                <Table.Td c="dimmed">
                  <Time at={item.at} />
                </Table.Td>
                <Table.Td ta="right">{item.switchedInMs === null ? '–' : formatDuration(item.switchedInMs)}</Table.Td>
                <Table.Td>{item.reason || '–'}</Table.Td>
                <Table.Td c="dimmed" title={item.actor}>
                  {item.actorName}
                </Table.Td>
                <Table.Td ta="right">
                  {inForce && item.model === inForce.model && item.version !== inForce.version ? (
                    <Allowed project={project} to="serving:promote">
                      <Button size="compact-sm" variant="default" onClick={() => onRollBack(item.version)}>
                        Back to v{item.version}
                      </Button>
                    </Allowed>
                  ) : null}
                </Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </Paper>
    </Stack>
  )
}
