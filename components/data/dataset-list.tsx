'use client'
import { Anchor, Badge, Button, Group, Paper, Skeleton, Stack, Table, Text } from '@mantine/core'
import Link from 'next/link'
import { useState } from 'react'
import { Allowed } from '../access/allowed.tsx'
import { PageHeader } from '../ui/page-header.tsx'
import { paths } from '../ui/paths.ts'
import { Problem } from '../ui/problem.tsx'
import { Time } from '../ui/time.tsx'
import { AddDataset } from './add-dataset.tsx'
import { useDatasets } from './client.ts'
import { formatBytes, formatCount } from './labels.ts'

/** All datasets of a project with their newest versions, and the files that are on their way. */
export function DatasetList({ project }: { project: string }) {
  const { data, error, isPending, refetch } = useDatasets(project)
  // Whoever began here watches it to its end, though the list is no longer empty then.
  const [started, setStarted] = useState(false)
  const empty = data !== undefined && data.items.length === 0
  return (
    <Stack gap="md">
      <PageHeader
        title="Data"
        sentence={
          empty
            ? 'Everything starts with a table: one row per case, one column per fact.'
            : 'Every change makes a version; models remember the one they were trained on.'
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
          <AddDataset project={project} onStart={() => setStarted(true)} />
        </Allowed>
      ) : null}
      {isPending ? <Skeleton height={160} radius="md" aria-label="Loading the datasets" /> : null}
      {data && data.ingestions.length > 0 ? (
        <Paper withBorder radius="md" p="sm" aria-live="polite">
          <Stack gap={6}>
            {data.ingestions.map(i => (
              <Group key={i.id} gap="sm" wrap="nowrap" align="start">
                <Badge variant="light" color={i.state === 'failed' ? 'red' : 'blue'} style={{ flexShrink: 0 }}>
                  {i.state}
                </Badge>
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
      ) : null}
      {data && data.items.length > 0 ? (
        <Paper withBorder radius="md" style={{ overflowX: 'auto' }}>
          <Table verticalSpacing="sm" highlightOnHover>
            <Table.Thead>
              <Table.Tr>
                <Table.Th>Dataset</Table.Th>
                <Table.Th>Version</Table.Th>
                <Table.Th ta="right">Rows</Table.Th>
                <Table.Th ta="right">Columns</Table.Th>
                <Table.Th ta="right">Size</Table.Th>
                <Table.Th>Added</Table.Th>
                <Table.Th>To look at</Table.Th>
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {data.items.map(d => (
                <Table.Tr key={d.dataset}>
                  <Table.Td>
                    <Anchor component={Link} href={paths.dataset(project, d.dataset)} fw={500}>
                      {d.dataset}
                    </Anchor>
                  </Table.Td>
                  <Table.Td ff="monospace">v{d.version}</Table.Td>
                  <Table.Td ta="right">{d.rows.toLocaleString('en')}</Table.Td>
                  <Table.Td ta="right">{d.columns}</Table.Td>
                  <Table.Td ta="right">{formatBytes(d.bytes)}</Table.Td>
                  <Table.Td c="dimmed">
                    <Time at={d.createdAt} />
                  </Table.Td>
                  <Table.Td c="dimmed">
                    {d.warnings.length > 0 ? (
                      <Anchor component={Link} size="sm" href={paths.dataset(project, d.dataset, { tab: 'profile' })}>
                        {formatCount(d.warnings.length, 'warning')}
                      </Anchor>
                    ) : (
                      'nothing'
                    )}
                  </Table.Td>
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
        </Paper>
      ) : null}
    </Stack>
  )
}
