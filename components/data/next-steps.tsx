import { Anchor, Button, Group, Stack, Text } from '@mantine/core'
import Link from 'next/link'
import type { ReactNode } from 'react'
import { Allowed } from '../access/allowed.tsx'
import { formatCount } from '../ui/format.ts'
import { paths } from '../ui/paths.ts'
import type { Ingestion } from './client.ts'

const WARNINGS_SHOWN = 3

/** The result of an ingestion, with what usually follows: training, profile, expectations. */
export function NextSteps({
  project,
  ingestion,
  unchanged,
  children,
}: {
  project: string
  ingestion: Ingestion
  /** The sentence when the rows were known. */
  unchanged: string
  /** Further actions. */
  children?: ReactNode
}) {
  const { dataset, version, target, created, warnings } = ingestion
  const tab = (tab: string) => paths.dataset(project, dataset, { tab })
  const at = version === null ? dataset : `${dataset}@${version}`
  return (
    <Stack gap="xs">
      <Text fw={600}>
        {created
          ? `${dataset} v${version} added: ${formatCount(ingestion.rows ?? 0, 'row')}, ${formatCount(ingestion.columns ?? 0, 'column')}.`
          : unchanged}
      </Text>
      {warnings.slice(0, WARNINGS_SHOWN).map(w => (
        <Text key={w} size="sm" c="dimmed">
          {w}
        </Text>
      ))}
      {warnings.length > WARNINGS_SHOWN ? (
        <Anchor component={Link} size="sm" href={tab('profile')}>
          {formatCount(warnings.length - WARNINGS_SHOWN, 'more warning')}
        </Anchor>
      ) : null}
      <Group gap="md">
        <Allowed project={project} to="training:write">
          <Button component={Link} href={paths.newExperiment(project, { data: at, target: target ?? undefined })}>
            {target ? `Train a model for ${target}` : 'Train a model'}
          </Button>
        </Allowed>
        <Anchor component={Link} href={paths.dataset(project, dataset)}>
          Open {dataset}
        </Anchor>
        <Anchor component={Link} href={tab('profile')}>
          Profile
        </Anchor>
        <Anchor component={Link} href={tab('quality')}>
          Expectations
        </Anchor>
        {children}
      </Group>
    </Stack>
  )
}
