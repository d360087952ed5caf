import { Alert, Anchor, Button, Group, Progress, Stack, Text } from '@mantine/core'
import Link from 'next/link'
import { formatCount } from '../../ui/format.ts'
import { Panel } from '../../ui/panel.tsx'
import { paths } from '../../ui/paths.ts'
import { Problem } from '../../ui/problem.tsx'
import { useIngestion } from '../client.ts'

/** Follows an import until it ends, then links to the schema review. */
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
                ? `${data.dataset} v${data.version} added: ${formatCount(data.rows ?? 0, 'row')}, ${formatCount(data.columns ?? 0, 'column')}.`
                : `No changes since v${data.version}; no version created.`}
            </Text>
            {data.warnings.slice(0, 3).map(w => (
              <Text key={w} size="sm" c="dimmed">
                {w}
              </Text>
            ))}
            <Group>
              <Button component={Link} href={`${page}?tab=schema`}>
                Review schema
              </Button>
              <Anchor component={Link} href={page}>
                Open {data.dataset}
              </Anchor>
            </Group>
          </Stack>
        ) : data?.state === 'failed' ? (
          <Alert color="red" variant="light" title="Import failed; no version created." role="alert">
            <Text size="sm" style={{ overflowWrap: 'anywhere' }}>
              {data.reason}
            </Text>
            <Button mt="xs" size="compact-sm" variant="default" onClick={onAgain}>
              Edit and retry
            </Button>
          </Alert>
        ) : (
          <Stack gap="xs">
            <Text size="sm">{data?.state === 'running' ? 'Reading rows…' : 'Waiting for a free worker…'}</Text>
            <Progress value={100} animated aria-label="Reading rows" />
            <Text size="xs" c="dimmed">
              You can leave this page.
            </Text>
          </Stack>
        )}
      </div>
    </Panel>
  )
}
