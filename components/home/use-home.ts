import { useQueries } from '@tanstack/react-query'
import { SAMPLE_MS } from '../shell/live-status.ts'
import { useTRPC } from '../trpc.ts'
import type { HomeData } from './home-data.ts'

/** Failures older than this were seen or do not matter. */
const FAILED_DAYS = 7
const nowMs = () => performance.timeOrigin + performance.now()

/** The lists that the pages of the eight words show, read once for all of them. */
export function useHome(project: string): { data: HomeData; errors: unknown[] } {
  const trpc = useTRPC()
  const [datasets, experiments, evaluations, models, endpoints, monitors, active, failed, schedules] = useQueries({
    queries: [
      trpc.data.list.queryOptions({ project }),
      trpc.training.list.queryOptions({ project }),
      trpc.evaluation.list.queryOptions({ project }),
      trpc.registry.list.queryOptions({ project }),
      trpc.serving.list.queryOptions({ project }, { refetchInterval: SAMPLE_MS.overview }),
      trpc.monitoring.list.queryOptions({ project }),
      trpc.orchestration.list.queryOptions({ project, state: 'active' }),
      trpc.orchestration.list.queryOptions({ project, state: 'failed', limit: 5 }),
      trpc.orchestration.schedules.queryOptions({ project }),
    ],
  })
  const since = nowMs() - FAILED_DAYS * 86_400_000
  return {
    data: {
      datasets: datasets.data?.items,
      ingestions: datasets.data?.ingestions,
      experiments: experiments.data?.items,
      evaluations: evaluations.data?.items,
      models: models.data?.items,
      endpoints: endpoints.data?.items,
      monitors: monitors.data?.items,
      activeJobs: active.data?.items,
      failedJobs: failed.data?.items.filter(j => j.endedAt !== null && Date.parse(j.endedAt) > since),
      schedules: schedules.data?.items,
    },
    errors: [datasets, experiments, evaluations, models, endpoints, monitors, active, failed, schedules].flatMap(q =>
      q.error && !q.data ? [q.error] : [],
    ),
  }
}
