'use client'
import { Button, Stack, Text } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import Link from 'next/link'
import type { EvaluationSummary } from '#server/evaluation/contract.ts'
import { isActive } from '#server/kernel/contract.ts'
import { Allowed } from '../access/allowed.tsx'
import { usePolling } from '../shell/live-status.ts'
import { formatMetric, metricLabel } from '../training/labels.ts'
import { MeasuredValue } from '../training/measured-value.tsx'
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
import { formatNumber } from '../ui/format.ts'
import { PageHeader } from '../ui/page-header.tsx'
import { paths } from '../ui/paths.ts'
import { QueryState } from '../ui/query-state.tsx'
import { StateBadge } from '../ui/state-badge.tsx'
import { listSentence } from './labels.ts'

/** Every evaluation of a model on a dataset version. */
export function EvaluationList({ project }: { project: string }) {
  const trpc = useTRPC()
  const poll = usePolling()
  const evaluations = useQuery({
    ...trpc.evaluation.list.queryOptions({ project }),
    refetchInterval: query => poll(query.state.data?.items.some(e => isActive(e.state)) ?? false),
  })
  const { data } = evaluations
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
      <QueryState
        query={evaluations}
        label="Loading the evaluations"
        isEmpty={list => list.items.length === 0}
        empty={
          <EmptyState title="No evaluations yet" action={start}>
            Choose a succeeded run and rows it was not trained on, for example a newer version of the data. Every metric
            is computed there with its interval, next to the validation metrics.
          </EmptyState>
        }
      >
        {list => (
          <DataTable
            id="evaluations"
            label="Evaluations"
            inUrl
            find="Search evaluations"
            columns={columnsOf(project)}
            rows={list.items}
            rowKey={e => e.id}
          />
        )}
      </QueryState>
    </Stack>
  )
}

/** Whether the numbers hold for new rows. */
function rowsLabel({ state, seenInTraining, rowsSeen }: EvaluationSummary): string | null {
  if (state !== 'succeeded') return null
  if (seenInTraining) return 'training rows'
  return rowsSeen === null ? 'not checked' : 'new rows'
}

const columnsOf = (project: string): DataColumn<EvaluationSummary>[] => [
  linkColumn(
    'run',
    'Run',
    e => e.runName,
    e => paths.evaluation(project, e.id),
    {
      after: e => (
        <Text size="xs" c="dimmed">
          {e.experiment}
        </Text>
      ),
    },
  ),
  textColumn('data', 'Dataset', e => `${e.dataset} v${e.version}`, {
    cell: e => (
      <>
        {e.dataset} v{e.version}
        {e.rows === null ? null : (
          <Text size="xs" c="dimmed">
            {formatNumber(e.rows)} rows
          </Text>
        )}
      </>
    ),
  }),
  badgeColumn('state', 'State', e => e.state),
  numberColumn('measured', 'Metric', e => e.measured?.value, {
    cell: e =>
      e.measured && e.metric ? (
        <>
          {metricLabel(e.metric)} <MeasuredValue measured={e.measured} metric={e.metric} />
        </>
      ) : (
        '–'
      ),
  }),
  numberColumn('validation', 'Validation', e => e.validation?.value, {
    cell: e => formatMetric(e.metric, e.validation ?? { value: null }),
  }),
  textColumn('rows', 'Rows', rowsLabel, {
    facet: true,
    cell: e => (e.seenInTraining ? <StateBadge state="warn" label="training rows" /> : rowsLabel(e)),
  }),
  dateColumn('created', 'Started', e => e.createdAt),
]
