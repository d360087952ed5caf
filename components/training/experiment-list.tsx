'use client'
import { Anchor, Button, Group, Skeleton, Stack, Table, Text } from '@mantine/core'
import { IconPlus } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import Link from 'next/link'
import type { ExperimentSummary, RunState } from '#server/training/contract.ts'
import { Allowed } from '../access/allowed.tsx'
import { useTRPC } from '../trpc.ts'
import { EmptyState } from '../ui/empty-state.tsx'
import { formatCount, formatNumber } from '../ui/format.ts'
import { PageHeader } from '../ui/page-header.tsx'
import { Panel } from '../ui/panel.tsx'
import { paths } from '../ui/paths.ts'
import { Problem } from '../ui/problem.tsx'
import { StateBadge } from '../ui/state-badge.tsx'
import { Time } from '../ui/time.tsx'
import { metricLabel, runTotal } from './labels.ts'

const STILL_MOVING_MS = 4000
const moving = (e: ExperimentSummary) => e.runs.running + e.runs.queued > 0

function sentenceOf(items: ExperimentSummary[]): string {
  const runs = items.reduce((sum, e) => sum + runTotal(e.runs), 0)
  const running = items.reduce((sum, e) => sum + e.runs.running, 0)
  const queued = items.reduce((sum, e) => sum + e.runs.queued, 0)
  const now = running + queued === 0 ? 'nothing is training now' : `${running} running, ${queued} waiting`
  return `${formatCount(runs, 'run')} in ${formatCount(items.length, 'experiment')}; ${now}.`
}

/** What was tried, what is running, what is best so far. */
export function ExperimentList({ project }: { project: string }) {
  const trpc = useTRPC()
  const { data, error, isPending, refetch } = useQuery({
    ...trpc.training.list.queryOptions({ project }),
    refetchInterval: query => (query.state.data?.items.some(moving) ? STILL_MOVING_MS : false),
  })
  const start = (
    <Allowed project={project} to="training:write">
      <Button component={Link} href={paths.newExperiment(project)} leftSection={<IconPlus size={14} aria-hidden />}>
        New experiment
      </Button>
    </Allowed>
  )
  const items = (data?.items ?? []).filter(e => e.dataset !== null || runTotal(e.runs) > 0)
  return (
    <Stack gap="md">
      <PageHeader
        title="Training"
        sentence={data ? (items.length === 0 ? 'Nothing was trained here yet.' : sentenceOf(items)) : ' '}
        actions={items.length > 0 ? start : null}
      />
      {error ? <Problem error={error} onRetry={() => refetch()} /> : null}
      {isPending ? <Skeleton height={220} radius="md" aria-label="Loading the experiments" /> : null}
      {data && items.length === 0 ? (
        <EmptyState title="Start with a dataset and a target" action={start}>
          Choose a dataset and the column to predict. FlexiML tries several trainers with good settings, measures each
          on rows it has not seen, and shows which are really better. A run can then be registered as a model and
          served.
        </EmptyState>
      ) : null}
      {items.length > 0 ? (
        <Panel flush>
          <Table highlightOnHover verticalSpacing={6} miw={{ base: 520, sm: 760 }}>
            <Table.Thead>
              <Table.Tr>
                <Table.Th>Experiment</Table.Th>
                <Table.Th visibleFrom="sm">Data</Table.Th>
                <Table.Th visibleFrom="sm">Target</Table.Th>
                <Table.Th ta="right">Best so far</Table.Th>
                <Table.Th>Runs</Table.Th>
                <Table.Th>Started</Table.Th>
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {items.map(e => (
                <ExperimentRow key={e.experiment} project={project} experiment={e} />
              ))}
            </Table.Tbody>
          </Table>
        </Panel>
      ) : null}
    </Stack>
  )
}

function ExperimentRow({ project, experiment: e }: { project: string; experiment: ExperimentSummary }) {
  return (
    <Table.Tr>
      <Table.Td>
        <Anchor component={Link} href={paths.experiment(project, e.experiment)} fw={500} size="sm">
          {e.experiment}
        </Anchor>
      </Table.Td>
      <Table.Td visibleFrom="sm">
        {e.dataset ? (
          <Anchor
            component={Link}
            href={paths.dataset(project, e.dataset, { v: e.version })}
            size="sm"
            c="var(--mantine-color-text)"
          >
            {e.dataset}{' '}
            <Text span size="sm" c="dimmed">
              v{e.version}
            </Text>
          </Anchor>
        ) : (
          <Text size="sm" c="dimmed">
            logged from outside
          </Text>
        )}
      </Table.Td>
      <Table.Td visibleFrom="sm">{e.target ?? '–'}</Table.Td>
      <Table.Td ta="right">
        {e.best ? (
          <Group gap={6} justify="flex-end" wrap="nowrap">
            <Text span size="xs" c="dimmed">
              {e.metric ? metricLabel(e.metric) : ''}
            </Text>
            <Anchor
              component={Link}
              href={paths.run(project, e.best.run)}
              size="sm"
              c="var(--mantine-color-text)"
              fw={500}
            >
              {formatNumber(e.best.value)}
            </Anchor>
            <Text span size="xs" c="dimmed">
              {e.best.trainer}
            </Text>
          </Group>
        ) : (
          <Text size="sm" c="dimmed">
            nothing yet
          </Text>
        )}
      </Table.Td>
      <Table.Td>
        <RunCounts runs={e.runs} />
      </Table.Td>
      <Table.Td c="dimmed">
        <Time at={e.createdAt} />
      </Table.Td>
    </Table.Tr>
  )
}

const ORDER: RunState[] = ['running', 'queued', 'succeeded', 'failed', 'cancelled']

function RunCounts({ runs }: { runs: Record<RunState, number> }) {
  if (runTotal(runs) === 0) return <Text c="dimmed">none</Text>
  return (
    <Group gap={4} wrap="nowrap">
      {ORDER.filter(state => runs[state] > 0).map(state => (
        <StateBadge key={state} state={state} label={`${runs[state]} ${state}`} />
      ))}
    </Group>
  )
}
