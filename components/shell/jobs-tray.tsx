import { Anchor, Group, Popover, Progress, RingProgress, Stack, Text, UnstyledButton } from '@mantine/core'
import { useDisclosure } from '@mantine/hooks'
import { IconCircleDashed } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import Link from 'next/link'
import type { JobSummary } from '#server/orchestration/contract.ts'
import { useTRPC } from '../trpc.ts'
import { formatCount, formatDuration } from '../ui/format.ts'
import { paths } from '../ui/paths.ts'
import { SAMPLE_MS, usePolling } from './live-status.ts'
import { useSettled } from './use-settled.ts'

/** Active jobs of the project, on every page. */
export function JobsTray({ project }: { project: string }) {
  const trpc = useTRPC()
  const [open, tray] = useDisclosure()
  const settled = useSettled()
  const poll = usePolling()
  const { data } = useQuery(
    trpc.orchestration.list.queryOptions(
      { project, state: 'active' },
      {
        refetchInterval: query => settled && (query.state.data?.items.length ? SAMPLE_MS.progress : poll(true, 15_000)),
      },
    ),
  )
  const jobs = data?.items ?? []
  const running = jobs.filter(j => j.state === 'running')
  const share = running.reduce((sum, j) => sum + (j.progress?.done ?? 0), 0) / Math.max(1, running.length)
  const words = jobs.length === 0 ? 'No jobs' : formatCount(jobs.length, 'job')
  return (
    <Popover opened={open} onDismiss={tray.close} position="bottom-end" shadow="md" width={340} trapFocus>
      <Popover.Target>
        <UnstyledButton
          onClick={tray.toggle}
          aria-label={`${words} running or queued`}
          aria-expanded={open}
          px={6}
          h={30}
          style={{ borderRadius: 8 }}
        >
          <TrayLabel label={words} isIdle={jobs.length === 0} share={share} />
        </UnstyledButton>
      </Popover.Target>
      <Popover.Dropdown p="sm">
        <Stack gap="sm">
          {jobs.length === 0 ? (
            <Text size="sm" c="dimmed">
              No active jobs. Training, profiles and checks appear here while they run.
            </Text>
          ) : null}
          {jobs.slice(0, 8).map(job => (
            <JobLine key={job.id} project={project} job={job} onGo={tray.close} />
          ))}
          <Anchor component={Link} size="sm" href={paths.orchestration(project)} onClick={tray.close}>
            {jobs.length > 8 ? `${jobs.length - 8} more and finished jobs` : 'All jobs'}
          </Anchor>
        </Stack>
      </Popover.Dropdown>
    </Popover>
  )
}

function TrayLabel({ label, isIdle, share }: { label: string; isIdle: boolean; share: number }) {
  return (
    <Group gap={6} wrap="nowrap" c={!isIdle ? undefined : 'dimmed'}>
      {!isIdle ? (
        <RingProgress
          size={18}
          thickness={3}
          aria-hidden
          sections={[{ value: Math.max(4, share * 100), color: 'var(--mantine-primary-color-filled)' }]}
        />
      ) : (
        <IconCircleDashed size={16} stroke={1.6} aria-hidden />
      )}
      <Text size="sm" visibleFrom="xs" style={{ whiteSpace: 'nowrap' }}>
        {label}
      </Text>
    </Group>
  )
}

function JobLine({ project, job, onGo }: { project: string; job: JobSummary; onGo: () => void }) {
  const done = job.progress?.done ?? 0
  const eta = job.progress?.etaSeconds
  return (
    <div>
      <Group justify="space-between" wrap="nowrap" gap="xs">
        <Anchor
          component={Link}
          size="sm"
          c="var(--mantine-color-text)"
          href={paths.job(project, job.id)}
          onClick={onGo}
          truncate
        >
          {job.title}
        </Anchor>
        <Text size="xs" c="dimmed" style={{ whiteSpace: 'nowrap' }}>
          {job.state === 'queued'
            ? 'queued'
            : `${Math.round(done * 100)} %${eta ? `, ${formatDuration(eta * 1000)} left` : ''}`}
        </Text>
      </Group>
      {job.state === 'running' ? (
        <Progress value={done * 100} size={4} mt={4} aria-label={`Progress of ${job.title}`} />
      ) : null}
      {job.progress?.note ? (
        <Text size="xs" c="dimmed" truncate>
          {job.progress.note}
        </Text>
      ) : null}
    </div>
  )
}
