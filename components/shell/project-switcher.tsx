import { Menu, UnstyledButton } from '@mantine/core'
import { IconCheck, IconPlus, IconSelector } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import Link from 'next/link'
import { useTRPC } from '../trpc.ts'
import { paths } from '../ui/paths.ts'
import classes from './project-switcher.module.css'

export function ProjectSwitcher({ project }: { project: string | undefined }) {
  const trpc = useTRPC()
  const { data: projects } = useQuery(trpc.access.projects.queryOptions())
  const current = projects?.items.find(p => p.slug === project)
  const name = current?.name ?? project ?? 'Choose a project'
  return (
    <Menu width="target" position="bottom-start" shadow="md" withinPortal>
      <Menu.Target>
        <UnstyledButton className={classes.button} aria-label={`${name}, switch project`}>
          <span className={classes.name}>{name}</span>
          <IconSelector size={14} aria-hidden />
        </UnstyledButton>
      </Menu.Target>
      <Menu.Dropdown mah={420} style={{ overflowY: 'auto' }}>
        {projects?.items.map(p => (
          <Menu.Item
            key={p.slug}
            component={Link}
            href={paths.project(p.slug)}
            rightSection={p.slug === project ? <IconCheck size={14} aria-label="this one" /> : null}
          >
            {p.name}
          </Menu.Item>
        ))}
        {projects && projects.items.length > 0 ? <Menu.Divider /> : null}
        <Menu.Item component={Link} href="/projects" leftSection={<IconPlus size={14} aria-hidden />}>
          All projects, new project
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  )
}
