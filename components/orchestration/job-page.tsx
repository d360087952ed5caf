'use client'
import { Button, Group, Progress, Skeleton, Stack, Text } from '@mantine/core'
import { useMutation, useQuery } from '@tanstack/react-query'
import Link from 'next/link'
import { isActive } from '#server/kernel/contract.ts'
import type { JobDetail } from '#server/orchestration/contract.ts'
import { JOB_ACTIONS } from '#server/orchestration/states/contract.ts'
import { Allowed } from '../access/allowed.tsx'
import { SAMPLE_MS } from '../shell/live-status.ts'
import { useTRPC, useTRPCClient } from '../trpc.ts'
import { badgeColumn, type DataColumn, dateColumn, numberColumn, textColumn } from '../ui/data-table/columns.tsx'
import { PlainTable } from '../ui/data-table/plain-table.tsx'
import { FollowedLog } from '../ui/followed-log.tsx'
import { formatBytes, formatDuration } from '../ui/format.ts'
import { PageHeader } from '../ui/page-header.tsx'
import { Panel } from '../ui/panel.tsx'
import { Problem } from '../ui/problem.tsx'
import { StateBadge } from '../ui/state-badge.tsx'
import { Time } from '../ui/time.tsx'
import { authorLabel, formatElapsed, jobSentence, jobStateLabel, subjectLink } from './labels.ts'

/** One job: its state with the reason, attempts, log, and cancelling. */
export function JobPage({ project, job: id }: { project: string; job: string }) {
  const trpc = useTRPC()
  const client = useTRPCClient()
  const { data, error, refetch, dataUpdatedAt } = useQuery(
    trpc.orchestration.show.queryOptions(
      { project, job: id },
      { refetchInterval: query => isActive(query.state.data?.state) && SAMPLE_MS.progress },
    ),
  )
  const cancel = useMutation(trpc.orchestration.cancel.mutationOptions())
  const retry = useMutation(trpc.orchestration.redrive.mutationOptions())
  if (error && !data) return <Problem error={error} onRetry={() => refetch()} />
  if (!data) return <Skeleton height={320} radius="md" aria-label="Loading the job" />
  const subject = subjectLink(project, data)
  return (
    <Stack gap="md">
      <PageHeader
        title={
          <>
            {data.title} <StateBadge state={data.state} label={jobStateLabel(data)} />
          </>
        }
        sentence={
          <>
            {jobSentence(data)} Requested by {authorLabel(data)} <Time at={data.createdAt} exact />.
          </>
        }
        actions={
          <>
            {subject ? (
              <Button component={Link} variant="default" href={subject.href}>
                {subject.label}
              </Button>
            ) : null}
            {(JOB_ACTIONS[data.state] as readonly string[]).includes('cancel') ? (
              <Allowed project={project} to="orchestration:cancel">
                <Button
                  variant="default"
                  loading={cancel.isPending || data.cancelling}
                  onClick={() => cancel.mutate({ project, job: id })}
                >
                  Cancel
                </Button>
              </Allowed>
            ) : null}
            {data.deadLetteredAt ? (
              <Allowed project={project} to="orchestration:redrive">
                <Button loading={retry.isPending} onClick={() => retry.mutate({ project, job: id })}>
                  Retry
                </Button>
              </Allowed>
            ) : null}
          </>
        }
      />
      {cancel.error || retry.error ? <Problem error={cancel.error ?? retry.error} /> : null}
      {data.progress ? <JobProgress progress={data.progress} /> : null}
      <AttemptTable job={data} nowMs={dataUpdatedAt} />
      <FollowedLog
        label="Log of the job"
        queryKey={trpc.orchestration.log.queryKey({ project, job: id })}
        read={after => client.orchestration.log.query({ project, job: id, after })}
        active={isActive(data.state)}
      />
    </Stack>
  )
}

function JobProgress({ progress }: { progress: NonNullable<JobDetail['progress']> }) {
  return (
    <Group gap="sm" wrap="nowrap">
      <Progress
        value={progress.done * 100}
        style={{ flex: 1 }}
        aria-label={`${Math.round(progress.done * 100)} % done`}
      />
      <Text size="xs" c="dimmed" style={{ whiteSpace: 'nowrap' }}>
        {Math.round(progress.done * 100)} %
        {progress.etaSeconds === undefined ? '' : `, about ${formatDuration(progress.etaSeconds * 1000)} left`}
      </Text>
    </Group>
  )
}

type Attempt = JobDetail['attempts'][number]

function AttemptTable({ job, nowMs }: { job: JobDetail; nowMs: number }) {
  const columns: DataColumn<Attempt>[] = [
    numberColumn('number', '#', a => a.number),
    badgeColumn('state', 'State', a => a.state),
    textColumn('reason', 'Reason', a => a.reason, { wrap: true, minWidth: 160 }),
    textColumn('worker', 'Worker', a => a.worker, { dimmed: true }),
    numberColumn('memory', 'Peak memory', a => a.peakMemoryBytes, { format: formatBytes }),
    dateColumn('started', 'Started', a => a.startedAt),
    textColumn('duration', 'Duration', a => formatElapsed(a.startedAt, a.endedAt, nowMs), { align: 'right' }),
  ]
  return (
    <Panel title="Attempts" note={`${job.name}, ${job.lane} queue, at most ${job.attemptsAllowed}`} flush>
      {job.attempts.length === 0 ? (
        <Text size="sm" c="dimmed" px="md" pb="sm">
          {job.state === 'cancelled' ? 'Cancelled before the first attempt.' : 'No attempts.'}
        </Text>
      ) : (
        <PlainTable label="Attempts" columns={columns} rows={job.attempts} rowKey={a => String(a.number)} />
      )}
    </Panel>
  )
}
