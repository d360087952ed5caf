'use client'
import { Button, Group, Progress, Skeleton, Stack, Table, Text } from '@mantine/core'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import Link from 'next/link'
import { JOB_ACTIONS, type JobDetail } from '#server/orchestration/contract.ts'
import { Allowed } from '../access/allowed.tsx'
import { useTRPC, useTRPCClient } from '../trpc.ts'
import { FollowedLog } from '../ui/followed-log.tsx'
import { formatBytes, formatDuration } from '../ui/format.ts'
import { PageHeader } from '../ui/page-header.tsx'
import { Panel } from '../ui/panel.tsx'
import { Problem } from '../ui/problem.tsx'
import { StateBadge } from '../ui/state-badge.tsx'
import { Time } from '../ui/time.tsx'
import { formatElapsed, jobSentence, jobStateLabel, subjectLink } from './labels.ts'

const isActive = (job: JobDetail | undefined) => job?.state === 'queued' || job?.state === 'running'

/** One job: how it stands and why, each attempt, its log, and the way to stop it. */
export function JobPage({ project, job: id }: { project: string; job: string }) {
  const trpc = useTRPC()
  const client = useTRPCClient()
  const queries = useQueryClient()
  const { data, error, refetch, dataUpdatedAt } = useQuery(
    trpc.orchestration.show.queryOptions(
      { project, job: id },
      { refetchInterval: query => (isActive(query.state.data) ? 1_000 : false) },
    ),
  )
  const cancel = useMutation(
    trpc.orchestration.cancel.mutationOptions({
      onSettled: () => queries.invalidateQueries(trpc.orchestration.pathFilter()),
    }),
  )
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
        sentence={jobSentence(data)}
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
          </>
        }
      />
      {cancel.error ? <Problem error={cancel.error} /> : null}
      {data.progress ? (
        <Group gap="sm" wrap="nowrap">
          <Progress
            value={data.progress.done * 100}
            style={{ flex: 1 }}
            aria-label={`${Math.round(data.progress.done * 100)} % done`}
          />
          <Text size="xs" c="dimmed" style={{ whiteSpace: 'nowrap' }}>
            {Math.round(data.progress.done * 100)} %
            {data.progress.etaSeconds === undefined
              ? ''
              : `, about ${formatDuration(data.progress.etaSeconds * 1000)} left`}
          </Text>
        </Group>
      ) : null}
      <Panel title="Attempts" note={`${data.name}, ${data.lane} lane, up to ${data.attemptsAllowed}`} flush>
        <Table verticalSpacing={7} miw={720}>
          <Table.Thead>
            <Table.Tr>
              <Table.Th ta="right" w={40}>
                #
              </Table.Th>
              <Table.Th>State</Table.Th>
              <Table.Th>Why</Table.Th>
              <Table.Th>Where</Table.Th>
              <Table.Th ta="right">Peak memory</Table.Th>
              <Table.Th>Started</Table.Th>
              <Table.Th ta="right">Took</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {data.attempts.length === 0 ? (
              <Table.Tr>
                <Table.Td colSpan={7} c="dimmed">
                  {data.state === 'cancelled' ? 'It was cancelled before its first attempt.' : 'None has begun yet.'}
                </Table.Td>
              </Table.Tr>
            ) : null}
            {data.attempts.map(a => (
              <Table.Tr key={a.number}>
                <Table.Td ta="right">{a.number}</Table.Td>
                <Table.Td>
                  <StateBadge state={a.state} />
                </Table.Td>
                <Table.Td miw={160}>{a.reason ?? '–'}</Table.Td>
                <Table.Td c="dimmed">{a.worker}</Table.Td>
                <Table.Td ta="right">{a.peakMemoryBytes === null ? '–' : formatBytes(a.peakMemoryBytes)}</Table.Td>
                <Table.Td>
                  <Time at={a.startedAt} />
                </Table.Td>
                <Table.Td ta="right" style={{ whiteSpace: 'nowrap' }}>
                  {formatElapsed(a.startedAt, a.endedAt, dataUpdatedAt)}
                </Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </Panel>
      <FollowedLog
        label="Log of the job"
        queryKey={trpc.orchestration.log.queryKey({ project, job: id })}
        read={after => client.orchestration.log.query({ project, job: id, after })}
        active={isActive(data)}
      />
    </Stack>
  )
}
