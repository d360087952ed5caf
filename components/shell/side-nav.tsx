import { Burger, Group, Stack } from '@mantine/core'
import { IconSettings } from '@tabler/icons-react'
import Link from 'next/link'
import { onDemand } from '../ui/on-demand.tsx'
import { paths } from '../ui/paths.ts'
import { LIFECYCLE } from './lifecycle.ts'
import { Mark } from './mark.tsx'
import classes from './shell.module.css'
import { ProjectButton } from './shell-buttons.tsx'
import { useWordMarks } from './use-shell.ts'

const ProjectSwitcher = onDemand(() => import('./project-switcher.tsx').then(m => m.ProjectSwitcher), ProjectButton)

/** Project switcher and the eight words, with what goes on and what needs somebody. */
export function SideNav({
  path,
  project,
  opened,
  onClose,
}: {
  path: string
  project: string | undefined
  opened: boolean
  onClose: () => void
}) {
  const marks = useWordMarks(project)
  return (
    <Stack gap={12}>
      <Group justify="space-between" wrap="nowrap">
        <Link href={project ? paths.project(project) : '/projects'} className={classes.brand}>
          <Mark size={17} /> FlexiML
        </Link>
        <Burger opened={opened} onClick={onClose} hiddenFrom="sm" size="sm" aria-label="Close the navigation" />
      </Group>
      <ProjectSwitcher project={project} />
      {project ? (
        <Stack gap={0} component="ul" p={0} m={0} style={{ listStyle: 'none' }}>
          {LIFECYCLE.map(({ word, label, icon: Icon }) => {
            const href = paths.inProject(project, word)
            const here = path === href || path.startsWith(`${href}/`)
            const mark = marks[word]
            return (
              <li key={word}>
                <Link href={href} className={classes.link} aria-current={here ? 'page' : undefined}>
                  <Icon size={16} stroke={1.7} aria-hidden />
                  {label}
                  {mark?.attention ? (
                    <span className={classes.dot} title={mark.attention} role="img" aria-label={mark.attention} />
                  ) : mark?.count ? (
                    <span className={classes.count}>{mark.count}</span>
                  ) : null}
                </Link>
              </li>
            )
          })}
          <li>
            <Link
              href={paths.projectSettings(project)}
              className={classes.link}
              aria-current={path === paths.projectSettings(project) ? 'page' : undefined}
            >
              <IconSettings size={16} stroke={1.7} aria-hidden />
              Settings
            </Link>
          </li>
        </Stack>
      ) : null}
    </Stack>
  )
}
