import { SegmentedControl, Stack, Text } from '@mantine/core'
import { keepPreviousData, useInfiniteQuery, useMutation } from '@tanstack/react-query'
import { createParser, useQueryState } from 'nuqs'
import { isActive, readState } from '#server/kernel/contract.ts'
import type { JobSummary } from '#server/orchestration/contract.ts'
import { Allowed } from '../access/allowed.tsx'
import { usePolling } from '../shell/live-status.ts'
import { useTRPC } from '../trpc.ts'
import {
  actionColumn,
  badgeColumn,
  type DataColumn,
  dateColumn,
  linkColumn,
  numberColumn,
  textColumn,
} from '../ui/data-table/columns.tsx'
import { DataTable } from '../ui/data-table/data-table.tsx'
import { usePages } from '../ui/data-table/use-pages.ts'
import { EmptyState } from '../ui/empty-state.tsx'
import { paths } from '../ui/paths.ts'
import { Problem } from '../ui/problem.tsx'
import { QueryState } from '../ui/query-state.tsx'
import { RowButton } from '../ui/row-button.tsx'
import { authorLabel, elapsedMs, formatElapsed, jobStateLabel } from './labels.ts'

const FILTERS = ['all', 'active', 'succeeded', 'failed', 'cancelled'] as const
const parseAsFilter = createParser({
  parse: text => FILTERS.find(f => f === readState(text)) ?? null,
  serialize: String,
})

interface Retry {
  isPending: boolean
  variables?: { job: string }
  mutate: (input: { project: string; job: string }) => void
}

const jobColumns = (project: string, nowMs: number, retry: Retry): DataColumn<JobSummary>[] => [
  linkColumn(
    'title',
    'Job',
    j => j.title,
    j => paths.job(project, j.id),
    {
      wrap: true,
      minWidth: 220,
      maxWidth: 440,
      after: j =>
        j.reason && j.state !== 'succeeded' ? (
          <Text size="xs" c="dimmed" lineClamp={2}>
            {j.reason}
          </Text>
        ) : null,
    },
  ),
  badgeColumn('state', 'State', j => j.state, { text: jobStateLabel, facet: false }),
  textColumn('lane', 'Queue', j => j.lane, { dimmed: true, facet: true }),
  numberColumn('attempts', 'Attempts', j => j.attemptsMade),
  numberColumn('duration', 'Duration', j => elapsedMs(j.startedAt, j.endedAt, nowMs), {
    cell: j => formatElapsed(j.startedAt, j.endedAt, nowMs),
  }),
  dateColumn('created', 'Requested', j => j.createdAt),
  textColumn('by', 'Requested by', authorLabel, { dimmed: true, facet: true, title: j => j.createdBy }),
  actionColumn(j =>
    j.deadLetteredAt ? (
      <Allowed project={project} to="orchestration:redrive">
        <RowButton
          label="Retry"
          name={`Retry ${j.title}`}
          loading={retry.isPending && retry.variables?.job === j.id}
          onClick={() => retry.mutate({ project, job: j.id })}
        />
      </Allowed>
    ) : null,
  ),
]

/** Every job of the project, newest first; the filter by state applies on the server and is in the address. */
export function JobTable({ project }: { project: string }) {
  const [state, setState] = useQueryState('state', parseAsFilter.withDefault('all'))
  const trpc = useTRPC()
  const poll = usePolling()
  const jobs = useInfiniteQuery(
    trpc.orchestration.list.infiniteQueryOptions(
      { project, state: state === 'all' ? undefined : state, limit: 50 },
      {
        getNextPageParam: page => page.next ?? undefined,
        placeholderData: keepPreviousData,
        refetchInterval: query =>
          poll(query.state.data?.pages.some(page => page.items.some(j => isActive(j.state))) ?? false),
      },
    ),
  )
  const { rows, more } = usePages(jobs)
  const retry = useMutation(trpc.orchestration.redrive.mutationOptions())
  const columns = jobColumns(project, jobs.dataUpdatedAt, retry)
  return (
    <Stack gap="sm">
      <div style={{ overflowX: 'auto' }}>
        <SegmentedControl
          size="xs"
          aria-label="State"
          value={state}
          onChange={value => setState(FILTERS.find(f => f === value) ?? null)}
          data={FILTERS.map(f => ({ value: f, label: f }))}
        />
      </div>
      {retry.error ? <Problem error={retry.error} /> : null}
      <QueryState
        query={jobs}
        label="Loading the jobs"
        height={280}
        isEmpty={() => rows.length === 0}
        empty={
          <EmptyState title={state === 'all' ? 'No jobs yet' : `No ${state} jobs`}>
            {state === 'all'
              ? 'Adding a dataset, training and monitoring create jobs.'
              : 'Choose another state above to see other jobs.'}
          </EmptyState>
        }
      >
        {() => (
          <DataTable
            id="jobs"
            label="Jobs"
            title="Jobs"
            note="newest first"
            inUrl
            find="Search loaded jobs"
            columns={columns}
            rows={rows}
            rowKey={j => j.id}
            more={more}
          />
        )}
      </QueryState>
    </Stack>
  )
}
