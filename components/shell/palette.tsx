import { useMantineColorScheme } from '@mantine/core'
import { Spotlight, spotlight } from '@mantine/spotlight'
import {
  IconActivity,
  IconArrowBackUp,
  IconBox,
  IconDatabase,
  IconDatabasePlus,
  IconFolder,
  IconFolderPlus,
  IconKey,
  IconListDetails,
  IconLogout,
  IconMoon,
  IconPlayerPlay,
  IconPlus,
  IconRocket,
  IconSearch,
  IconSettings,
  IconTrendingUp,
  IconUserPlus,
} from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { useRouter } from 'next/navigation'
import { useEffect } from 'react'
import { useTRPC } from '../trpc.ts'
import { paths } from '../ui/paths.ts'
import { leave } from './leave.ts'
import { LIFECYCLE } from './lifecycle.ts'

const icon = (Icon: typeof IconBox) => <Icon size={17} stroke={1.6} aria-hidden />

interface Entry {
  id: string
  label: string
  href: string
  Icon: typeof IconBox
  description?: string
}

const named = (kind: string, label: string, href: string, Icon: typeof IconBox, description?: string): Entry => ({
  id: `${kind}-${label}`,
  label,
  href,
  Icon,
  description,
})

/** Pages and entities of the open project, by kind. */
function useProjectEntries(project: string | undefined): [string, Entry[]][] {
  const trpc = useTRPC()
  const options = { enabled: project !== undefined }
  const input = { project }
  const { data: datasets } = useQuery(trpc.data.list.queryOptions(input, options))
  const { data: experiments } = useQuery(trpc.training.list.queryOptions(input, options))
  const { data: runs } = useQuery(trpc.training.recent.queryOptions(input, options))
  const { data: models } = useQuery(trpc.registry.list.queryOptions(input, options))
  const { data: endpoints } = useQuery(trpc.serving.list.queryOptions(input, options))
  if (project === undefined) return []
  const version = (number: number) => `v${number}`
  return [
    [
      'Go to',
      LIFECYCLE.map(l => ({
        id: l.word,
        label: l.label,
        href: `${paths.project(project)}/${l.word}`,
        Icon: l.icon,
        description: l.question,
      })),
    ],
    [
      'Do',
      [
        { id: 'add-data', label: 'Add data', href: paths.addData(project), Icon: IconDatabasePlus },
        { id: 'new-experiment', label: 'New experiment', href: paths.newExperiment(project), Icon: IconPlus },
        ...(models?.items ?? [])
          .filter(m => m.latestVersion !== m.champion)
          .map(m => ({
            id: `promote-${m.model}`,
            label: `Promote ${m.model} v${m.latestVersion}`,
            href: paths.promote(project, m.model, { version: m.latestVersion }),
            Icon: IconRocket,
          })),
        ...(endpoints?.items ?? [])
          .filter(e => e.revision > 1)
          .map(e => ({
            id: `roll-back-${e.endpoint}`,
            label: `Roll back ${e.endpoint}`,
            href: paths.endpoint(project, e.endpoint, { tab: 'history' }),
            Icon: IconArrowBackUp,
            description: `serves ${e.model} v${e.version}`,
          })),
        { id: 'invite', label: 'Add member', href: paths.access(project), Icon: IconUserPlus },
        { id: 'new-token', label: 'New API token', href: paths.access(project, { tab: 'tokens' }), Icon: IconKey },
        { id: 'audit', label: 'Audit log', href: paths.access(project, { tab: 'audit' }), Icon: IconListDetails },
        { id: 'settings', label: 'Project settings', href: paths.projectSettings(project), Icon: IconSettings },
      ],
    ],
    [
      'Datasets',
      (datasets?.items ?? []).map(d =>
        named('data', d.dataset, paths.dataset(project, d.dataset), IconDatabase, version(d.version)),
      ),
    ],
    [
      'Experiments',
      (experiments?.items ?? []).map(e =>
        named('experiment', e.experiment, paths.experiment(project, e.experiment), IconTrendingUp),
      ),
    ],
    [
      'Runs',
      (runs?.items ?? []).map(r => ({
        id: `run-${r.id}`,
        label: `#${r.number} ${r.trainer}`,
        href: paths.run(project, r.id),
        Icon: IconPlayerPlay,
        description: `${r.experiment}, ${r.state}`,
      })),
    ],
    [
      'Models',
      (models?.items ?? []).map(m =>
        named('model', m.model, paths.model(project, m.model), IconBox, version(m.latestVersion)),
      ),
    ],
    [
      'Endpoints',
      (endpoints?.items ?? []).map(e =>
        named('endpoint', e.endpoint, paths.endpoint(project, e.endpoint), IconActivity, `${e.model} v${e.version}`),
      ),
    ],
  ]
}

/** Everything one can go to or do from the keyboard. @param requests counts how often it was opened */
export function Palette({ project, requests }: { project: string | undefined; requests: number }) {
  // biome-ignore lint/correctness/useExhaustiveDependencies: each request opens it
  useEffect(() => spotlight.open(), [requests])
  const router = useRouter()
  const { toggleColorScheme } = useMantineColorScheme()
  const { data: projects } = useQuery(useTRPC().access.projects.queryOptions())
  const others = (projects?.items ?? [])
    .filter(p => p.slug !== project)
    .map(p => ({ id: `project-${p.slug}`, label: p.name, href: paths.project(p.slug), Icon: IconFolder }))
  const elsewhere: Entry[] = [
    ...others,
    { id: 'new-project', label: 'New project', href: paths.newProject, Icon: IconFolderPlus },
  ]
  const entries: [string, Entry[]][] = [...useProjectEntries(project), ['Projects', elsewhere]]
  const groups = [
    ...entries.map(([group, items]) => ({
      group,
      actions: items.map(({ href, Icon, ...entry }) => ({
        ...entry,
        leftSection: icon(Icon),
        onClick: () => router.push(href),
      })),
    })),
    {
      group: 'You',
      actions: [
        {
          id: 'theme',
          label: 'Switch between light and dark',
          leftSection: icon(IconMoon),
          onClick: toggleColorScheme,
        },
        { id: 'sign-out', label: 'Sign out', leftSection: icon(IconLogout), onClick: () => void leave() },
      ],
    },
  ].filter(g => g.actions.length > 0)
  return (
    <Spotlight
      actions={groups}
      shortcut={null}
      highlightQuery
      scrollable
      maxHeight={440}
      nothingFound="Nothing of that name in this project."
      searchProps={{
        leftSection: icon(IconSearch),
        placeholder: 'Go to a page, dataset, run, model, endpoint; or do something',
        'aria-label': 'Search or run a command',
      }}
    />
  )
}
