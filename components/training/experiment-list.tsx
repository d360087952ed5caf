'use client'
import { Anchor, Button, Group, Stack, Text } from '@mantine/core'
import { IconPlus } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import Link from 'next/link'
import type { ExperimentSummary, RunState } from '#server/training/contract.ts'
import { Allowed } from '../access/allowed.tsx'
import { usePolling } from '../shell/live-status.ts'
import { useTRPC } from '../trpc.ts'
import { type DataColumn, dateColumn, linkColumn, numberColumn, textColumn } from '../ui/data-table/columns.tsx'
import { DataTable } from '../ui/data-table/data-table.tsx'
import { EmptyState } from '../ui/empty-state.tsx'
import { formatCount, formatNumber } from '../ui/format.ts'
import { PageHeader } from '../ui/page-header.tsx'
import { paths } from '../ui/paths.ts'
import { QueryState } from '../ui/query-state.tsx'
import { StateBadge } from '../ui/state-badge.tsx'
import { metricLabel, runTotal } from './labels.ts'

function sentenceOf(items: ExperimentSummary[]): string {
  const runs = items.reduce((sum, e) => sum + runTotal(e.runs), 0)
  const running = items.reduce((sum, e) => sum + e.runs.running, 0)
  const queued = items.reduce((sum, e) => sum + e.runs.queued, 0)
  const now = running + queued === 0 ? 'none running' : `${running} running, ${queued} queued`
  return `${formatCount(runs, 'run')} in ${formatCount(items.length, 'experiment')}; ${now}.`
}

/** All experiments of a project with their best run. */
export function ExperimentList({ project }: { project: string }) {
  const trpc = useTRPC()
  const poll = usePolling()
  const experiments = useQuery({
    ...trpc.training.list.queryOptions({ project }),
    refetchInterval: query => poll(query.state.data?.items.some(e => e.runs.running + e.runs.queued > 0) ?? false),
  })
  const { data } = experiments
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
        sentence={data ? (items.length === 0 ? 'No runs yet.' : sentenceOf(items)) : ' '}
        actions={items.length > 0 ? start : null}
      />
      <QueryState
        query={experiments}
        label="Loading the experiments"
        height={220}
        isEmpty={() => items.length === 0}
        empty={
          <EmptyState title="No experiments" action={start}>
            Choose a dataset and a target. FlexiML trains several models with good settings, measures each on held-out
            rows, and ranks them by significance. A run can then be registered as a model and served.
          </EmptyState>
        }
      >
        {() => (
          <DataTable
            id="experiments"
            label="Experiments"
            inUrl
            find="Search experiments"
            columns={columnsOf(project)}
            rows={items}
            rowKey={e => e.experiment}
          />
        )}
      </QueryState>
    </Stack>
  )
}

const columnsOf = (project: string): DataColumn<ExperimentSummary>[] => [
  linkColumn(
    'experiment',
    'Experiment',
    e => e.experiment,
    e => paths.experiment(project, e.experiment),
  ),
  textColumn('data', 'Dataset', e => (e.dataset ? `${e.dataset} v${e.version}` : 'external'), {
    wide: true,
    cell: e => <DatasetCell project={project} experiment={e} />,
  }),
  textColumn('target', 'Target', e => e.target, { wide: true, facet: true }),
  numberColumn('best', 'Best', e => e.best?.value, { cell: e => <BestCell project={project} experiment={e} /> }),
  numberColumn('runs', 'Runs', e => runTotal(e.runs), { align: undefined, cell: e => <RunCounts runs={e.runs} /> }),
  dateColumn('created', 'Created', e => e.createdAt),
]

function DatasetCell({ project, experiment: e }: { project: string; experiment: ExperimentSummary }) {
  if (!e.dataset) return <Text c="dimmed">external</Text>
  return (
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
  )
}

function BestCell({ project, experiment: e }: { project: string; experiment: ExperimentSummary }) {
  if (!e.best)
    return (
      <Text span size="sm" c="dimmed">
        –
      </Text>
    )
  return (
    <Group gap={6} justify="flex-end" wrap="nowrap">
      <Text span size="xs" c="dimmed">
        {e.metric ? metricLabel(e.metric) : ''}
      </Text>
      <Anchor component={Link} href={paths.run(project, e.best.run)} size="sm" c="var(--mantine-color-text)" fw={500}>
        {formatNumber(e.best.value)}
      </Anchor>
      <Text span size="xs" c="dimmed">
        {e.best.trainer}
      </Text>
    </Group>
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
