'use client'
import { Anchor, Button, Code, Group, Skeleton, Stack, Switch, Text } from '@mantine/core'
import Link from 'next/link'
import { useState } from 'react'
import type { SourceSummary } from '#server/data/sources/contract.ts'
import { Allowed } from '../../access/allowed.tsx'
import { EmptyState } from '../../ui/empty-state.tsx'
import { Panel } from '../../ui/panel.tsx'
import { paths } from '../../ui/paths.ts'
import { Problem } from '../../ui/problem.tsx'
import { StateBadge } from '../../ui/state-badge.tsx'
import { Time } from '../../ui/time.tsx'
import type { Shown } from '../client.ts'
import { useSource, useSourceActions } from './client.ts'
import { describeSchedule } from './describe-schedule.ts'
import { SchedulePicker } from './schedule-picker.tsx'

/** Where the rows of a dataset come from and when they are fetched again. */
export function SourceSettings({ project, dataset }: { project: string; dataset: string }) {
  const { data, error, refetch } = useSource(project, dataset)
  if (error && !data) return <Problem error={error} onRetry={() => refetch()} />
  if (!data) return <Skeleton height={160} radius="md" aria-label="Loading the source" />
  if (!data.source)
    return (
      <EmptyState title="Its rows come from files.">
        A file added on the Versions tab becomes the next version. To have rows fetched from an address, a database or a
        bucket,{' '}
        <Anchor component={Link} href={paths.addData(project, { from: 'url' })}>
          add a source
        </Anchor>{' '}
        under the name {dataset}.
      </EmptyState>
    )
  return <Connected key={data.source.dataset} project={project} source={data.source} />
}

/** The same as a tab of the dataset's page. */
export const SourceTab = ({ project, shown }: { project: string; shown: Shown }) => (
  <SourceSettings project={project} dataset={shown.dataset} />
)

function describeLastRefresh(last: NonNullable<SourceSummary['last']>): string {
  if (last.state === 'failed') return last.reason ?? 'It failed.'
  if (last.state !== 'succeeded') return last.state === 'running' ? 'Reading the rows.' : 'Waiting for a worker.'
  return last.created ? `Made v${last.version}.` : `Nothing had changed since v${last.version}: no version was made.`
}

function Connected({ project, source }: { project: string; source: SourceSummary }) {
  const [confirming, setConfirming] = useState(false)
  const { refresh, update, disconnect } = useSourceActions(project)
  const { dataset, schedule, last, reading } = source
  const [cron, setCron] = useState(schedule?.cron ?? null)
  const moving = last?.state === 'queued' || last?.state === 'running'
  const problem = refresh.error ?? update.error ?? disconnect.error
  return (
    <Stack gap="md">
      {problem ? <Problem error={problem} /> : null}
      <Panel
        title="Source"
        note={source.connection ? `by the connection ${source.connection}` : undefined}
        actions={
          <Allowed project={project} to="data:write">
            <Button size="compact-sm" loading={refresh.isPending || moving} onClick={() => refresh.mutate(dataset)}>
              Refresh now
            </Button>
          </Allowed>
        }
      >
        <Stack gap="xs">
          <Text size="sm" ff="monospace" style={{ overflowWrap: 'anywhere' }}>
            {source.words}
          </Text>
          {reading.kind === 'database' ? <Code block>{reading.query}</Code> : null}
          <Text size="xs" c="dimmed">
            {source.secrets.length > 0 ? `Secrets that are set: ${source.secrets.join(', ')}.` : 'It has no secrets.'}
          </Text>
          {last ? (
            <Group gap="xs" align="start" wrap="nowrap" aria-live="polite">
              <StateBadge state={last.state} />
              <Text size="sm" style={{ overflowWrap: 'anywhere' }}>
                {describeLastRefresh(last)}{' '}
                <Text span c="dimmed" inherit>
                  <Time at={last.at} />
                </Text>
              </Text>
            </Group>
          ) : null}
        </Stack>
      </Panel>
      <Panel title="Refresh">
        <Stack gap="sm">
          <Text size="sm">
            {schedule === null ? (
              'By hand only.'
            ) : schedule.paused ? (
              `Paused; it was refreshed ${describeSchedule(schedule.cron)} (${schedule.zone}).`
            ) : (
              <>
                {`It is refreshed ${describeSchedule(schedule.cron)} (${schedule.zone}), next `}
                <Time at={schedule.nextAt} />. What was missed while the server was down is made up for once.
              </>
            )}
          </Text>
          <Allowed project={project} to="data:write">
            <Group align="end" gap="sm">
              <SchedulePicker cron={cron} onChange={setCron} />
              <Button
                variant="default"
                loading={update.isPending}
                disabled={cron === (schedule?.cron ?? null)}
                onClick={() => update.mutate({ dataset, cron })}
              >
                Save
              </Button>
              {schedule ? (
                <Button
                  variant="default"
                  loading={update.isPending}
                  onClick={() => update.mutate({ dataset, paused: !schedule.paused })}
                >
                  {schedule.paused ? 'Go on' : 'Pause'}
                </Button>
              ) : null}
            </Group>
            <Switch
              label="New rows go below the ones that are there"
              description="Off: each refresh brings all rows anew."
              checked={source.append}
              onChange={e => update.mutate({ dataset, append: e.currentTarget.checked })}
            />
          </Allowed>
        </Stack>
      </Panel>
      <Allowed project={project} to="data:write">
        <Group gap="sm">
          {confirming ? (
            <>
              <Text size="sm">The versions stay; address, secrets and schedule are deleted.</Text>
              <Button
                color="red"
                variant="light"
                size="compact-sm"
                loading={disconnect.isPending}
                onClick={() => disconnect.mutate(dataset)}
              >
                Disconnect
              </Button>
              <Button variant="default" size="compact-sm" onClick={() => setConfirming(false)}>
                Keep it
              </Button>
            </>
          ) : (
            <Button variant="light" color="red" size="compact-sm" onClick={() => setConfirming(true)}>
              Disconnect from this source
            </Button>
          )}
        </Group>
      </Allowed>
    </Stack>
  )
}
