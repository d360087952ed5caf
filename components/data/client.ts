import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { createTRPCClient, httpBatchLink } from '@trpc/client'
import type { inferRouterOutputs } from '@trpc/server'
import type { AppRouter } from '#server/api/root.ts'
import type { AddDatasetInput, ReviewInput } from '#server/data/contract.ts'

export type DataOutputs = inferRouterOutputs<AppRouter>['data']
export type Ingestion = DataOutputs['ingestion']
export type Shown = DataOutputs['show']

const client = createTRPCClient<AppRouter>({ links: [httpBatchLink({ url: '/api/trpc' })] })

const POLL_MS = 800
const moving = (state: string | undefined) => state === 'queued' || state === 'running'

export const useDatasets = (project: string) =>
  useQuery({
    queryKey: ['data', project, 'list'],
    queryFn: () => client.data.list.query({ project }),
    refetchInterval: query => (query.state.data?.ingestions.some(i => moving(i.state)) ? POLL_MS : false),
  })

export const useDataset = (project: string, dataset: string) =>
  useQuery({
    queryKey: ['data', project, 'show', dataset],
    queryFn: () => client.data.show.query({ project, dataset }),
    placeholderData: before => before,
    refetchInterval: query => (moving(query.state.data?.profileState) ? POLL_MS : false),
  })

export const usePreview = (project: string, page: { dataset: string; offset: number; firstColumn: number }) =>
  useQuery({
    queryKey: ['data', project, 'preview', page],
    queryFn: () => client.data.preview.query({ project, ...page, rows: 50 }),
    placeholderData: before => before,
  })

/** Asks until the ingestion has ended. */
export const useIngestion = (project: string, id: string | undefined) =>
  useQuery({
    queryKey: ['data', project, 'ingestion', id],
    enabled: id !== undefined,
    queryFn: () => client.data.ingestion.query({ project, id: id! }),
    refetchInterval: query => (query.state.data && !moving(query.state.data.state) ? false : POLL_MS),
  })

export function useAddDataset(project: string) {
  const queries = useQueryClient()
  return useMutation({
    mutationFn: (input: AddDatasetInput) => client.data.add.mutate({ project, ...input }),
    onSettled: () => queries.invalidateQueries({ queryKey: ['data', project, 'list'] }),
  })
}

export function useReviewSchema(project: string) {
  const queries = useQueryClient()
  return useMutation({
    mutationFn: (input: ReviewInput) => client.data.reviewSchema.mutate({ project, ...input }),
    onSettled: () => queries.invalidateQueries({ queryKey: ['data', project] }),
  })
}
