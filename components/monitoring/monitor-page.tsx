'use client'
import { Alert, Button, Grid, SegmentedControl, Stack, Text } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import Link from 'next/link'
import { parseAsStringLiteral, useQueryState } from 'nuqs'
import type { MonitorStatus } from '#server/monitoring/contract.ts'
import { GRAINS } from '#server/monitoring/grains/contract.ts'
import { usePolling } from '../shell/live-status.ts'
import { useTRPC } from '../trpc.ts'
import { EmptyState } from '../ui/empty-state.tsx'
import { LoadingPage, PageHeader } from '../ui/page-header.tsx'
import { Panel } from '../ui/panel.tsx'
import { paths } from '../ui/paths.ts'
import { Problem } from '../ui/problem.tsx'
import { StateBadge } from '../ui/state-badge.tsx'
import { Time } from '../ui/time.tsx'
import { CheckProblem, CheckProgress, useCheck } from './check-button.tsx'
import { ColumnTable } from './column-table.tsx'
import { DriftMap } from './drift-map.tsx'
import { ErrorChart } from './error-chart.tsx'
import { FeedbackHint } from './feedback-hint.tsx'
import { verdictLabel } from './labels.ts'

/** Is it still right? The verdict of the newest check, and what it rests on. */
export function MonitorPage({ project, name }: { project: string; name: string }) {
  const trpc = useTRPC()
  const [grain, setGrain] = useQueryState('grain', parseAsStringLiteral(GRAINS).withDefault('month'))
  const poll = usePolling()
  const { data, error, refetch } = useQuery({
    ...trpc.monitoring.status.queryOptions({ project, endpoint: name, grain }),
    placeholderData: before => before,
    refetchInterval: query => poll(query.state.data?.checking ?? false),
  })
  const check = useCheck({ project, endpoint: name, checking: data?.checking ?? false })
  if (error && !data) return <Problem error={error} onRetry={() => refetch()} />
  if (!data) return <LoadingPage title={name} label="Loading the endpoint" height={420} />
  return (
    <Stack gap="md">
      <PageHeader
        title={data.endpoint}
        badge={<StateBadge state={data.verdict} label={verdictLabel(data)} />}
        sentence={data.sentence}
        actions={
          <>
            <Button component={Link} variant="default" href={paths.endpoint(project, data.endpoint)}>
              Endpoint
            </Button>
            {check.button}
          </>
        }
      />
      <CheckProgress progress={data.progress} />
      <CheckProblem error={check.error} problem={data.problem} />
      {data.checkedVersion !== null && data.checkedVersion !== data.version ? (
        <Alert color="yellow" variant="light">
          v{data.version} answers now; this check compared with v{data.checkedVersion}. The next check compares with v
          {data.version}.
        </Alert>
      ) : null}
      <Evidence project={project} status={data} grain={grain} onGrain={setGrain} />
    </Stack>
  )
}

function Evidence({
  project,
  status,
  grain,
  onGrain,
}: {
  project: string
  status: MonitorStatus
  grain: (typeof GRAINS)[number]
  onGrain: (grain: (typeof GRAINS)[number]) => void
}) {
  if (status.checkedAt === null)
    return status.checking ? null : (
      <EmptyState title="Not checked yet">
        Checks run hourly. “Check now” compares the requests so far with the training data.
      </EmptyState>
    )
  if (status.rows === 0) return <NoTraffic project={project} status={status} />
  return (
    <>
      <SegmentedControl
        aria-label="Windows"
        size="xs"
        style={{ alignSelf: 'flex-start' }}
        data={[
          { value: 'month', label: 'Months' },
          { value: 'day', label: 'Last 62 days' },
        ]}
        value={grain}
        onChange={value => onGrain(value as (typeof GRAINS)[number])}
      />
      <Grid gap="md">
        <Grid.Col span={{ base: 12, lg: 7 }}>
          <Panel>
            <DriftMap status={status} />
          </Panel>
        </Grid.Col>
        <Grid.Col span={{ base: 12, lg: 5 }}>
          <ColumnTable status={status} />
        </Grid.Col>
      </Grid>
      {status.labelled > 0 ? (
        <Panel>
          <ErrorChart status={status} />
        </Panel>
      ) : (
        <FeedbackHint url={status.feedbackUrl} />
      )}
      <Text size="xs" c="dimmed">
        Checked <Time at={status.checkedAt} /> against {status.model} v{status.checkedVersion}. Windows are{' '}
        {status.grain}s of event time in {status.zone}; late rows and true values change theirs at the next check.
      </Text>
    </>
  )
}

function NoTraffic({ project, status }: { project: string; status: MonitorStatus }) {
  return (
    <EmptyState
      title="No traffic yet"
      link={{ href: paths.endpoint(project, status.endpoint), label: 'Send a request' }}
    >
      {status.endpoint} serves {status.model} v{status.version} but has received no requests. Each request counts in the
      window of its event time.
    </EmptyState>
  )
}
