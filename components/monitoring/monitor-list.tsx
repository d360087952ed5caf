'use client'
import { Anchor, Button, Skeleton, Stack, Table, Text } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import Link from 'next/link'
import type { MonitorSummary } from '#server/monitoring/contract.ts'
import { useTRPC } from '../trpc.ts'
import { EmptyState } from '../ui/empty-state.tsx'
import { PageHeader } from '../ui/page-header.tsx'
import { Panel } from '../ui/panel.tsx'
import { paths } from '../ui/paths.ts'
import { Problem } from '../ui/problem.tsx'
import { StateBadge } from '../ui/state-badge.tsx'
import { Time } from '../ui/time.tsx'
import { VERDICT_LABEL } from './labels.ts'

function sentenceOf(items: MonitorSummary[]): string {
  if (items.length === 0) return 'Every endpoint is compared with what its model met in training, every hour.'
  const alerts = items.filter(i => i.verdict === 'alert').length
  const warnings = items.filter(i => i.verdict === 'warn').length
  if (alerts > 0) return `${alerts === 1 ? 'One endpoint needs' : `${alerts} endpoints need`} attention.`
  if (warnings > 0)
    return `Nothing is wrong; ${warnings === 1 ? 'one endpoint has' : `${warnings} endpoints have`} something to watch.`
  return items.every(i => i.verdict === 'ok')
    ? 'Every endpoint is still right.'
    : 'Nothing speaks against what is served.'
}

/** Every endpoint with the verdict of its newest check. */
export function MonitorList({ project }: { project: string }) {
  const trpc = useTRPC()
  const { data, error, isPending, refetch } = useQuery({
    ...trpc.monitoring.list.queryOptions({ project }),
    refetchInterval: query => (query.state.data?.items.some(i => i.checking) ? 1500 : false),
  })
  return (
    <Stack gap="md">
      <PageHeader title="Monitoring" sentence={data ? sentenceOf(data.items) : undefined} />
      {error ? <Problem error={error} onRetry={() => refetch()} /> : null}
      {isPending ? <Skeleton height={160} radius="md" aria-label="Loading the endpoints" /> : null}
      {data?.items.length === 0 ? (
        <EmptyState
          title="There is no endpoint to watch"
          action={
            <Button component={Link} href={paths.registry(project)}>
              Choose a model to promote
            </Button>
          }
        >
          Promote a version of a model to an endpoint. From then on its requests are compared with the training rows,
          and its answers with what turns out to be true.
        </EmptyState>
      ) : null}
      {data && data.items.length > 0 ? (
        <Panel flush>
          <Table highlightOnHover style={{ fontVariantNumeric: 'tabular-nums' }}>
            <Table.Thead>
              <Table.Tr>
                <Table.Th>Endpoint</Table.Th>
                <Table.Th>Verdict</Table.Th>
                <Table.Th>Why</Table.Th>
                <Table.Th ta="right" style={{ whiteSpace: 'nowrap' }}>
                  Drifted, all rows
                </Table.Th>
                <Table.Th>Checked</Table.Th>
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {data.items.map(item => (
                <Table.Tr key={item.endpoint}>
                  <Table.Td style={{ whiteSpace: 'nowrap' }}>
                    <Anchor component={Link} href={paths.monitor(project, item.endpoint)} fw={500} size="sm">
                      {item.endpoint}
                    </Anchor>
                    <Text size="xs" c="dimmed">
                      {item.model} v{item.version}
                    </Text>
                  </Table.Td>
                  <Table.Td>
                    <StateBadge state={item.verdict} label={VERDICT_LABEL[item.verdict]} />
                  </Table.Td>
                  <Table.Td miw={260}>
                    <Text size="sm" lineClamp={2} title={item.sentence}>
                      {item.sentence}
                    </Text>
                  </Table.Td>
                  <Table.Td ta="right" style={{ whiteSpace: 'nowrap' }}>
                    {item.columns === 0 ? '–' : `${item.drifted} of ${item.columns}`}
                  </Table.Td>
                  <Table.Td c="dimmed">{item.checking ? 'checking …' : <Time at={item.checkedAt} />}</Table.Td>
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
        </Panel>
      ) : null}
    </Stack>
  )
}
