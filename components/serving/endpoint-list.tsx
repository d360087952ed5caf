'use client'
import { Anchor, Stack } from '@mantine/core'
import Link from 'next/link'
import type { EndpointSummary } from '#server/serving/contract.ts'
import {
  badgeColumn,
  bytesColumn,
  type DataColumn,
  dateColumn,
  linkColumn,
  numberColumn,
  textColumn,
} from '../ui/data-table/columns.tsx'
import { DataTable } from '../ui/data-table/data-table.tsx'
import { EmptyState } from '../ui/empty-state.tsx'
import { formatCount, formatRate } from '../ui/format.ts'
import { PageHeader } from '../ui/page-header.tsx'
import { paths } from '../ui/paths.ts'
import { QueryState } from '../ui/query-state.tsx'
import { useEndpoints } from './client.ts'
import { formatErrorShare, formatLatency } from './labels.ts'
import { championState, memoryOf, memorySentence, modelState } from './model-labels.ts'

function listSentence(items: EndpointSummary[]): string {
  if (items.length === 0) return 'Promoting a model version creates an endpoint.'
  if (items.some(e => e.servers.alive === 0)) return 'No inference server is running: endpoints do not respond.'
  const out = items.filter(e => championState(e) === 'out').length
  if (out > 0) return `${formatCount(out, 'endpoint')} out of traffic: the model broke its limits.`
  const behind = items.filter(e => e.servers.current < e.servers.alive).length
  if (behind > 0) return `${formatCount(behind, 'endpoint')} not yet switched on every server.`
  return `${formatCount(items.length, 'endpoint')}.`
}

const stateWord = (e: EndpointSummary) => {
  const state = championState(e)
  return state ? modelState({ state }).word : 'unknown'
}

const columnsOf = (project: string): DataColumn<EndpointSummary>[] => [
  linkColumn(
    'endpoint',
    'Endpoint',
    e => e.endpoint,
    e => paths.endpoint(project, e.endpoint),
  ),
  textColumn('model', 'Model version', e => `${e.model} v${e.version}`, {
    cell: e => (
      <>
        <Anchor component={Link} size="sm" href={paths.model(project, e.model)}>
          {e.model}
        </Anchor>{' '}
        v{e.version}
      </>
    ),
  }),
  numberColumn('rate', 'Requests', e => e.ratePerSecond, { format: rate => formatRate(rate) }),
  numberColumn('p50', 'p50', e => e.p50Ms, { format: formatLatency }),
  numberColumn('p99', 'p99', e => e.p99Ms, { format: formatLatency }),
  numberColumn('errors', 'Errors', e => e.errorShare, { format: formatErrorShare }),
  numberColumn('servers', 'Servers', e => e.servers.current, {
    cell: e => `${e.servers.current} of ${e.servers.alive}`,
  }),
  badgeColumn('model-state', 'Loaded', stateWord, {
    look: e => modelState({ state: championState(e) ?? 'unloaded' }).look,
  }),
  bytesColumn('memory', 'Memory', memoryOf),
  dateColumn('since', 'Since', e => e.updatedAt),
]

/** All endpoints of a project with their traffic and latency. */
export function EndpointList({ project }: { project: string }) {
  const endpoints = useEndpoints(project)
  return (
    <Stack gap="md">
      <PageHeader
        title="Serving"
        sentence={
          endpoints.data
            ? [listSentence(endpoints.data.items), memorySentence(endpoints.data.items)].filter(Boolean).join(' ')
            : ' '
        }
      />
      <QueryState
        query={endpoints}
        label="Loading the endpoints"
        isEmpty={data => data.items.length === 0}
        empty={
          <EmptyState title="No endpoints" link={{ href: paths.registry(project), label: 'Choose a model' }}>
            Promote a model version to create an endpoint with an address, a test form and a prediction log.
          </EmptyState>
        }
      >
        {data => (
          <DataTable
            id="endpoints"
            label="Endpoints"
            inUrl
            find="Search endpoints"
            columns={columnsOf(project)}
            rows={data.items}
            rowKey={e => e.endpoint}
          />
        )}
      </QueryState>
    </Stack>
  )
}
