import { useQuery } from '@tanstack/react-query'
import { usePolling } from '../shell/live-status.ts'
import { useTRPC } from '../trpc.ts'

export const useModels = (project: string) => useQuery(useTRPC().registry.list.queryOptions({ project }))

export const useModel = (project: string, model: string) =>
  useQuery(useTRPC().registry.show.queryOptions({ project, model }))

/** The models of two runs on the same rows; followed while evaluations run. Default rows: the version that `other` was trained on. */
export function useComparison(
  project: string,
  base: string | null | undefined,
  other: string | null | undefined,
  data: string | null = null,
) {
  const poll = usePolling()
  return useQuery({
    ...useTRPC().evaluation.compare.queryOptions({
      project,
      base: base ?? '',
      other: other ?? '',
      ...(data ? { data } : {}),
    }),
    enabled: Boolean(base && other),
    refetchInterval: query => poll(query.state.data?.state === 'running'),
  })
}

export const useEndpoints = (project: string) => useQuery(useTRPC().serving.list.queryOptions({ project }))

export const useHistory = (project: string, endpoint: string) =>
  useQuery(useTRPC().serving.history.queryOptions({ project, endpoint }, { enabled: endpoint !== '', retry: false }))
