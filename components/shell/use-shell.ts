'use client'
import { useQuery } from '@tanstack/react-query'
import { undecidedModels } from '../home/home-data.ts'
import { useTRPC } from '../trpc.ts'

/** The project of this page; undefined on pages outside any. */
export const projectOf = (path: string): string | undefined => /^\/p\/([^/]+)/.exec(path)?.[1]

export interface WordMark {
  /** Something of this word goes on or waits: shown as a number. */
  count?: number
  /** Something needs somebody. */
  attention?: string
}

/** Badges of the side bar, from the cached lists of the pages. */
export function useWordMarks(project: string | undefined): Record<string, WordMark> {
  const trpc = useTRPC()
  const enabled = project !== undefined
  const { data: jobs } = useQuery(trpc.orchestration.list.queryOptions({ project, state: 'active' }, { enabled }))
  const { data: models } = useQuery(trpc.registry.list.queryOptions({ project }, { enabled }))
  const { data: endpoints } = useQuery(trpc.serving.list.queryOptions({ project }, { enabled }))
  const { data: monitors } = useQuery(trpc.monitoring.list.queryOptions({ project }, { enabled }))
  const training = jobs?.items.filter(j => j.subjectKind === 'run').length ?? 0
  const newer = undecidedModels({ models: models?.items, endpoints: endpoints?.items }).length
  const behind = endpoints?.items.filter(e => e.servers.alive === 0 || e.servers.current < e.servers.alive).length ?? 0
  const drifting =
    monitors?.items.filter(m => m.verdict === 'warn' || m.verdict === 'alert' || m.problem !== null).length ?? 0
  return {
    training: training > 0 ? { count: training } : {},
    registry: newer > 0 ? { count: newer } : {},
    serving: behind > 0 ? { attention: 'an endpoint does not answer as it should' } : {},
    monitoring: drifting > 0 ? { attention: `${drifting} to look at` } : {},
  }
}
