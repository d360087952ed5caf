import { Menu } from '@mantine/core'
import { IconCheck, IconPlus } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import Link from 'next/link'
import { useTRPC } from '../trpc.ts'
import { useOpenOnLoad } from '../ui/on-demand.tsx'
import { paths } from '../ui/paths.ts'
import { ProjectButton } from './shell-buttons.tsx'

export function ProjectSwitcher({ project }: { project: string | undefined }) {
  const trpc = useTRPC()
  const { data: projects } = useQuery(trpc.access.projects.queryOptions())
  const { ref, opened, setOpened } = useOpenOnLoad()
  return (
    <Menu opened={opened} onChange={setOpened} width="target" position="bottom-start" shadow="md" withinPortal>
      <Menu.Target>
        <ProjectButton ref={ref} project={project} />
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
