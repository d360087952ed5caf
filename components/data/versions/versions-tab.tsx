'use client'
import { Anchor, Badge, Group, Skeleton, Stack, Table, Text } from '@mantine/core'
import { IconAlertTriangle } from '@tabler/icons-react'
import Link from 'next/link'
import { parseAsInteger, useQueryState } from 'nuqs'
import type { VersionDetail } from '#server/data/versions/contract.ts'
import { Allowed } from '../../access/allowed.tsx'
import { Panel } from '../../ui/panel.tsx'
import { paths } from '../../ui/paths.ts'
import { Problem } from '../../ui/problem.tsx'
import { Time } from '../../ui/time.tsx'
import { AddDataset } from '../add-dataset.tsx'
import type { Shown } from '../client.ts'
import { formatBytes } from '../labels.ts'
import { AnnotateVersion } from './annotate-version.tsx'
import { useVersions } from './client.ts'
import { formatMoreRows } from './labels.ts'
import { PushedObjects } from './pushed-objects.tsx'

/** Every version: where it comes from, by whom, why, and what changed. */
export function VersionsTab({ project, shown }: { project: string; shown: Shown }) {
  const [, setVersion] = useQueryState('v', parseAsInteger)
  const { data, error, refetch } = useVersions(project, shown.dataset)
  if (error && !data) return <Problem error={error} onRetry={() => refetch()} />
  if (!data) return <Skeleton height={240} radius="md" aria-label="Loading the versions" />
  return (
    <Stack gap="md">
      <Panel title="Versions" note="newest first; the bytes of a version never change" flush>
        <Table horizontalSpacing="md" verticalSpacing="sm" style={{ fontVariantNumeric: 'tabular-nums' }}>
          <Table.Thead>
            <Table.Tr>
              <Table.Th>Version</Table.Th>
              <Table.Th>From</Table.Th>
              <Table.Th>Why</Table.Th>
              <Table.Th ta="right">Rows</Table.Th>
              <Table.Th ta="right">Columns</Table.Th>
              <Table.Th ta="right">Size</Table.Th>
              <Table.Th>Digest</Table.Th>
              <Table.Th>Added</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {data.items.map((v, i) => (
              <VersionRow
                key={v.id}
                project={project}
                dataset={shown.dataset}
                version={v}
                before={data.items[i + 1]}
                isShown={v.version === shown.version}
                onChoose={() => setVersion(v.version)}
              />
            ))}
          </Table.Tbody>
        </Table>
      </Panel>
      <PushedObjects project={project} dataset={shown.dataset} onChoose={v => setVersion(v)} />
      <AddDataset project={project} name={shown.dataset} />
    </Stack>
  )
}

function VersionRow({
  project,
  dataset,
  version: v,
  before,
  isShown,
  onChoose,
}: {
  project: string
  dataset: string
  version: VersionDetail
  before: VersionDetail | undefined
  isShown: boolean
  onChoose: () => void
}) {
  return (
    <Table.Tr>
      <Table.Td>
        <Group gap={6} wrap="nowrap">
          <Anchor component="button" type="button" onClick={onChoose} ff="monospace" size="sm">
            v{v.version}
          </Anchor>
          {isShown ? (
            <Badge size="xs" variant="light" tt="none" miw="max-content">
              shown
            </Badge>
          ) : null}
          {v.deleted ? (
            <Badge size="xs" variant="light" color="gray" tt="none" miw="max-content">
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
      </Table.Td>
      <Table.Td maw={260}>
        <Text size="sm" truncate title={v.source}>
          {v.source}
        </Text>
        {v.parent ? (
          <Text size="xs" c="dimmed">
            made from{' '}
            <Anchor component={Link} size="xs" href={paths.dataset(project, v.parent.dataset, { v: v.parent.version })}>
              {v.parent.dataset === dataset ? '' : `${v.parent.dataset} `}v{v.parent.version}
            </Anchor>
          </Text>
        ) : null}
      </Table.Td>
      <Table.Td maw={300} miw={140}>
        <Group gap={4} wrap="nowrap" align="flex-start" justify="space-between">
          <div style={{ minWidth: 0 }}>
            {v.note ? (
              <Text size="sm" lineClamp={3} style={{ whiteSpace: 'pre-line', overflowWrap: 'anywhere' }} title={v.note}>
                {v.note}
              </Text>
            ) : (
              <Text size="sm" c="dimmed">
                –
              </Text>
            )}
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
      </Table.Td>
      <Table.Td ta="right">
        {v.rows.toLocaleString('en')}
        {before ? (
          <Text size="xs" c="dimmed">
            {formatMoreRows(v.rows - before.rows)}
          </Text>
        ) : null}
      </Table.Td>
      <Table.Td ta="right">{v.columns.toLocaleString('en')}</Table.Td>
      <Table.Td ta="right">{formatBytes(v.bytes)}</Table.Td>
      <Table.Td ff="monospace" c="dimmed" title={v.digest}>
        {v.digest.slice(0, 12)}
      </Table.Td>
      <Table.Td c="dimmed">
        <Time at={v.createdAt} />
        <Text size="xs" c="dimmed">
          by {v.createdBy}
        </Text>
      </Table.Td>
    </Table.Tr>
  )
}
