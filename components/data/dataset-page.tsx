'use client'
import { Button, Select, Skeleton, Stack, Tabs, Text } from '@mantine/core'
import dynamic from 'next/dynamic'
import Link from 'next/link'
import { parseAsInteger, useQueryState } from 'nuqs'
import type { ComponentType } from 'react'
import { Allowed } from '../access/allowed.tsx'
import { formatBytes, formatCount } from '../ui/format.ts'
import { PageHeader } from '../ui/page-header.tsx'
import { paths } from '../ui/paths.ts'
import { Problem } from '../ui/problem.tsx'
import { Time } from '../ui/time.tsx'
import { useTab } from '../ui/use-tab.ts'
import { type Shown, useDataset } from './client.ts'
import { LeakMark } from './leaks/leak-mark.tsx'
import { PushedObjects } from './versions/pushed-objects.tsx'

interface TabProps {
  project: string
  shown: Shown
}

const loading = () => <Skeleton height={320} radius="md" aria-label="Loading" />
/** The code of a tab is fetched when the tab is opened. */
const RowBrowser = dynamic(() => import('./profile/row-browser.tsx').then(m => m.RowBrowser), { loading })

const ProfileTab = dynamic(() => import('./profile/profile-tab.tsx').then(m => m.ProfileTab), { loading })

const SchemaReview = dynamic(() => import('./schema-review.tsx').then(m => m.SchemaReview), { loading })

const LeaksPanel = dynamic(() => import('./leaks/leaks-panel.tsx').then(m => m.LeaksPanel), { loading })

const VersionsTab = dynamic(() => import('./versions/versions-tab.tsx').then(m => m.VersionsTab), { loading })

const RecipeTab = dynamic(() => import('./recipes/recipe-tab.tsx').then(m => m.RecipeTab), { loading })

const ExploreTab = dynamic(() => import('./explore/explore-tab.tsx').then(m => m.ExploreTab), { loading })

const LineageTab = dynamic(() => import('./lineage/lineage-tab.tsx').then(m => m.LineageTab), { loading })

const DiffView = dynamic(() => import('./diff/diff-view.tsx').then(m => m.DiffView), { loading })

const QualityTab = dynamic(() => import('./expectations/quality-tab.tsx').then(m => m.QualityTab), { loading })

const SourceTab = dynamic(() => import('./sources/source-settings.tsx').then(m => m.SourceTab), { loading })

const StorageTab = dynamic(() => import('./storage/storage-tab.tsx').then(m => m.StorageTab), { loading })

/** One line per tab; what a tab shows belongs to its own folder. */
const TABS: { id: string; label: string; view: ComponentType<TabProps>; mark?: ComponentType<TabProps> }[] = [
  {
    id: 'preview',
    label: 'Preview',
    view: ({ project, shown }) => <RowBrowser key={shown.id} project={project} shown={shown} />,
  },
  {
    id: 'profile',
    label: 'Profile',
    view: ({ project, shown }) => <ProfileTab key={shown.id} project={project} shown={shown} />,
  },
  {
    id: 'schema',
    label: 'Schema',
    view: ({ project, shown }) => <SchemaReview key={shown.id} project={project} shown={shown} />,
  },
  { id: 'quality', label: 'Quality', view: QualityTab },
  { id: 'leaks', label: 'Leaks', view: LeaksPanel, mark: LeakMark },
  { id: 'diff', label: 'Diff', view: DiffView },
  { id: 'explore', label: 'Explore', view: ExploreTab },
  { id: 'recipe', label: 'Recipe', view: RecipeTab },
  { id: 'versions', label: 'Versions', view: VersionsTab },
  { id: 'lineage', label: 'Lineage', view: LineageTab },
  { id: 'settings', label: 'Settings', view: SettingsTab },
]

/** Where its rows come from, and what it takes of the disk. */
function SettingsTab(props: TabProps) {
  return (
    <Stack gap="md">
      <SourceTab {...props} />
      <StorageTab {...props} />
    </Stack>
  )
}

/** One dataset at one version. Tab and version are in the address. */
export function DatasetPage({ project, name }: { project: string; name: string }) {
  const [tab, setTab] = useTab(
    TABS.map(t => t.id),
    'preview',
  )
  const [version, setVersion] = useQueryState('v', parseAsInteger)
  const at = version === null ? name : `${name}@${version}`
  const { data, error, refetch } = useDataset(project, at)
  if (error && !data)
    return (
      <Stack gap="md">
        <Problem error={error} onRetry={() => refetch()} />
        <PushedObjects project={project} dataset={name} onChoose={() => refetch()} />
      </Stack>
    )
  if (!data) return <Skeleton height={320} radius="md" aria-label="Loading the dataset" />
  const target = data.schema.find(c => c.role === 'target')
  return (
    <Stack gap="md">
      <PageHeader
        title={name}
        sentence={<Sentence data={data} target={target?.name} />}
        actions={<Actions project={project} name={name} data={data} target={target?.name} onVersion={setVersion} />}
      />
      <Tabs value={tab} onChange={setTab} keepMounted={false}>
        <Tabs.List mb="md">
          {TABS.map(t => (
            <Tabs.Tab
              key={t.id}
              value={t.id}
              rightSection={t.mark ? <t.mark project={project} shown={data} /> : undefined}
            >
              {t.label}
            </Tabs.Tab>
          ))}
        </Tabs.List>
        {TABS.map(t => (
          <Tabs.Panel key={t.id} value={t.id}>
            <t.view project={project} shown={data} />
          </Tabs.Panel>
        ))}
      </Tabs>
    </Stack>
  )
}

function Actions({
  project,
  name,
  data,
  target,
  onVersion,
}: {
  project: string
  name: string
  data: Shown
  target: string | undefined
  onVersion: (version: number | null) => void
}) {
  return (
    <>
      <Select
        aria-label="Version"
        w={90}
        allowDeselect={false}
        data={data.versions.map(v => ({ value: String(v.version), label: `v${v.version}` }))}
        value={String(data.version)}
        onChange={value => onVersion(Number(value) === data.versions[0]?.version ? null : Number(value))}
      />
      <Button
        component="a"
        variant="default"
        title={`Parquet, SHA-256 ${data.digest}`}
        href={`/api/v1/projects/${project}/datasets/${name}/versions/${data.version}/data.parquet`}
      >
        Download
      </Button>
      <Allowed project={project} to="training:write">
        <Button
          component={Link}
          href={paths.newExperiment(project, { data: `${name}@${data.version}`, target: target })}
        >
          Train a model
        </Button>
      </Allowed>
    </>
  )
}

function Sentence({ data, target }: { data: Shown; target: string | undefined }) {
  return (
    <>
      {formatCount(data.rows, 'row')}, {formatCount(data.columns, 'column')}, {formatBytes(data.bytes)}, added{' '}
      <Time at={data.createdAt} />
      {target ? (
        <>
          ; predicts{' '}
          <Text span inherit fw={600} c="var(--mantine-color-text)">
            {target}
          </Text>
        </>
      ) : null}
      .
    </>
  )
}
