'use client'
import { Anchor, Breadcrumbs, Button, Code, Group, Select, Skeleton, Stack, Tabs, Text, Title } from '@mantine/core'
import Link from 'next/link'
import { parseAsInteger, parseAsStringLiteral, useQueryState } from 'nuqs'
import { Problem } from '../ui/problem.tsx'
import { AddDataset } from './add-dataset.tsx'
import { useDataset } from './client.ts'
import { PreviewTable } from './preview-table.tsx'
import { ProfileView } from './profile-view.tsx'
import { SchemaReview } from './schema-review.tsx'
import { VersionList } from './version-list.tsx'
import { bytesWords, countWords, timeWords } from './words.ts'

const TABS = ['preview', 'profile', 'schema', 'versions'] as const
const LABEL = { preview: 'Preview', profile: 'Profile', schema: 'Schema review', versions: 'Versions' }

/** One dataset at one version. Tab and version are in the address. */
export function DatasetPage({ project, name }: { project: string; name: string }) {
  const [tab, setTab] = useQueryState('tab', parseAsStringLiteral(TABS).withDefault('preview'))
  const [version, setVersion] = useQueryState('v', parseAsInteger)
  const at = version === null ? name : `${name}@${version}`
  const { data, error, refetch } = useDataset(project, at)
  if (error && !data) return <Problem error={error} onRetry={() => refetch()} />
  if (!data) return <Skeleton height={320} radius="md" aria-label="Loading the dataset" />
  const target = data.schema.find(c => c.role === 'target')
  return (
    <Stack gap="md">
      <Group justify="space-between" align="start">
        <div>
          <Breadcrumbs fz="sm" mb={4}>
            <Anchor component={Link} href={`/p/${project}/data`} size="sm">
              Data
            </Anchor>
            <Text size="sm">{name}</Text>
          </Breadcrumbs>
          <Title order={1} size="h3">
            {name}
          </Title>
          <Text size="sm" c="dimmed">
            {countWords(data.rows, 'row')}, {countWords(data.columns, 'column')}, {bytesWords(data.bytes)}, added{' '}
            {timeWords(data.createdAt)}
            {target ? (
              <>
                ; predicts{' '}
                <Text span fw={600}>
                  {target.name}
                </Text>
              </>
            ) : null}
          </Text>
          <Code title="SHA-256 of the Parquet file">{data.digest.slice(0, 12)}</Code>
        </div>
        <Group gap="xs">
          <Select
            aria-label="Version"
            w={110}
            allowDeselect={false}
            data={data.versions.map(v => ({ value: String(v.version), label: `v${v.version}` }))}
            value={String(data.version)}
            onChange={value => setVersion(Number(value) === data.versions[0]?.version ? null : Number(value))}
          />
          <Button
            component="a"
            variant="default"
            href={`/api/v1/projects/${project}/datasets/${name}/versions/${data.version}/data.parquet`}
          >
            Download
          </Button>
        </Group>
      </Group>
      <Tabs value={tab} onChange={value => setTab(TABS.find(t => t === value) ?? null)} keepMounted={false}>
        <Tabs.List mb="md">
          {TABS.map(t => (
            <Tabs.Tab key={t} value={t}>
              {LABEL[t]}
            </Tabs.Tab>
          ))}
        </Tabs.List>
        <Tabs.Panel value="preview">
          <PreviewTable key={data.id} project={project} dataset={`${name}@${data.version}`} />
        </Tabs.Panel>
        <Tabs.Panel value="profile">
          <ProfileView shown={data} />
        </Tabs.Panel>
        <Tabs.Panel value="schema">
          <SchemaReview key={data.id} project={project} shown={data} />
        </Tabs.Panel>
        <Tabs.Panel value="versions">
          <Stack gap="md">
            <VersionList versions={data.versions} current={data.version} onChoose={v => setVersion(v)} />
            <AddDataset project={project} name={name} />
          </Stack>
        </Tabs.Panel>
      </Tabs>
    </Stack>
  )
}
