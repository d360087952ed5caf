'use client'
import { Stack, Text } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import type { MonitorSummary } from '#server/monitoring/contract.ts'
import { usePolling } from '../shell/live-status.ts'
import { useTRPC } from '../trpc.ts'
import {
  badgeColumn,
  type DataColumn,
  dateColumn,
  linkColumn,
  numberColumn,
  textColumn,
} from '../ui/data-table/columns.tsx'
import { DataTable } from '../ui/data-table/data-table.tsx'
import { EmptyState } from '../ui/empty-state.tsx'
import { PageHeader } from '../ui/page-header.tsx'
import { paths } from '../ui/paths.ts'
import { QueryState } from '../ui/query-state.tsx'
import { Time } from '../ui/time.tsx'
import { listSentence, verdictLabel } from './labels.ts'

const columnsOf = (project: string): DataColumn<MonitorSummary>[] => [
  linkColumn(
    'endpoint',
    'Endpoint',
    m => m.endpoint,
    m => paths.monitor(project, m.endpoint),
    {
      after: m => (
        <Text size="xs" c="dimmed">
          {m.model} v{m.version}
        </Text>
      ),
    },
  ),
  badgeColumn('verdict', 'Verdict', verdictLabel, { look: m => m.verdict }),
  textColumn('reason', 'Reason', m => m.sentence, {
    wrap: true,
    minWidth: 260,
    sortable: false,
    title: m => m.sentence,
    cell: m => (
      <Text size="sm" lineClamp={2}>
        {m.sentence}
      </Text>
    ),
  }),
  numberColumn('drifted', 'Drifted columns', m => m.drifted, {
    cell: m => (m.columns === 0 || m.verdict === 'unknown' ? '–' : `${m.drifted} of ${m.columns}`),
  }),
  dateColumn('checked', 'Checked', m => m.checkedAt, {
    cell: m => (m.checking ? 'checking…' : <Time at={m.checkedAt} />),
  }),
]

/** Every endpoint with the verdict of its latest check. */
export function MonitorList({ project }: { project: string }) {
  const trpc = useTRPC()
  const poll = usePolling()
  const monitors = useQuery({
    ...trpc.monitoring.list.queryOptions({ project }),
    refetchInterval: query => poll(query.state.data?.items.some(i => i.checking) ?? false),
  })
  return (
    <Stack gap="md">
      <PageHeader title="Monitoring" sentence={monitors.data ? listSentence(monitors.data.items) : ' '} />
      <QueryState
        query={monitors}
        label="Loading the endpoints"
        isEmpty={data => data.items.length === 0}
        empty={
          <EmptyState title="No monitors" link={{ href: paths.registry(project), label: 'Choose a model to promote' }}>
            Promote a model version to an endpoint. Its requests are then compared with the training data, and its
            predictions with the labels you send.
          </EmptyState>
        }
      >
        {data => (
          <DataTable
            id="monitors"
            label="Monitors"
            inUrl
            find="Search endpoints"
            columns={columnsOf(project)}
            rows={data.items}
            rowKey={m => m.endpoint}
          />
        )}
      </QueryState>
    </Stack>
  )
}
