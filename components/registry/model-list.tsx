'use client'
import { Anchor, Badge, Button, Paper, Skeleton, Stack, Table, Text } from '@mantine/core'
import Link from 'next/link'
import { metricLabel } from '../training/labels.ts'
import { EmptyState } from '../ui/empty-state.tsx'
import { formatNumber } from '../ui/format.ts'
import { PageHeader } from '../ui/page-header.tsx'
import { paths } from '../ui/paths.ts'
import { Problem } from '../ui/problem.tsx'
import { Time } from '../ui/time.tsx'
import { useModels } from './client.ts'

/** All models of a project: which version answers, which is the newest. */
export function ModelList({ project }: { project: string }) {
  const { data, error, isPending, refetch } = useModels(project)
  const waiting = data?.items.filter(m => m.champion !== null && m.champion < m.latestVersion).length ?? 0
  const sentence =
    data === undefined
      ? ''
      : data.items.length === 0
        ? 'A model is registered from a done run; each further run becomes its next version.'
        : waiting === 0
          ? 'No model has a version that is newer than the one in use.'
          : `${waiting === 1 ? 'One model has' : `${waiting} models have`} a version that is newer than the one in use.`
  return (
    <Stack gap="md">
      <PageHeader title="Registry" sentence={sentence} />
      {error ? <Problem error={error} onRetry={() => refetch()} /> : null}
      {isPending ? <Skeleton height={160} radius="md" aria-label="Loading the models" /> : null}
      {data?.items.length === 0 ? (
        <EmptyState
          title="No model yet"
          action={
            <Button component={Link} href={paths.training(project)}>
              Choose a run
            </Button>
          }
        >
          Register the best run of an experiment: it becomes version 1 of a model, which an endpoint can answer with.
        </EmptyState>
      ) : null}
      {data && data.items.length > 0 ? (
        <Paper withBorder radius="md" style={{ overflowX: 'auto' }}>
          <Table highlightOnHover>
            <Table.Thead>
              <Table.Tr>
                <Table.Th>Model</Table.Th>
                <Table.Th>In use</Table.Th>
                <Table.Th>Newest</Table.Th>
                <Table.Th>Metrics of the newest</Table.Th>
                <Table.Th>Registered</Table.Th>
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {data.items.map(m => (
                <Table.Tr key={m.model}>
                  <Table.Td>
                    <Anchor component={Link} href={paths.model(project, m.model)} fw={500}>
                      {m.model}
                    </Anchor>
                    {m.description ? (
                      <Text size="xs" c="dimmed" lineClamp={1}>
                        {m.description}
                      </Text>
                    ) : null}
                  </Table.Td>
                  <Table.Td ff="monospace">
                    {m.champion === null ? (
                      <Text span size="sm" c="dimmed">
                        none
                      </Text>
                    ) : (
                      `v${m.champion}`
                    )}
                  </Table.Td>
                  <Table.Td ff="monospace">
                    v{m.latestVersion}{' '}
                    {m.champion !== null && m.champion < m.latestVersion ? (
                      <Badge size="xs" variant="light">
                        newer
                      </Badge>
                    ) : null}
                  </Table.Td>
                  <Table.Td style={{ fontVariantNumeric: 'tabular-nums' }}>
                    {Object.entries(m.metrics)
                      .slice(0, 3)
                      .map(([key, value]) => `${metricLabel(key)} ${formatNumber(value)}`)
                      .join(' · ') || '–'}
                  </Table.Td>
                  <Table.Td c="dimmed">
                    <Time at={m.updatedAt} />
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
