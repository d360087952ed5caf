import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { isActive } from '#server/kernel/contract.ts'
import { usePolling } from '../../shell/live-status.ts'
import { useTRPC } from '../../trpc.ts'

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
