'use client'
import { Anchor, Button, Code, Group, Skeleton, Stack, Switch, Text } from '@mantine/core'
import { useForm } from '@mantine/form'
import { useDisclosure } from '@mantine/hooks'
import Link from 'next/link'
import type { SourceSummary } from '#server/data/sources/contract.ts'
import { isActive } from '#server/kernel/contract.ts'
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

/** Source and refresh schedule of a dataset. */
export function SourceSettings({ project, dataset }: { project: string; dataset: string }) {
  const { data, error, refetch } = useSource(project, dataset)
  if (error && !data) return <Problem error={error} onRetry={() => refetch()} />
  if (!data) return <Skeleton height={160} radius="md" aria-label="Loading the source" />
  if (!data.source)
    return (
      <EmptyState title="No source">
        The rows come from uploaded files. To fetch them from a URL, a database or a bucket,{' '}
        <Anchor component={Link} href={paths.addData(project, { from: 'url' })}>
          add a source
        </Anchor>{' '}
        named {dataset}.
      </EmptyState>
    )
  return <Connected key={data.source.dataset} project={project} source={data.source} />
}

/** The source as a tab of the dataset page. */
export const SourceTab = ({ project, shown }: { project: string; shown: Shown }) => (
  <SourceSettings project={project} dataset={shown.dataset} />
)

function describeLastRefresh(last: NonNullable<SourceSummary['last']>): string {
  if (last.state === 'failed') return last.reason ?? 'Failed.'
  if (last.state !== 'succeeded') return last.state === 'running' ? 'Reading rows…' : 'Waiting for a free worker…'
  return last.created ? `Created v${last.version}.` : `No changes since v${last.version}; no version created.`
}

function Connected({ project, source }: { project: string; source: SourceSummary }) {
  const { refresh, update, disconnect } = useSourceActions()
  const { dataset } = source
  const moving = isActive(source.last?.state)
  const problem = refresh.error ?? update.error ?? disconnect.error
  return (
    <Stack gap="md">
      {problem ? <Problem error={problem} /> : null}
      <SourcePanel
        project={project}
        source={source}
        isBusy={refresh.isPending || moving}
        onRefresh={() => refresh.mutate({ project, dataset })}
      />
      <RefreshPanel project={project} source={source} update={update} />
      <Allowed project={project} to="data:write">
        <DisconnectButton
          isPending={disconnect.isPending}
          onDisconnect={() => disconnect.mutate({ project, dataset })}
        />
      </Allowed>
    </Stack>
  )
}

/** Disconnects after a second click. */
function DisconnectButton({ isPending, onDisconnect }: { isPending: boolean; onDisconnect: () => void }) {
  const [confirming, confirm] = useDisclosure()
  return (
    <Group gap="sm">
      {confirming ? (
        <>
          <Text size="sm">Versions are kept; the address, secrets and schedule are deleted.</Text>
          <Button color="red" variant="light" size="compact-sm" loading={isPending} onClick={onDisconnect}>
            Disconnect
          </Button>
          <Button variant="default" size="compact-sm" onClick={confirm.close}>
            Cancel
          </Button>
        </>
      ) : (
        <Button variant="light" color="red" size="compact-sm" onClick={confirm.open}>
          Disconnect
        </Button>
      )}
    </Group>
  )
}

function RefreshPanel({
  project,
  source,
  update,
}: {
  project: string
  source: SourceSummary
  update: ReturnType<typeof useSourceActions>['update']
}) {
  const { dataset, schedule } = source
  const form = useForm({ initialValues: { cron: schedule?.cron ?? null } })
  const { cron } = form.getValues()
  return (
    <Panel title="Refresh">
      <Stack gap="sm">
        <Text size="sm">
          {schedule === null ? (
            'Manual refresh only.'
          ) : schedule.paused ? (
            `Paused. Schedule: ${describeSchedule(schedule.cron)} (${schedule.zone}).`
          ) : (
            <>
              {`Refreshes ${describeSchedule(schedule.cron)} (${schedule.zone}), next `}
              <Time at={schedule.nextAt} />. Refreshes missed during downtime run once.
            </>
          )}
        </Text>
        <Allowed project={project} to="data:write">
          <Group align="end" gap="sm">
            <SchedulePicker cron={cron} onChange={next => form.setFieldValue('cron', next)} />
            <Button
              variant="default"
              loading={update.isPending}
              disabled={cron === (schedule?.cron ?? null)}
              onClick={() => update.mutate({ project, dataset, cron })}
            >
              Save
            </Button>
            {schedule ? (
              <Button
                variant="default"
                loading={update.isPending}
                onClick={() => update.mutate({ project, dataset, paused: !schedule.paused })}
              >
                {schedule.paused ? 'Resume' : 'Pause'}
              </Button>
            ) : null}
          </Group>
          <Switch
            label="Append to the latest version"
            description="Otherwise each refresh replaces all rows."
            checked={source.append}
            onChange={e => update.mutate({ project, dataset, append: e.currentTarget.checked })}
          />
        </Allowed>
      </Stack>
    </Panel>
  )
}

function SourcePanel({
  project,
  source,
  isBusy,
  onRefresh,
}: {
  project: string
  source: SourceSummary
  isBusy: boolean
  onRefresh: () => void
}) {
  const { last, reading } = source
  return (
    <Panel
      title="Source"
      note={source.connection ? `connection ${source.connection}` : undefined}
      actions={
        <Allowed project={project} to="data:write">
          <Button size="compact-sm" loading={isBusy} onClick={onRefresh}>
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
          {source.secrets.length > 0 ? `Secrets: ${source.secrets.join(', ')}.` : 'No secrets.'}
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
  )
}
