import { Stack } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import type { Percentiles, QueueSummary } from '#server/orchestration/contract.ts'
import { usePolling } from '../shell/live-status.ts'
import { useTRPC } from '../trpc.ts'
import { type DataColumn, numberColumn, textColumn } from '../ui/data-table/columns.tsx'
import { DataTable } from '../ui/data-table/data-table.tsx'
import { formatDuration } from '../ui/format.ts'
import { Panel } from '../ui/panel.tsx'
import { QueryState } from '../ui/query-state.tsx'
import { DeadLetters } from './dead-letters.tsx'

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
