import { Anchor, Button, Group, SegmentedControl, Skeleton, Stack, Table, Text } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import Link from 'next/link'
import { createParser, parseAsString, useQueryStates } from 'nuqs'
import { readState } from '#server/kernel/contract.ts'
import { useTRPC } from '../trpc.ts'
import { EmptyState } from '../ui/empty-state.tsx'
import { Panel } from '../ui/panel.tsx'
import { paths } from '../ui/paths.ts'
import { Problem } from '../ui/problem.tsx'
import { StateBadge } from '../ui/state-badge.tsx'
import { Time } from '../ui/time.tsx'
import { authorLabel, formatElapsed, jobStateLabel } from './labels.ts'

const FILTERS = ['all', 'active', 'succeeded', 'failed', 'cancelled'] as const
const parseAsFilter = createParser({
  parse: text => FILTERS.find(f => f === readState(text)) ?? null,
  serialize: String,
})

/** Every job of the project, newest first; the filter is in the address. */
export function JobTable({ project }: { project: string }) {
  const [{ state, before }, set] = useQueryStates({
    state: parseAsFilter.withDefault('all'),
    before: parseAsString,
  })
  const trpc = useTRPC()
  const { data, error, refetch, dataUpdatedAt } = useQuery(
    trpc.orchestration.list.queryOptions(
      { project, state: state === 'all' ? undefined : state, cursor: before ?? undefined, limit: 50 },
      { refetchInterval: 5_000, placeholderData: previous => previous },
    ),
  )
  return (
    <Stack gap="sm">
      <div style={{ overflowX: 'auto' }}>
        <SegmentedControl
          size="xs"
          aria-label="State"
          value={state}
          onChange={value => set({ state: FILTERS.find(f => f === value) ?? null, before: null })}
          data={FILTERS.map(f => ({ value: f, label: f }))}
        />
      </div>
      {error && !data ? <Problem error={error} onRetry={() => refetch()} /> : null}
      {!data && !error ? <Skeleton height={280} radius="md" aria-label="Loading the jobs" /> : null}
      {data?.items.length === 0 ? (
        <EmptyState title={state === 'all' ? 'No job has run yet' : `No job is ${state}`}>
          {state === 'all'
            ? 'Adding a dataset, training and monitoring put jobs here.'
            : 'Choose another state above to see the rest.'}
        </EmptyState>
      ) : null}
      {data && data.items.length > 0 ? (
        <Panel flush>
          <Table highlightOnHover verticalSpacing={7} miw={860}>
            <Table.Thead>
              <Table.Tr>
                <Table.Th>Job</Table.Th>
                <Table.Th>State</Table.Th>
                <Table.Th>Lane</Table.Th>
                <Table.Th ta="right">Attempts</Table.Th>
                <Table.Th ta="right">Took</Table.Th>
                <Table.Th>Asked for</Table.Th>
                <Table.Th>By</Table.Th>
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {data.items.map(job => (
                <Table.Tr key={job.id}>
                  <Table.Td miw={220} maw={440}>
                    <Anchor component={Link} size="sm" href={paths.job(project, job.id)}>
                      {job.title}
                    </Anchor>
                    {job.reason && job.state !== 'succeeded' ? (
                      <Text size="xs" c="dimmed" lineClamp={2}>
                        {job.reason}
                      </Text>
                    ) : null}
                  </Table.Td>
                  <Table.Td>
                    <StateBadge state={job.state} label={jobStateLabel(job)} />
                  </Table.Td>
                  <Table.Td c="dimmed">{job.lane}</Table.Td>
                  <Table.Td ta="right">{job.attemptsMade}</Table.Td>
                  <Table.Td ta="right" style={{ whiteSpace: 'nowrap' }}>
                    {formatElapsed(job.startedAt, job.endedAt, dataUpdatedAt)}
                  </Table.Td>
                  <Table.Td>
                    <Time at={job.createdAt} />
                  </Table.Td>
                  <Table.Td c="dimmed" style={{ whiteSpace: 'nowrap' }}>
                    {authorLabel(job.createdBy)}
                  </Table.Td>
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
        </Panel>
      ) : null}
      {before || data?.next ? (
        <Group gap="xs">
          <Button variant="default" disabled={!before} onClick={() => set({ before: null })}>
            Newest
          </Button>
          <Button variant="default" disabled={!data?.next} onClick={() => set({ before: data?.next ?? null })}>
            Older
          </Button>
        </Group>
      ) : null}
    </Stack>
  )
}
