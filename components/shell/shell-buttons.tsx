import { ActionIcon, Group, Text, UnstyledButton } from '@mantine/core'
import { IconCircleDashed, IconSelector, IconUserCircle } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import type { JobSummary } from '#server/orchestration/contract.ts'
import { useTRPC } from '../trpc.ts'
import { formatCount } from '../ui/format.ts'
import type { TriggerProps } from '../ui/on-demand.tsx'
import classes from './project-switcher.module.css'

export const UserButton = (props: TriggerProps) => (
  <ActionIcon variant="subtle" color="gray" size={30} aria-label="Account and theme" {...props}>
    <IconUserCircle size={20} stroke={1.6} aria-hidden />
  </ActionIcon>
)

export function ProjectButton({ project, ...props }: TriggerProps & { project: string | undefined }) {
  const trpc = useTRPC()
  const { data: projects } = useQuery(trpc.access.projects.queryOptions())
  const name = projects?.items.find(p => p.slug === project)?.name ?? project ?? 'Choose a project'
  return (
    <UnstyledButton className={classes.button} aria-label={`${name}, switch project`} {...props}>
      <span className={classes.name}>{name}</span>
      <IconSelector size={14} aria-hidden />
    </UnstyledButton>
  )
}

/** How many jobs are active and how far the running ones are. */
export function JobsButton({ jobs, project: _, ...props }: TriggerProps & { jobs: JobSummary[]; project?: string }) {
  const running = jobs.filter(j => j.state === 'running')
  const share = running.reduce((sum, j) => sum + (j.progress?.done ?? 0), 0) / Math.max(1, running.length)
  const label = jobs.length === 0 ? 'No jobs' : formatCount(jobs.length, 'job')
  return (
    <UnstyledButton aria-label={`${label} running or queued`} px={6} h={30} style={{ borderRadius: 8 }} {...props}>
      <Group gap={6} wrap="nowrap" c={jobs.length > 0 ? undefined : 'dimmed'}>
        {jobs.length > 0 ? (
          <Ring share={Math.max(0.04, share)} />
        ) : (
          <IconCircleDashed size={16} stroke={1.6} aria-hidden />
        )}
        <Text size="sm" visibleFrom="xs" style={{ whiteSpace: 'nowrap' }}>
          {label}
        </Text>
      </Group>
    </UnstyledButton>
  )
}

/** How far something is. Mantine's ring brings its tooltips, 25 kB, into every page. */
const Ring = ({ share }: { share: number }) => (
  <svg width={18} height={18} viewBox="0 0 18 18" fill="none" strokeWidth={3} aria-hidden>
    <circle cx={9} cy={9} r={7.5} stroke="var(--mantine-color-default-border)" />
    <circle
      cx={9}
      cy={9}
      r={7.5}
      stroke="var(--mantine-primary-color-filled)"
      pathLength={1}
      strokeDasharray={`${share} 1`}
      transform="rotate(-90 9 9)"
    />
  </svg>
)
