import { Button, Group, Text } from '@mantine/core'
import Link from 'next/link'
import { Panel } from '../ui/panel.tsx'
import { paths } from '../ui/paths.ts'
import { StateBadge } from '../ui/state-badge.tsx'
import classes from './home.module.css'
import type { HomeData } from './home-data.ts'
import { isComplete, needsOf } from './standing.ts'

const SHOWN = 6

export function NeedsYou({ project, data }: { project: string; data: HomeData }) {
  const needs = needsOf(data)
  return (
    <Panel title="Action required" note={needs.length > SHOWN ? `${SHOWN} of ${needs.length}` : undefined}>
      {needs.length === 0 ? (
        <Text size="sm" c="dimmed">
          {isComplete(data) ? 'Nothing to do.' : 'Not everything could be read yet.'}
        </Text>
      ) : (
        <ul className={classes.list}>
          {needs.slice(0, SHOWN).map(need => (
            <li key={need.key}>
              <Group justify="space-between" wrap="nowrap" align="flex-start" gap="sm">
                <Group wrap="nowrap" align="flex-start" gap={10} miw={0}>
                  <span style={{ flexShrink: 0, paddingTop: 1 }}>
                    <StateBadge state={need.state} label={need.label} />
                  </span>
                  <div style={{ minWidth: 0 }}>
                    <Text size="sm" fw={600} style={{ overflowWrap: 'anywhere' }}>
                      {need.title}
                    </Text>
                    <Text size="sm" c="dimmed" lineClamp={2} style={{ overflowWrap: 'anywhere' }}>
                      {need.detail}
                    </Text>
                  </div>
                </Group>
                <Button
                  component={Link}
                  href={paths.inProject(project, need.href)}
                  variant="default"
                  style={{ flexShrink: 0 }}
                  aria-label={`${need.action}: ${need.title}`}
                >
                  {need.action}
                </Button>
              </Group>
            </li>
          ))}
        </ul>
      )}
    </Panel>
  )
}
