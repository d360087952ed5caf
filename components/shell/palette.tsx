import { UnstyledButton, useMantineColorScheme } from '@mantine/core'
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
import { signOut } from 'next-auth/react'
import { useEffect, useState } from 'react'
import { useTRPC } from '../trpc.ts'
import { paths } from '../ui/paths.ts'
import { LIFECYCLE } from './lifecycle.ts'
import { SIGN_IN_PATH } from './places.ts'
import classes from './shell.module.css'

/** The key that opens the palette, as this person's keyboard names it; empty until the browser told. */
function useKeyName(): string {
  const [name, setName] = useState('')
  useEffect(() => setName(/Mac|iP(hone|ad|od)/.test(navigator.userAgent) ? '⌘K' : 'Ctrl K'), [])
  return name
}

export function SearchButton() {
  const keyName = useKeyName()
  return (
    <UnstyledButton className={classes.search} onClick={spotlight.open} aria-label={`Go to, do… ${keyName}`}>
      <IconSearch size={15} stroke={1.7} aria-hidden />
      <span>Go to, do…</span>
      {keyName ? <kbd>{keyName}</kbd> : null}
    </UnstyledButton>
  )
}

const icon = (Icon: typeof IconBox) => <Icon size={17} stroke={1.6} aria-hidden />

/** Everything one can go to or do from the keyboard. */
export function Palette({ project }: { project: string | undefined }) {
  const [asked, setAsked] = useState(false)
  const shared = { shortcut: 'mod + K', onSpotlightOpen: () => setAsked(true) }
  // Its lists are read when it first opens: asked for before, they would be in the way of those that pages bring along.
  return asked ? <FullPalette project={project} {...shared} /> : <Spotlight actions={[]} {...shared} />
}

function FullPalette({ project, ...shared }: { project: string | undefined; shortcut: string }) {
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
          onClick: () => void signOut({ callbackUrl: SIGN_IN_PATH }),
        },
      ],
    },
  ].filter(g => g.actions.length > 0)
  return (
    <Spotlight
      actions={groups}
      {...shared}
      highlightQuery
      scrollable
      maxHeight={440}
      nothingFound="Nothing of that name in this project."
      searchProps={{
        leftSection: icon(IconSearch),
        placeholder: 'Go to a page, dataset, model, endpoint; or do something',
        'aria-label': 'Go to or do something',
      }}
    />
  )
}
