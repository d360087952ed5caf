import { keepPreviousData, useQuery } from '@tanstack/react-query'
import type { inferRouterOutputs } from '@trpc/server'
import type { AppRouter } from '#server/api/root.ts'
import type { ColumnDecision } from '#server/data/contract.ts'
import { isActive, isTerminal } from '#server/kernel/contract.ts'
import type { ReadingOptions } from '#tables/read/contract.ts'
import { usePolling } from '../shell/live-status.ts'
import { useTRPC, useTRPCClient } from '../trpc.ts'

type DataOutputs = inferRouterOutputs<AppRouter>['data']
export type Ingestion = DataOutputs['ingestion']
export type Shown = DataOutputs['show']

export const useDatasets = (project: string) => {
  const poll = usePolling()
  return useQuery(
    useTRPC().data.list.queryOptions(
      { project },
      { refetchInterval: query => poll(query.state.data?.ingestions.some(i => isActive(i.state)) ?? false) },
    ),
  )
}

export const useDataset = (project: string, dataset: string) => {
  const poll = usePolling()
  return useQuery(
    useTRPC().data.show.queryOptions(
      { project, dataset },
      {
        placeholderData: keepPreviousData,
        refetchInterval: query => poll(isActive(query.state.data?.profileState)),
      },
    ),
  )
}

/** An ingestion until its end. */
export const useIngestion = (project: string, id: string | undefined) => {
  const poll = usePolling()
  return useQuery(
    useTRPC().data.ingestion.queryOptions(
      { project, id: id ?? '' },
      {
        enabled: id !== undefined,
        refetchInterval: query => poll(!isTerminal(query.state.data?.state)),
      },
    ),
  )
}

interface PreviewedUpload {
  fileName: string
  digest: string
  /** The dataset that gets the next version; absent: a new dataset. */
  dataset?: string
  reading: ReadingOptions
  /** Formats that were edited in the review. */
  columns?: ColumnDecision[]
}

/**
 * The preview of an upload, once a worker has read its first rows. Another dataset starts another preview, because its decisions about
 * columns apply; so do other reading options and formats.
 */
export const useSourcePreview = (project: string, { fileName, digest, dataset, reading, columns }: PreviewedUpload) => {
  const poll = usePolling()
  const client = useTRPCClient()
  const started = useQuery({
    queryKey: ['source-preview', project, digest, fileName, dataset ?? null, reading, columns ?? null],
    queryFn: () => client.data.previews.start.mutate({ project, fileName, digest, name: dataset, reading, columns }),
    staleTime: Number.POSITIVE_INFINITY,
    refetchOnMount: false,
    retry: false,
  })
  const preview = useQuery(
    useTRPC().data.previews.show.queryOptions(
      { project, id: started.data?.id ?? '', name: dataset },
      {
        enabled: started.data !== undefined,
        refetchInterval: query => poll(!isTerminal(query.state.data?.state)),
      },
    ),
  )
  return { data: started.data ? preview.data : undefined, error: started.error ?? preview.error }
}
