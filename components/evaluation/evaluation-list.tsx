'use client'
import { Anchor, Button, Skeleton, Stack, Table, Text } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import Link from 'next/link'
import type { EvaluationSummary } from '#server/evaluation/contract.ts'
import { Allowed } from '../access/allowed.tsx'
import { compareValues, formatMeasured, metricLabel } from '../training/labels.ts'
import { useTRPC } from '../trpc.ts'
import { EmptyState } from '../ui/empty-state.tsx'
import { formatNumber } from '../ui/format.ts'
import { PageHeader } from '../ui/page-header.tsx'
import { Panel } from '../ui/panel.tsx'
import { paths } from '../ui/paths.ts'
import { Problem } from '../ui/problem.tsx'
import { StateBadge } from '../ui/state-badge.tsx'
import { Time } from '../ui/time.tsx'
import { BesideBadge } from './beside-badge.tsx'
import { listSentence } from './labels.ts'

const moves = (item: EvaluationSummary) => item.state === 'queued' || item.state === 'running'

/** Every model that was measured on rows of a dataset version. */
export function EvaluationList({ project }: { project: string }) {
  const trpc = useTRPC()
  const { data, error, isPending, refetch } = useQuery({
    ...trpc.evaluation.list.queryOptions({ project }),
    refetchInterval: query => (query.state.data?.items.some(moves) ? 1500 : false),
  })
  const start = (
    <Allowed project={project} to="evaluation:write">
      <Button component={Link} href={paths.newEvaluation(project)}>
        New evaluation
      </Button>
    </Allowed>
  )
  return (
    <Stack gap="md">
      <PageHeader title="Evaluation" sentence={data ? listSentence(data.items) : ' '} actions={start} />
      {error ? <Problem error={error} onRetry={() => refetch()} /> : null}
      {isPending ? <Skeleton height={160} radius="md" aria-label="Loading the evaluations" /> : null}
      {data?.items.length === 0 ? (
        <EmptyState title="Nothing was measured yet" action={start}>
          Take a done run and rows it has not seen, for example a newer version of the data: every metric is computed
          there with its interval and stands beside that of the validation rows.
        </EmptyState>
      ) : null}
      {data && data.items.length > 0 ? (
        <Panel flush>
          <Table highlightOnHover style={{ fontVariantNumeric: 'tabular-nums' }}>
            <Table.Thead>
              <Table.Tr>
                <Table.Th>Run</Table.Th>
                <Table.Th>Rows of</Table.Th>
                <Table.Th>State</Table.Th>
                <Table.Th ta="right">Measured</Table.Th>
                <Table.Th ta="right">At validation</Table.Th>
                <Table.Th>Beside it</Table.Th>
                <Table.Th>Started</Table.Th>
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {data.items.map(item => (
                <Row key={item.id} project={project} item={item} />
              ))}
            </Table.Tbody>
          </Table>
        </Panel>
      ) : null}
    </Stack>
  )
}

function Row({ project, item }: { project: string; item: EvaluationSummary }) {
  const here = formatMeasured(item.measured)
  const direction = item.direction === 'minimise' ? 'minimize' : item.direction === 'maximise' ? 'maximize' : null
  return (
    <Table.Tr>
      <Table.Td>
        <Anchor component={Link} href={paths.evaluation(project, item.id)} fw={500} size="sm">
          {item.runName}
        </Anchor>
        <Text size="xs" c="dimmed">
          {item.experiment}
        </Text>
      </Table.Td>
      <Table.Td style={{ whiteSpace: 'nowrap' }}>
        {item.dataset} v{item.version}
        {item.rows === null ? null : (
          <Text size="xs" c="dimmed">
            {formatNumber(item.rows)} rows
          </Text>
        )}
      </Table.Td>
      <Table.Td>
        <StateBadge state={item.state} />
      </Table.Td>
      <Table.Td ta="right" style={{ whiteSpace: 'nowrap' }}>
        {item.measured && item.metric ? `${metricLabel(item.metric)} ${here.value}` : '–'}
        {here.half ? (
          <Text span size="sm" c="dimmed">
            {' '}
            ± {here.half}
          </Text>
        ) : null}
      </Table.Td>
      <Table.Td ta="right">{formatMeasured(item.validation).value}</Table.Td>
      <Table.Td>
        {item.measured ? (
          <BesideBadge verdict={compareValues(item.validation, item.measured, direction).verdict} />
        ) : null}
      </Table.Td>
      <Table.Td c="dimmed">
        <Time at={item.createdAt} />
      </Table.Td>
    </Table.Tr>
  )
}
