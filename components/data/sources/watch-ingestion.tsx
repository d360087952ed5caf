import { Alert, Anchor, Button, Group, Progress, Stack, Text } from '@mantine/core'
import Link from 'next/link'
import { Panel } from '../../ui/panel.tsx'
import { paths } from '../../ui/paths.ts'
import { Problem } from '../../ui/problem.tsx'
import { useIngestion } from '../client.ts'
import { formatCount } from '../labels.ts'

/** Follows a read until it has ended, then leads to the review of its schema. */
export function WatchIngestion({ project, id, onAgain }: { project: string; id: string; onAgain: () => void }) {
  const { data, error, refetch } = useIngestion(project, id)
  if (error && !data) return <Problem error={error} onRetry={() => refetch()} />
  const page = data ? paths.dataset(project, data.dataset) : ''
  return (
    <Panel title={data?.dataset ?? 'Reading'}>
      <div aria-live="polite">
        {data?.state === 'succeeded' ? (
          <Stack gap="xs">
            <Text fw={600}>
              {data.created
                ? `v${data.version} is there: ${formatCount(data.rows ?? 0, 'row')}, ${formatCount(data.columns ?? 0, 'column')}.`
                : `The rows have not changed: they are v${data.version} already, so no new version was made.`}
            </Text>
            {data.warnings.slice(0, 3).map(w => (
              <Text key={w} size="sm" c="dimmed">
                {w}
              </Text>
            ))}
            <Group>
              <Button component={Link} href={`${page}?tab=schema`}>
                Review the schema
              </Button>
              <Anchor component={Link} href={page}>
                Open {data.dataset}
              </Anchor>
            </Group>
          </Stack>
        ) : data?.state === 'failed' ? (
          <Alert color="red" variant="light" title="Nothing was registered." role="alert">
            <Text size="sm" style={{ overflowWrap: 'anywhere' }}>
              {data.reason}
            </Text>
            <Button mt="xs" size="compact-sm" variant="default" onClick={onAgain}>
              Change it and try again
            </Button>
          </Alert>
        ) : (
          <Stack gap="xs">
            <Text size="sm">{data?.state === 'running' ? 'Reading the rows' : 'Waiting for a worker'}</Text>
            <Progress value={100} animated aria-label="Reading the rows" />
            <Text size="xs" c="dimmed">
              You can leave this page; it goes on by itself.
            </Text>
          </Stack>
        )}
      </div>
    </Panel>
  )
}
