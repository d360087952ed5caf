'use client'
import { Anchor, Button, Paper, Skeleton, Stack, Table } from '@mantine/core'
import Link from 'next/link'
import { EmptyState } from '../ui/empty-state.tsx'
import { PageHeader } from '../ui/page-header.tsx'
import { paths } from '../ui/paths.ts'
import { Problem } from '../ui/problem.tsx'
import { Time } from '../ui/time.tsx'
import { useEndpoints } from './client.ts'
import { formatErrorShare, formatLatency, formatRate } from './labels.ts'

/** All endpoints of a project: what answers, how fast. */
export function EndpointList({ project }: { project: string }) {
  const { data, error, isPending, refetch } = useEndpoints(project)
  const behind = data?.items.filter(e => e.servers.current < e.servers.alive).length ?? 0
  const silent = data?.items.some(e => e.servers.alive === 0)
  const sentence = !data
    ? ''
    : data.items.length === 0
      ? 'An endpoint is made by promoting a version of a model to it.'
      : silent
        ? 'No inference server is running: nothing answers.'
        : behind > 0
          ? `${behind === 1 ? 'One endpoint is' : `${behind} endpoints are`} not yet switched on every server.`
          : `${data.items.length === 1 ? 'One endpoint answers' : `${data.items.length} endpoints answer`} with the version last chosen.`
  return (
    <Stack gap="md">
      <PageHeader title="Serving" sentence={sentence} />
      {error ? <Problem error={error} onRetry={() => refetch()} /> : null}
      {isPending ? <Skeleton height={160} radius="md" aria-label="Loading the endpoints" /> : null}
      {data?.items.length === 0 ? (
        <EmptyState
          title="Nothing answers yet"
          action={
            <Button component={Link} href={paths.registry(project)}>
              Choose a model
            </Button>
          }
        >
          Promote a version of a model: an endpoint is made for it, with an address, a form to try it and a log.
        </EmptyState>
      ) : null}
      {data && data.items.length > 0 ? (
        <Paper withBorder radius="md" style={{ overflowX: 'auto' }}>
          <Table highlightOnHover style={{ fontVariantNumeric: 'tabular-nums' }}>
            <Table.Thead>
              <Table.Tr>
                <Table.Th>Endpoint</Table.Th>
                <Table.Th>Answers with</Table.Th>
                <Table.Th ta="right">Requests</Table.Th>
                <Table.Th ta="right">p50</Table.Th>
                <Table.Th ta="right">p99</Table.Th>
                <Table.Th ta="right">Refused</Table.Th>
                <Table.Th ta="right">Servers</Table.Th>
                <Table.Th>Since</Table.Th>
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {data.items.map(e => (
                <Table.Tr key={e.endpoint}>
                  <Table.Td>
                    <Anchor component={Link} href={paths.endpoint(project, e.endpoint)} fw={500}>
                      {e.endpoint}
                    </Anchor>
                  </Table.Td>
                  <Table.Td>
                    <Anchor component={Link} size="sm" href={paths.model(project, e.model)}>
                      {e.model}
                    </Anchor>{' '}
                    v{e.version}
                  </Table.Td>
                  <Table.Td ta="right">{formatRate(e.ratePerSecond)}</Table.Td>
                  <Table.Td ta="right">{formatLatency(e.p50Ms)}</Table.Td>
                  <Table.Td ta="right">{formatLatency(e.p99Ms)}</Table.Td>
                  <Table.Td ta="right">{formatErrorShare(e.errorShare)}</Table.Td>
                  <Table.Td ta="right">
                    {e.servers.current} of {e.servers.alive}
                  </Table.Td>
                  <Table.Td c="dimmed">
                    <Time at={e.updatedAt} />
                  </Table.Td>
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
        </Paper>
      ) : null}
    </Stack>
  )
}
