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

/** Everything one can go to or do from the keyboard. @param requests counts how often it was opened */
export function Palette({ project, requests }: { project: string | undefined; requests: number }) {
  // biome-ignore lint/correctness/useExhaustiveDependencies: each request opens it
  useEffect(() => spotlight.open(), [requests])
  const trpc = useTRPC()
  const router = useRouter()
  const { toggleColorScheme } = useMantineColorScheme()
  const enabled = project !== undefined
  const { data: projects } = useQuery(trpc.access.projects.queryOptions())
  const { data: datasets } = useQuery(trpc.data.list.queryOptions({ project }, { enabled }))
  const { data: experiments } = useQuery(trpc.training.list.queryOptions({ project }, { enabled }))
  const { data: models } = useQuery(trpc.registry.list.queryOptions({ project }, { enabled }))
  const { data: endpoints } = useQuery(trpc.serving.list.queryOptions({ project }, { enabled }))
  const base = paths.project(project ?? '')
  const go = (id: string, label: string, href: string, Icon: typeof IconBox, description?: string) => ({
    id,
    label,
    description,
    leftSection: icon(Icon),
    onClick: () => router.push(href),
  })
  const groups = [
    ...(project
      ? [
          {
            group: 'Go to',
            actions: LIFECYCLE.map(l => go(l.word, l.label, `${base}/${l.word}`, l.icon, l.question)),
          },
          {
            group: 'Do',
            actions: [
              go('add-data', 'Add data', `${base}/data/add`, IconDatabasePlus),
              go('new-experiment', 'New experiment', `${base}/training/new`, IconPlus),
            ],
          },
          {
            group: 'Datasets',
            actions: (datasets?.items ?? []).map(d =>
              go(`data-${d.dataset}`, d.dataset, `${base}/data/${d.dataset}`, IconDatabase, `v${d.version}`),
            ),
          },
          {
            group: 'Experiments',
            actions: (experiments?.items ?? []).map(e =>
              go(
                `experiment-${e.experiment}`,
                e.experiment,
                `${base}/training/experiments/${e.experiment}`,
                IconTrendingUp,
              ),
            ),
          },
          {
            group: 'Models',
            actions: (models?.items ?? []).map(m =>
              go(`model-${m.model}`, m.model, `${base}/registry/${m.model}`, IconBox, `v${m.latestVersion}`),
            ),
          },
          {
            group: 'Endpoints',
            actions: (endpoints?.items ?? []).map(e =>
              go(
                `endpoint-${e.endpoint}`,
                e.endpoint,
                `${base}/serving/${e.endpoint}`,
                IconActivity,
                `${e.model} v${e.version}`,
              ),
            ),
          },
        ]
      : []),
    {
      group: 'Projects',
      actions: (projects?.items ?? [])
        .filter(p => p.slug !== project)
        .map(p => go(`project-${p.slug}`, p.name, paths.project(p.slug), IconFolder)),
    },
    {
      group: 'You',
      actions: [
        {
          id: 'theme',
          label: 'Switch between light and dark',
          leftSection: icon(IconMoon),
          onClick: toggleColorScheme,
        },
        {
          id: 'sign-out',
          label: 'Sign out',
          leftSection: icon(IconLogout),
          onClick: () => void leave(),
        },
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
