import { Button, Group, Select, Stack, Text } from '@mantine/core'
import type { ConnectionSummary, SourceKind } from '#server/data/sources/contract.ts'
import { Problem } from '../../ui/problem.tsx'
import { StateBadge } from '../../ui/state-badge.tsx'
import { Time } from '../../ui/time.tsx'
import { useConnections, useSourceActions } from './client.ts'

const NEW = '—new'
const TEST = {
  none: ['queued', 'not tested'],
  running: ['running', 'testing'],
  passed: ['ok', 'passed'],
  failed: ['failed', 'failed'],
} as const

/** Result of the last connection test. */
export function ConnectionTest({ connection }: { connection: ConnectionSummary }) {
  const [state, label] = TEST[connection.test.state]
  return (
    <Group gap="xs" align="start" wrap="nowrap" aria-live="polite">
      <StateBadge state={state} label={label} />
      <Text size="sm" c="dimmed" style={{ overflowWrap: 'anywhere' }}>
        {connection.test.sentence} {connection.test.at ? <Time at={connection.test.at} /> : null}
      </Text>
    </Group>
  )
}

/** Selects a stored connection of this kind; null is a new one. */
export function ConnectionChooser({
  project,
  kind,
  chosen,
  onChoose,
}: {
  project: string
  kind: SourceKind
  chosen: string | null
  onChoose: (name: string | null) => void
}) {
  const { data, error } = useConnections(project)
  const fitting = data?.items.filter(c => c.kind === kind) ?? []
  const connection = fitting.find(c => c.name === chosen)
  if (error && !data) return <Problem error={error} />
  if (fitting.length === 0 && !chosen) return null
  return (
    <Stack gap="xs">
      <Select
        label="Connection"
        allowDeselect={false}
        data={[
          { value: NEW, label: 'New connection' },
          ...fitting.map(c => ({ value: c.name, label: `${c.name}: ${c.words}` })),
        ]}
        value={chosen ?? NEW}
        onChange={value => onChoose(value === NEW ? null : value)}
      />
      {connection ? <Chosen project={project} connection={connection} onDeleted={() => onChoose(null)} /> : null}
    </Stack>
  )
}

function Chosen({
  project,
  connection,
  onDeleted,
}: {
  project: string
  connection: ConnectionSummary
  onDeleted: () => void
}) {
  const { test, deleteConnection } = useSourceActions()
  return (
    <>
      <ConnectionTest connection={connection} />
      <Text size="xs" c="dimmed">
        {connection.secrets.length > 0 ? `Secrets: ${connection.secrets.join(', ')}.` : 'No secrets.'}{' '}
        {connection.usedBy.length > 0 ? `Used by ${connection.usedBy.join(', ')}.` : 'Not used by a dataset.'}
      </Text>
      <Group gap="xs">
        <Button
          variant="default"
          size="compact-sm"
          loading={test.isPending || connection.test.state === 'running'}
          onClick={() => test.mutate({ project, name: connection.name })}
        >
          Test
        </Button>
        <Button
          variant="light"
          color="red"
          size="compact-sm"
          disabled={connection.usedBy.length > 0}
          loading={deleteConnection.isPending}
          onClick={() => deleteConnection.mutate({ project, name: connection.name }, { onSuccess: onDeleted })}
        >
          Delete
        </Button>
      </Group>
      {test.error ? <Problem error={test.error} /> : null}
      {deleteConnection.error ? <Problem error={deleteConnection.error} /> : null}
    </>
  )
}
