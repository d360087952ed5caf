import { Menu, UnstyledButton } from '@mantine/core'
import { IconCheck, IconPlus, IconSelector } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import Link from 'next/link'
import { useTRPC } from '../trpc.ts'
import classes from './project-switcher.module.css'

export function ProjectSwitcher({ project }: { project: string | undefined }) {
  const trpc = useTRPC()
  const { data: me } = useQuery(trpc.home.me.queryOptions())
  const current = me?.projects.find(p => p.slug === project)
  return (
    <Menu width="target" position="bottom-start" shadow="md" withinPortal>
      <Menu.Target>
        <UnstyledButton className={classes.button} aria-label="Switch project">
          <span className={classes.name}>{current?.name ?? project ?? 'Choose a project'}</span>
          <IconSelector size={14} aria-hidden />
        </UnstyledButton>
      </Menu.Target>
      <Menu.Dropdown mah={420} style={{ overflowY: 'auto' }}>
        {me?.projects.map(p => (
          <Menu.Item
            key={p.slug}
            component={Link}
            href={`/p/${p.slug}`}
            rightSection={p.slug === project ? <IconCheck size={14} aria-label="this one" /> : null}
          >
            {p.name}
          </Menu.Item>
        ))}
        {me && me.projects.length > 0 ? <Menu.Divider /> : null}
        <Menu.Item component={Link} href="/projects" leftSection={<IconPlus size={14} aria-hidden />}>
          All projects, new project
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  )
}
