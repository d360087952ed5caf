'use client'
import { Badge, Stack, Text } from '@mantine/core'
import { metricLabel } from '../training/labels.ts'
import type { RouterOutputs } from '../trpc.ts'
import { type DataColumn, dateColumn, linkColumn, numberColumn, textColumn } from '../ui/data-table/columns.tsx'
import { DataTable } from '../ui/data-table/data-table.tsx'
import { EmptyState } from '../ui/empty-state.tsx'
import { formatCount, formatNumber } from '../ui/format.ts'
import { PageHeader } from '../ui/page-header.tsx'
import { paths } from '../ui/paths.ts'
import { QueryState } from '../ui/query-state.tsx'
import { useModels } from './client.ts'

/** All models of a project with their production and latest versions. */
export function ModelList({ project }: { project: string }) {
  const models = useModels(project)
  const { data } = models
  const waiting = data?.items.filter(m => m.champion !== null && m.champion < m.latestVersion).length ?? 0
  const sentence =
    data === undefined
      ? ''
      : data.items.length === 0
        ? 'Register a succeeded run as a model; each further run adds a version.'
        : waiting === 0
          ? `${formatCount(data.items.length, 'model')}; none has a version newer than production.`
          : `${formatCount(waiting, 'model')} with a version newer than production.`
  return (
    <Stack gap="md">
      <PageHeader title="Registry" sentence={sentence} />
      <QueryState
        query={models}
        label="Loading the models"
        isEmpty={list => list.items.length === 0}
        empty={
          <EmptyState title="No models yet" link={{ href: paths.training(project), label: 'Choose a run' }}>
            Register the best run of an experiment: it becomes version 1 of a model, which can be promoted to an
            endpoint.
          </EmptyState>
        }
      >
        {list => (
          <DataTable
            id="models"
            label="Models"
            inUrl
            find="Search models"
            columns={columnsOf(project)}
            rows={list.items}
            rowKey={m => m.model}
          />
        )}
      </QueryState>
    </Stack>
  )
}

type Model = RouterOutputs['registry']['list']['items'][number]

const formatMetrics = (m: Model) =>
  Object.entries(m.metrics)
    .slice(0, 3)
    .map(([key, value]) => `${metricLabel(key)} ${formatNumber(value)}`)
    .join(' · ') || null

const columnsOf = (project: string): DataColumn<Model>[] => [
  linkColumn(
    'model',
    'Model',
    m => m.model,
    m => paths.model(project, m.model),
    {
      after: m =>
        m.description ? (
          <Text size="xs" c="dimmed" lineClamp={1}>
            {m.description}
          </Text>
        ) : null,
    },
  ),
  numberColumn('champion', 'In production', m => m.champion, {
    align: undefined,
    mono: true,
    cell: m => (m.champion === null ? 'none' : `v${m.champion}`),
  }),
  numberColumn('latest', 'Latest', m => m.latestVersion, {
    align: undefined,
    mono: true,
    cell: m => (
      <>
        v{m.latestVersion}{' '}
        {m.champion !== null && m.champion < m.latestVersion ? (
          <Badge size="xs" variant="light" tt="none">
            newer
          </Badge>
        ) : null}
      </>
    ),
  }),
  textColumn('metrics', 'Metrics of the latest', formatMetrics, { sortable: false }),
  dateColumn('updated', 'Registered', m => m.updatedAt),
]
