import { keepPreviousData, useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { isActive } from '#server/kernel/contract.ts'
import { usePolling } from '../../shell/live-status.ts'
import { useTRPC, useTRPCClient } from '../../trpc.ts'

export const useProfile = (project: string, dataset: string) => {
  const poll = usePolling()
  return useQuery(
    useTRPC().data.columns.summary.queryOptions(
      { project, dataset },
      {
        placeholderData: keepPreviousData,
        refetchInterval: query => poll(isActive(query.state.data?.state) || isActive(query.state.data?.relationsState)),
      },
    ),
  )
}

export const useColumn = (project: string, dataset: string, column: string) =>
  useQuery(useTRPC().data.columns.column.queryOptions({ project, dataset, column }))

/** A finer histogram between two ends; versions are immutable, so it is fetched once. */
export const useZoom = (
  project: string,
  dataset: string,
  column: string,
  range: { from: number; to: number } | undefined,
) =>
  useQuery(
    useTRPC().data.columns.histogram.queryOptions(
      { project, dataset, column, from: range?.from ?? 0, to: range?.to ?? 1 },
      { enabled: range !== undefined, placeholderData: keepPreviousData, staleTime: Number.POSITIVE_INFINITY },
    ),
  )

export function useMakeAgain(project: string, dataset: string) {
  const [trpc, client, queries] = [useTRPC(), useTRPCClient(), useQueryClient()]
  const onSettled = () => queries.invalidateQueries(trpc.data.pathFilter())
  const make = useMutation({ mutationFn: () => client.data.columns.make.mutate({ project, dataset }), onSettled })
  const relate = useMutation({ mutationFn: () => client.data.columns.relate.mutate({ project, dataset }), onSettled })
  return { make, relate }
}
