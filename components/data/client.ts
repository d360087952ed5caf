import { keepPreviousData, useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import type { inferRouterOutputs } from '@trpc/server'
import type { AppRouter } from '#server/api/root.ts'
import type { AddDatasetInput, PreviewSourceInput, ReviewInput } from '#server/data/contract.ts'
import { useTRPC, useTRPCClient } from '../trpc.ts'

type DataOutputs = inferRouterOutputs<AppRouter>['data']
export type Ingestion = DataOutputs['ingestion']
export type Shown = DataOutputs['show']

/** Files are read in seconds: whoever watches one looks more often than the live stream reports. */
const POLL_MS = 800
const moving = (state: string | undefined) => state === 'queued' || state === 'running'

export const useDatasets = (project: string) =>
  useQuery(
    useTRPC().data.list.queryOptions(
      { project },
      { refetchInterval: query => (query.state.data?.ingestions.some(i => moving(i.state)) ? POLL_MS : false) },
    ),
  )

export const useDataset = (project: string, dataset: string) =>
  useQuery(
    useTRPC().data.show.queryOptions(
      { project, dataset },
      {
        placeholderData: keepPreviousData,
        refetchInterval: query => (moving(query.state.data?.profileState) ? POLL_MS : false),
      },
    ),
  )

/** Asks until the ingestion has ended. */
export const useIngestion = (project: string, id: string | undefined) =>
  useQuery(
    useTRPC().data.ingestion.queryOptions(
      { project, id: id ?? '' },
      {
        enabled: id !== undefined,
        refetchInterval: query => (query.state.data && !moving(query.state.data.state) ? false : POLL_MS),
      },
    ),
  )

export function useAddDataset(project: string) {
  const [trpc, client, queries] = [useTRPC(), useTRPCClient(), useQueryClient()]
  return useMutation({
    mutationFn: (input: AddDatasetInput) => client.data.add.mutate({ project, ...input }),
    onSettled: () => queries.invalidateQueries(trpc.data.pathFilter()),
  })
}

export function useStartPreview(project: string) {
  const client = useTRPCClient()
  return useMutation({
    mutationFn: (input: PreviewSourceInput) => client.data.previews.start.mutate({ project, ...input }),
  })
}

/** Asks until the upload has been looked at. */
export const useSourcePreview = (project: string, id: string | undefined) =>
  useQuery(
    useTRPC().data.previews.show.queryOptions(
      { project, id: id ?? '' },
      {
        enabled: id !== undefined,
        refetchInterval: query => (query.state.data && !moving(query.state.data.state) ? false : POLL_MS),
      },
    ),
  )

export function useReviewSchema(project: string) {
  const [trpc, client, queries] = [useTRPC(), useTRPCClient(), useQueryClient()]
  return useMutation({
    mutationFn: (input: ReviewInput) => client.data.reviewSchema.mutate({ project, ...input }),
    onSettled: () => queries.invalidateQueries(trpc.data.pathFilter()),
  })
}
