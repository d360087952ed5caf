import { Alert, Anchor, Button, Progress, Stack, Text } from '@mantine/core'
import Link from 'next/link'
import { Panel } from '../../ui/panel.tsx'
import { paths } from '../../ui/paths.ts'
import { Problem } from '../../ui/problem.tsx'
import { useIngestion } from '../client.ts'
import { NextSteps } from '../next-steps.tsx'

/** Follows an import until it ends, then links to the schema review. */
export function WatchIngestion({ project, id, onAgain }: { project: string; id: string; onAgain: () => void }) {
  const { data, error, refetch } = useIngestion(project, id)
  if (error && !data) return <Problem error={error} onRetry={() => refetch()} />
  return (
    <Panel title={data?.dataset ?? 'Reading'}>
      <div aria-live="polite">
        {data?.state === 'succeeded' ? (
          <NextSteps
            project={project}
            ingestion={data}
            unchanged={`No changes since v${data.version}; no version created.`}
          >
            <Anchor component={Link} href={paths.dataset(project, data.dataset, { tab: 'schema' })}>
              Review schema
            </Anchor>
          </NextSteps>
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
