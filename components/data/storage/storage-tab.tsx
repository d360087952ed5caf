'use client'
import { Button, Group, SimpleGrid, Skeleton, Stack, Table, Text } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { Allowed } from '../../access/allowed.tsx'
import { useTRPC } from '../../trpc.ts'
import { Panel } from '../../ui/panel.tsx'
import { Problem } from '../../ui/problem.tsx'
import { Time } from '../../ui/time.tsx'
import type { Shown } from '../client.ts'
import { formatBytes } from '../labels.ts'
import { DeleteDialog } from './delete-dialog.tsx'
import { useRestore } from './use-deletion.ts'

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

/** What the versions of a dataset take, and what is needed to be rid of them. */
export function StorageTab({ project, shown }: { project: string; shown: Shown }) {
  const trpc = useTRPC()
  const dataset = shown.dataset
  const { data, error, refetch } = useQuery(trpc.data.storage.show.queryOptions({ project, dataset }))
  const whole = useQuery(trpc.data.storage.project.queryOptions({ project }))
  const restore = useRestore(project)
  const [target, setTarget] = useState<string>()
  if (error && !data) return <Problem error={error} onRetry={() => refetch()} />
  if (!data) return <Skeleton height={240} radius="md" aria-label="Loading what is stored" />
  return (
    <Stack gap="md">
      {restore.error ? <Problem error={restore.error} /> : null}
      <Panel title="Storage" note="each file counted once">
        <SimpleGrid cols={{ base: 1, xs: 2, md: 4 }}>
          <Figure label="This dataset" bytes={data.bytes} note="Parquet and the files it was read from" />
          <Figure label="Shared" bytes={data.sharedBytes} note="kept once for several versions" />
          <Figure label="The project" bytes={whole.data?.bytes ?? 0} note="datasets, models and pushed files" />
          <Figure
            label="Reclaimable"
            bytes={whole.data?.reclaimableBytes ?? 0}
            note="nothing refers to it; it goes with the nightly clean-up"
          />
        </SimpleGrid>
      </Panel>
      <Panel title="Versions" note="newest first" flush>
        <Table verticalSpacing="sm" style={{ fontVariantNumeric: 'tabular-nums' }}>
          <Table.Thead>
            <Table.Tr>
              <Table.Th>Version</Table.Th>
              <Table.Th ta="right">Rows</Table.Th>
              <Table.Th ta="right">Parquet</Table.Th>
              <Table.Th ta="right">Source file</Table.Th>
              <Table.Th>State</Table.Th>
              <Table.Th>
                <Text span inherit className="mantine-visually-hidden">
                  Actions
                </Text>
              </Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {data.versions.map(v => (
              <Table.Tr key={v.version}>
                <Table.Td ff="monospace">v{v.version}</Table.Td>
                <Table.Td ta="right">{v.rows.toLocaleString('en')}</Table.Td>
                <Table.Td ta="right">{formatBytes(v.bytes)}</Table.Td>
                <Table.Td ta="right">{v.sourceBytes > 0 ? formatBytes(v.sourceBytes) : '–'}</Table.Td>
                <Table.Td c="dimmed">
                  {v.deletedAt ? (
                    <>
                      deleted <Time at={v.deletedAt} />
                    </>
                  ) : v.shared ? (
                    'shares a file with another version'
                  ) : (
                    'kept'
                  )}
                </Table.Td>
                <Table.Td ta="right">
                  <Allowed project={project} to="data:delete">
                    {v.deletedAt ? (
                      <Button
                        size="compact-sm"
                        variant="default"
                        loading={restore.isPending && restore.variables === `${dataset}@${v.version}`}
                        aria-label={`Restore version ${v.version}`}
                        onClick={() => restore.mutate(`${dataset}@${v.version}`)}
                      >
                        Restore
                      </Button>
                    ) : (
                      <Button
                        size="compact-sm"
                        variant="default"
                        aria-label={`Delete version ${v.version}`}
                        onClick={() => setTarget(`${dataset}@${v.version}`)}
                      >
                        Delete
                      </Button>
                    )}
                  </Allowed>
                </Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </Panel>
      <Allowed project={project} to="data:delete">
        <Panel title="Delete this dataset">
          <Group justify="space-between" gap="sm">
            <Text size="sm" c="dimmed" maw={560}>
              All its versions go. What was trained on them keeps its data. First you see what depends on it.
            </Text>
            <Button color="red" variant="light" onClick={() => setTarget(dataset)}>
              Delete the dataset
            </Button>
          </Group>
        </Panel>
      </Allowed>
      <DeleteDialog project={project} target={target} onClose={() => setTarget(undefined)} />
    </Stack>
  )
}
