'use client'
import { Button, Group, SimpleGrid, Skeleton, Stack, Text } from '@mantine/core'
import { useMutation, useQuery } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { Allowed } from '../../access/allowed.tsx'
import { type RouterOutputs, useTRPC } from '../../trpc.ts'
import { actionColumn, bytesColumn, type DataColumn, numberColumn, textColumn } from '../../ui/data-table/columns.tsx'
import { DataTable } from '../../ui/data-table/data-table.tsx'
import { formatBytes } from '../../ui/format.ts'
import { Panel } from '../../ui/panel.tsx'
import { Problem } from '../../ui/problem.tsx'
import { RowButton } from '../../ui/row-button.tsx'
import { Time } from '../../ui/time.tsx'
import { useDialog } from '../../ui/use-dialog.ts'
import type { Shown } from '../client.ts'
import { DeleteDialog } from './delete-dialog.tsx'

function Figure({ label, bytes, note }: { label: string; bytes: number; note: string }) {
  return (
    <div>
      <Text size="xs" c="dimmed">
        {label}
      </Text>
      <Text size="lg" fw={600} style={{ fontVariantNumeric: 'tabular-nums' }}>
        {formatBytes(bytes)}
      </Text>
      <Text size="xs" c="dimmed">
        {note}
      </Text>
    </div>
  )
}

/** Storage used by the versions of a dataset, and deleting them. */
export function StorageTab({ project, shown }: { project: string; shown: Shown }) {
  const trpc = useTRPC()
  const dataset = shown.dataset
  const { data, error, refetch } = useQuery(trpc.data.storage.show.queryOptions({ project, dataset }))
  const whole = useQuery(trpc.data.storage.project.queryOptions({ project }))
  const restore = useMutation(trpc.data.storage.restore.mutationOptions())
  const deleting = useDialog<string>()
  if (error && !data) return <Problem error={error} onRetry={() => refetch()} />
  if (!data) return <Skeleton height={240} radius="md" aria-label="Loading what is stored" />
  return (
    <Stack gap="md">
      {restore.error ? <Problem error={restore.error} /> : null}
      <Panel title="Storage" note="each file counted once">
        <SimpleGrid cols={{ base: 1, xs: 2, md: 4 }}>
          <Figure label="This dataset" bytes={data.bytes} note="Parquet and the files it was read from" />
          <Figure label="Shared" bytes={data.sharedBytes} note="kept once for several versions" />
          <Figure
            label="The project"
            bytes={whole.data?.bytes ?? 0}
            note={
              whole.data?.quota.bytes
                ? `of a quota of ${formatBytes(whole.data.quota.bytes)}, unfinished uploads included`
                : 'datasets, models and pushed files'
            }
          />
          <Figure
            label="Reclaimable"
            bytes={whole.data?.reclaimableBytes ?? 0}
            note="unreferenced; removed by the nightly clean-up"
          />
        </SimpleGrid>
      </Panel>
      <DataTable
        id="storage"
        label="Storage of versions"
        title="Versions"
        note="newest first"
        columns={versionColumns(version => (
          <VersionAction
            project={project}
            version={version}
            isRestoring={restore.isPending && restore.variables.dataset === `${dataset}@${version.version}`}
            onRestore={() => restore.mutate({ project, dataset: `${dataset}@${version.version}` })}
            onDelete={() => deleting.open(`${dataset}@${version.version}`)}
          />
        ))}
        rows={data.versions}
        rowKey={v => String(v.version)}
      />
      <Allowed project={project} to="data:delete">
        <Panel title="Delete this dataset">
          <Group justify="space-between" gap="sm">
            <Text size="sm" c="dimmed" maw={560}>
              Deletes all its versions. Models trained on them keep their data. The next step lists what depends on it.
            </Text>
            <Button color="red" variant="light" onClick={() => deleting.open(dataset)}>
              Delete dataset
            </Button>
          </Group>
        </Panel>
      </Allowed>
      <DeleteDialog project={project} target={deleting.subject} onClose={deleting.close} />
    </Stack>
  )
}

type StoredVersion = RouterOutputs['data']['storage']['show']['versions'][number]

const versionColumns = (action: (v: StoredVersion) => ReactNode): DataColumn<StoredVersion>[] => [
  numberColumn('version', 'Version', v => v.version, { align: undefined, mono: true, format: n => `v${n}` }),
  numberColumn('rows', 'Rows', v => v.rows),
  bytesColumn('parquet', 'Parquet', v => v.bytes),
  numberColumn('source', 'Source file', v => v.sourceBytes || null, { format: formatBytes }),
  textColumn(
    'state',
    'State',
    v => (v.deletedAt ? 'deleted' : v.shared ? 'file shared with another version' : 'stored'),
    {
      dimmed: true,
      cell: v =>
        v.deletedAt ? (
          <>
            deleted <Time at={v.deletedAt} />
          </>
        ) : v.shared ? (
          'file shared with another version'
        ) : (
          'stored'
        ),
    },
  ),
  actionColumn(action),
]

function VersionAction({
  project,
  version: v,
  isRestoring,
  onRestore,
  onDelete,
}: {
  project: string
  version: StoredVersion
  isRestoring: boolean
  onRestore: () => void
  onDelete: () => void
}) {
  return (
    <Allowed project={project} to="data:delete">
      {v.deletedAt ? (
        <RowButton label="Restore" name={`Restore version ${v.version}`} loading={isRestoring} onClick={onRestore} />
      ) : (
        <RowButton label="Delete" name={`Delete version ${v.version}`} onClick={onDelete} />
      )}
    </Allowed>
  )
}
