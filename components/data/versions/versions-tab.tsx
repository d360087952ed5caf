'use client'
import { Anchor, Badge, Group, Skeleton, Stack, Text } from '@mantine/core'
import { IconAlertTriangle } from '@tabler/icons-react'
import Link from 'next/link'
import { parseAsInteger, useQueryState } from 'nuqs'
import type { VersionDetail } from '#server/data/versions/contract.ts'
import { Allowed } from '../../access/allowed.tsx'
import { bytesColumn, type DataColumn, dateColumn, numberColumn, textColumn } from '../../ui/data-table/columns.tsx'
import { DataTable } from '../../ui/data-table/data-table.tsx'
import { paths } from '../../ui/paths.ts'
import { Problem } from '../../ui/problem.tsx'
import { Time } from '../../ui/time.tsx'
import { AddDataset } from '../add-dataset.tsx'
import type { Shown } from '../client.ts'
import { AnnotateVersion } from './annotate-version.tsx'
import { useVersions } from './client.ts'
import { formatMoreRows } from './labels.ts'
import { PushedObjects } from './pushed-objects.tsx'

/** Every version of a dataset: source, author, note, and change against the one before. */
export function VersionsTab({ project, shown }: { project: string; shown: Shown }) {
  const [, setVersion] = useQueryState('v', parseAsInteger)
  const { data, error, refetch } = useVersions(project, shown.dataset)
  if (error && !data) return <Problem error={error} onRetry={() => refetch()} />
  if (!data) return <Skeleton height={240} radius="md" aria-label="Loading the versions" />
  const columns = versionColumns({
    project,
    shown,
    before: v => data.items.find(other => other.version === v.version - 1),
    onChoose: v => void setVersion(v),
  })
  return (
    <Stack gap="md">
      <DataTable
        id="dataset-versions"
        label="Versions"
        title="Versions"
        note="newest first; the data of a version never changes"
        find="Search versions"
        searchText={v => `${v.note ?? ''} ${v.tags.join(' ')}`}
        columns={columns}
        rows={data.items}
        rowKey={v => v.id}
      />
      <PushedObjects project={project} dataset={shown.dataset} onChoose={v => setVersion(v)} />
      <AddDataset project={project} name={shown.dataset} />
    </Stack>
  )
}

interface Context {
  project: string
  shown: Shown
  before: (v: VersionDetail) => VersionDetail | undefined
  onChoose: (version: number) => void
}

const versionColumns = ({ project, shown, before, onChoose }: Context): DataColumn<VersionDetail>[] => [
  numberColumn('version', 'Version', v => v.version, {
    align: undefined,
    cell: v => (
      <VersionCell
        project={project}
        dataset={shown.dataset}
        version={v}
        before={before(v)}
        isShown={v.version === shown.version}
        onChoose={() => onChoose(v.version)}
      />
    ),
  }),
  textColumn('source', 'Source', v => v.source, {
    maxWidth: 260,
    title: v => v.source,
    cell: v => <SourceCell project={project} dataset={shown.dataset} version={v} />,
  }),
  textColumn('note', 'Note', v => v.note || null, {
    wrap: true,
    minWidth: 140,
    maxWidth: 300,
    cell: v => <NoteCell project={project} dataset={shown.dataset} version={v} />,
  }),
  numberColumn('rows', 'Rows', v => v.rows, {
    cell: v => (
      <>
        {v.rows.toLocaleString('en')}
        <Text size="xs" c="dimmed">
          {before(v) ? formatMoreRows(v.rows - before(v)!.rows) : ''}
        </Text>
      </>
    ),
  }),
  numberColumn('columns', 'Columns', v => v.columns),
  bytesColumn('size', 'Size', v => v.bytes),
  textColumn('digest', 'Digest', v => v.digest.slice(0, 12), { mono: true, dimmed: true, title: v => v.digest }),
  dateColumn('added', 'Added', v => v.createdAt, {
    cell: v => (
      <>
        <Time at={v.createdAt} />
        <Text size="xs" c="dimmed">
          by {v.createdBy}
        </Text>
      </>
    ),
  }),
]

interface CellProps {
  project: string
  dataset: string
  version: VersionDetail
}

function VersionCell({
  project,
  dataset,
  version: v,
  before,
  isShown,
  onChoose,
}: CellProps & { before: VersionDetail | undefined; isShown: boolean; onChoose: () => void }) {
  return (
    <>
      <Group gap={6} wrap="nowrap">
        <Anchor component="button" type="button" onClick={onChoose} ff="monospace" size="sm">
          v{v.version}
        </Anchor>
        {isShown ? (
          <Badge size="xs" variant="light" tt="none">
            shown
          </Badge>
        ) : null}
        {v.deleted ? (
          <Badge size="xs" variant="light" color="gray" tt="none">
            deleted
          </Badge>
        ) : null}
      </Group>
      {before ? (
        <Anchor
          component={Link}
          size="xs"
          href={paths.dataset(project, dataset, { tab: 'diff', a: before.version, b: v.version })}
        >
          Compare with v{before.version}
        </Anchor>
      ) : null}
    </>
  )
}

function SourceCell({ project, dataset, version: v }: CellProps) {
  return (
    <>
      <Text size="sm" truncate>
        {v.source}
      </Text>
      {v.parent ? (
        <Text size="xs" c="dimmed">
          derived from{' '}
          <Anchor component={Link} size="xs" href={paths.dataset(project, v.parent.dataset, { v: v.parent.version })}>
            {v.parent.dataset === dataset ? '' : `${v.parent.dataset} `}v{v.parent.version}
          </Anchor>
        </Text>
      ) : null}
    </>
  )
}

function NoteCell({ project, dataset, version: v }: CellProps) {
  return (
    <Group gap={4} wrap="nowrap" align="flex-start" justify="space-between">
      <div style={{ minWidth: 0 }}>
        <Text
          size="sm"
          c={v.note ? undefined : 'dimmed'}
          lineClamp={3}
          style={{ whiteSpace: 'pre-line', overflowWrap: 'anywhere' }}
          title={v.note || undefined}
        >
          {v.note || '–'}
        </Text>
        <Group gap={4}>
          {v.tags.map(tag => (
            <Badge key={tag} size="xs" variant="default" tt="none" fw={500}>
              {tag}
            </Badge>
          ))}
          {v.breaks.length > 0 ? (
            <Badge
              size="xs"
              variant="light"
              color="yellow"
              tt="none"
              leftSection={<IconAlertTriangle size={10} aria-hidden />}
              title={v.breaks.join('\n')}
            >
              breaks the contract: {v.breaks.length}
            </Badge>
          ) : null}
        </Group>
      </div>
      <Allowed project={project} to="data:write">
        <AnnotateVersion project={project} dataset={dataset} version={v} />
      </Allowed>
    </Group>
  )
}
