import { useMantineColorScheme } from '@mantine/core'
import { Spotlight, spotlight } from '@mantine/spotlight'
import {
  IconActivity,
  IconBox,
  IconDatabase,
  IconDatabasePlus,
  IconFolder,
  IconLogout,
  IconMoon,
  IconPlus,
  IconSearch,
  IconTrendingUp,
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
  const entries: [string, Entry[]][] = [...useProjectEntries(project), ['Projects', others]]
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
        placeholder: 'Go to a page, dataset, model, endpoint; or do something',
        'aria-label': 'Search or run a command',
      }}
    />
  )
}
