import { Anchor, Group, Popover, Progress, Stack, Text } from '@mantine/core'
import Link from 'next/link'
import type { JobSummary } from '#server/orchestration/contract.ts'
import { formatDuration } from '../ui/format.ts'
import { useOpenOnLoad } from '../ui/on-demand.tsx'
import { paths } from '../ui/paths.ts'
import { JobsButton } from './shell-buttons.tsx'

/** The button of the active jobs with their list. */
export function JobsPopover({ project, jobs }: { project: string; jobs: JobSummary[] }) {
  const { ref, opened, setOpened, toggle } = useOpenOnLoad()
  const close = () => setOpened(false)
  return (
    <Popover opened={opened} onDismiss={close} position="bottom-end" shadow="md" width={340} trapFocus>
      <Popover.Target>
        <JobsButton ref={ref} jobs={jobs} onClick={toggle} aria-expanded={opened} />
      </Popover.Target>
      <Popover.Dropdown p="sm">
        <Stack gap="sm">
          {jobs.length === 0 ? (
            <Text size="sm" c="dimmed">
              No active jobs. Training, profiles and checks appear here while they run.
            </Text>
          ) : null}
          {jobs.slice(0, 8).map(job => (
            <JobLine key={job.id} project={project} job={job} onGo={close} />
          ))}
          <Anchor component={Link} size="sm" href={paths.orchestration(project)} onClick={close}>
            {jobs.length > 8 ? `${jobs.length - 8} more and finished jobs` : 'All jobs'}
          </Anchor>
        </Stack>
      </Popover.Dropdown>
    </Popover>
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
