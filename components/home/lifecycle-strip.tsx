import { Group, Text } from '@mantine/core'
import Link from 'next/link'
import { paths } from '../ui/paths.ts'
import { StateBadge } from '../ui/state-badge.tsx'
import { Time } from '../ui/time.tsx'
import { cellsOf } from './cells.ts'
import classes from './home.module.css'
import type { HomeData } from './home-data.ts'

/** The lifecycle at a glance; each cell leads to its word. */
export function LifecycleStrip({ project, data }: { project: string; data: HomeData }) {
  return (
    <nav className={classes.strip} aria-label="The lifecycle at a glance">
      {cellsOf(data).map(cell => (
        <Link key={cell.word} href={paths.inProject(project, cell.word)} className={classes.cell}>
          <Group justify="space-between" gap={6} wrap="nowrap" h={20}>
            <Text size="xs" c="dimmed">
              {cell.label}
            </Text>
            {cell.badge ? <StateBadge state={cell.badge.state} label={cell.badge.label} /> : null}
          </Group>
          <div className={classes.value}>{cell.value}</div>
          <div className={classes.detail} title={cell.at ? undefined : cell.detail}>
            {cell.detail}
            {cell.at ? <Time at={cell.at} /> : null}
          </div>
        </Link>
      ))}
    </nav>
  )
}
