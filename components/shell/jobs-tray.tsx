import { useQuery } from '@tanstack/react-query'
import { useTRPC } from '../trpc.ts'
import { onDemand } from '../ui/on-demand.tsx'
import { SAMPLE_MS, usePolling } from './live-status.ts'
import { JobsButton } from './shell-buttons.tsx'
import { useSettled } from './use-settled.ts'

const JobsPopover = onDemand(() => import('./jobs-popover.tsx').then(m => m.JobsPopover), JobsButton, 'dialog')

/** Active jobs of the project, on every page. */
export function JobsTray({ project }: { project: string }) {
  const trpc = useTRPC()
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
  return <JobsPopover project={project} jobs={data?.items ?? []} />
}
