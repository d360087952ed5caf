import { Button, Stack, Text } from '@mantine/core'
import { useMutation, useQuery } from '@tanstack/react-query'
import type { JobSummary, Percentiles, QueueSummary } from '#server/orchestration/contract.ts'
import { Allowed } from '../access/allowed.tsx'
import { usePolling } from '../shell/live-status.ts'
import { useTRPC } from '../trpc.ts'
import {
  actionColumn,
  type DataColumn,
  dateColumn,
  linkColumn,
  numberColumn,
  textColumn,
} from '../ui/data-table/columns.tsx'
import { DataTable } from '../ui/data-table/data-table.tsx'
import { formatDuration } from '../ui/format.ts'
import { Panel } from '../ui/panel.tsx'
import { paths } from '../ui/paths.ts'
import { Problem } from '../ui/problem.tsx'
import { QueryState } from '../ui/query-state.tsx'

const seconds = (n: number) => formatDuration(n * 1000)
const percentileColumns = (
  what: 'wait' | 'run',
  label: string,
  of: (queue: QueueSummary) => Percentiles | null,
): DataColumn<QueueSummary>[] =>
  (['p50', 'p95', 'p99'] as const).map(p =>
    numberColumn(`${what}-${p}`, `${label} ${p}`, q => of(q)?.[p], { format: seconds, optional: p === 'p95' }),
  )

const queueColumns: DataColumn<QueueSummary>[] = [
  textColumn('lane', 'Queue', q => q.lane, { strong: true }),
  numberColumn('queued', 'Queued', q => q.queued),
  numberColumn('running', 'Running', q => q.running),
  numberColumn('oldest', 'Oldest waits', q => q.oldestWaitSeconds, { format: seconds }),
  ...percentileColumns('wait', 'Wait', q => q.waitSeconds),
  ...percentileColumns('run', 'Run', q => q.runSeconds),
  numberColumn('succeeded', 'Succeeded', q => q.succeeded),
  numberColumn('failed', 'Failed', q => q.failed),
  numberColumn('dead', 'Dead letters', q => q.deadLetters),
]

/** Depth, times and failures of the project's queues, and the jobs whose retries are used up. */
export function QueueView({ project }: { project: string }) {
  const trpc = useTRPC()
  const poll = usePolling()
  const queues = useQuery(
    trpc.orchestration.queues.queryOptions(
      { project },
      { refetchInterval: query => poll(query.state.data?.queues.some(q => q.queued + q.running > 0) ?? false) },
    ),
  )
  return (
    <QueryState query={queues} label="Loading the queues">
      {data => (
        <Stack gap="md">
          <Panel title="Queues" note={`times and results of the last ${data.hours} hours`} flush>
            <DataTable id="queues" label="Queues" columns={queueColumns} rows={data.queues} rowKey={q => q.lane} />
          </Panel>
          <DeadLetters project={project} jobs={data.deadLetters} />
        </Stack>
      )}
    </QueryState>
  )
}

function DeadLetters({ project, jobs }: { project: string; jobs: JobSummary[] }) {
  const trpc = useTRPC()
  const redrive = useMutation(trpc.orchestration.redrive.mutationOptions())
  const columns: DataColumn<JobSummary>[] = [
    linkColumn(
      'title',
      'Job',
      j => j.title,
      j => paths.job(project, j.id),
    ),
    textColumn('reason', 'Reason', j => j.reason, { wrap: true, minWidth: 200 }),
    numberColumn('attempts', 'Attempts', j => j.attemptsMade),
    dateColumn('at', 'Since', j => j.deadLetteredAt),
    actionColumn(j => (
      <Allowed project={project} to="orchestration:redrive">
        <Button
          size="compact-xs"
          variant="default"
          loading={redrive.isPending && redrive.variables.job === j.id}
          onClick={() => redrive.mutate({ project, job: j.id })}
        >
          Redrive
        </Button>
      </Allowed>
    )),
  ]
  return (
    <Panel title="Dead letters" note="jobs whose retries are used up" flush={jobs.length > 0}>
      {redrive.error ? <Problem error={redrive.error} /> : null}
      {jobs.length === 0 ? (
        <Text size="sm" c="dimmed">
          No dead letters. A job appears here when its last attempt failed or its worker was lost; redrive sends it
          again.
        </Text>
      ) : (
        <DataTable id="dead-letters" label="Dead letters" columns={columns} rows={jobs} rowKey={j => j.id} />
      )}
    </Panel>
  )
}
