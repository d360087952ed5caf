'use client'
import { Anchor, Button, Group, Paper, Skeleton, Stack, Text } from '@mantine/core'
import { useDisclosure } from '@mantine/hooks'
import dynamic from 'next/dynamic'
import Link from 'next/link'
import { Allowed } from '../access/allowed.tsx'
import type { RouterOutputs } from '../trpc.ts'
import {
  bytesColumn,
  type DataColumn,
  dateColumn,
  linkColumn,
  numberColumn,
  textColumn,
} from '../ui/data-table/columns.tsx'
import { DataTable } from '../ui/data-table/data-table.tsx'
import { PageHeader } from '../ui/page-header.tsx'
import { paths } from '../ui/paths.ts'
import { Problem } from '../ui/problem.tsx'
import { StateBadge } from '../ui/state-badge.tsx'
import { useDatasets } from './client.ts'
import { qualityMarks } from './labels.ts'

// Only an empty project shows it.
const AddDataset = dynamic(() => import('./add-dataset.tsx').then(m => m.AddDataset))

/** All datasets of a project with their latest versions, and running ingestions. */
export function DatasetList({ project }: { project: string }) {
  const { data, error, isPending, refetch } = useDatasets(project)
  // The upload stays visible until its end, although the list is no longer empty.
  const [started, start] = useDisclosure()
  const empty = data !== undefined && data.items.length === 0
  return (
    <Stack gap="md">
      <PageHeader
        title="Data"
        sentence={
          empty
            ? 'Upload a table to start: one row per example.'
            : 'Datasets are versioned; each model records its version.'
        }
        actions={
          isPending ? null : (
            <Allowed project={project} to="data:write">
              <Button component={Link} href={paths.addData(project)}>
                Add data
              </Button>
            </Allowed>
          )
        }
      />
      {error ? <Problem error={error} onRetry={() => refetch()} /> : null}
      {empty || started ? (
        <Allowed project={project} to="data:write" explain>
          <AddDataset project={project} onStart={start.open} />
        </Allowed>
      ) : null}
      {isPending ? <Skeleton height={160} radius="md" aria-label="Loading the datasets" /> : null}
      {data ? <Ingestions items={data.ingestions} /> : null}
      {data && data.items.length > 0 ? (
        <DataTable
          id="datasets"
          label="Datasets"
          inUrl
          find="Search datasets"
          columns={columnsOf(project)}
          rows={data.items}
          rowKey={d => d.dataset}
        />
      ) : null}
    </Stack>
  )
}

type Dataset = RouterOutputs['data']['list']['items'][number]

const columnsOf = (project: string): DataColumn<Dataset>[] => [
  linkColumn(
    'dataset',
    'Dataset',
    d => d.dataset,
    d => paths.dataset(project, d.dataset),
  ),
  textColumn(
    'quality',
    'Quality',
    d =>
      qualityMarks(d)
        .map(m => m.label)
        .join(', '),
    {
      cell: d => (
        <Group gap={6} wrap="nowrap">
          {qualityMarks(d).map(mark => (
            <Anchor
              key={mark.label}
              component={Link}
              size="sm"
              underline="never"
              href={paths.dataset(project, d.dataset, { tab: mark.tab })}
            >
              <StateBadge state={mark.state} label={mark.label} />
            </Anchor>
          ))}
        </Group>
      ),
    },
  ),
  numberColumn('version', 'Version', d => d.version, { align: undefined, mono: true, format: n => `v${n}` }),
  numberColumn('rows', 'Rows', d => d.rows),
  numberColumn('columns', 'Columns', d => d.columns),
  bytesColumn('size', 'Size', d => d.bytes),
  dateColumn('added', 'Added', d => d.createdAt),
]

function Ingestions({ items }: { items: RouterOutputs['data']['list']['ingestions'] }) {
  if (items.length === 0) return null
  return (
    <Paper withBorder radius="md" p="sm" aria-live="polite">
      <Stack gap={6}>
        {items.map(i => (
          <Group key={i.id} gap="sm" wrap="nowrap" align="start">
            <StateBadge state={i.state} />
            <Text size="sm">
              {i.fileName} as {i.dataset}
              {i.reason ? (
                <Text span c="dimmed">
                  {' '}
                  {i.reason}
                </Text>
              ) : null}
            </Text>
          </Group>
        ))}
      </Stack>
    </Paper>
  )
}
