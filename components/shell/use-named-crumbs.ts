import { useQuery } from '@tanstack/react-query'
import { useTRPC } from '../trpc.ts'
import { paths } from '../ui/paths.ts'
import type { Crumb } from './lifecycle.ts'

const PAGE = /^\/p\/([^/]+)\/(training\/runs|evaluation|orchestration\/jobs)\/([0-9a-f-]{32,36})$/

/** Replaces the beginning of an id by the name that the page has read: `experiment / run`. Reads nothing itself. */
export function useNamedCrumbs(path: string, crumbs: Crumb[]): Crumb[] {
  const trpc = useTRPC()
  const [, slug = '', kind = '', id = ''] = PAGE.exec(path) ?? []
  const project = decodeURIComponent(slug)
  const silent = { enabled: false } as const
  const run = useQuery({ ...trpc.training.run.queryOptions({ project, run: id }), ...silent }).data
  const evaluation = useQuery({ ...trpc.evaluation.show.queryOptions({ project, id }), ...silent }).data
  const job = useQuery({ ...trpc.orchestration.show.queryOptions({ project, job: id }), ...silent }).data
  const [first] = crumbs
  if (!first) return crumbs
  if (kind === 'training/runs' && run)
    return [first, { label: run.experiment, href: paths.experiment(project, run.experiment) }, { label: run.name }]
  if (kind === 'evaluation' && evaluation)
    return [first, { label: `${evaluation.runName} on ${evaluation.dataset} v${evaluation.version}` }]
  if (kind === 'orchestration/jobs' && job) return [first, { label: job.title }]
  return crumbs
}
