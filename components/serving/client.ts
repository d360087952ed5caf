import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { createTRPCClient, httpBatchLink } from '@trpc/client'
import type { AppRouter } from '#server/api/root.ts'
import type { RollbackInput } from '#server/serving/contract.ts'

const client = createTRPCClient<AppRouter>({ links: [httpBatchLink({ url: '/api/trpc' })] })
const LIVE_MS = 2000

export const useEndpoints = (project: string) =>
  useQuery({
    queryKey: ['serving', project, 'list'],
    queryFn: () => client.serving.list.query({ project }),
    refetchInterval: 5000,
  })

export const useEndpoint = (project: string, endpoint: string) =>
  useQuery({
    queryKey: ['serving', project, 'show', endpoint],
    queryFn: () => client.serving.show.query({ project, endpoint }),
    refetchInterval: 5000,
  })

export const useStats = (project: string, endpoint: string, minutes: number) =>
  useQuery({
    queryKey: ['serving', project, 'stats', endpoint, minutes],
    queryFn: () => client.serving.stats.query({ project, endpoint, minutes }),
    placeholderData: before => before,
    refetchInterval: LIVE_MS,
  })

export const useHistory = (project: string, endpoint: string, at: string) =>
  useQuery({
    queryKey: ['serving', project, 'history', endpoint, at],
    placeholderData: before => before,
    retry: false,
    queryFn: () => client.serving.history.query({ project, endpoint, at: at || undefined }),
  })

export const usePredictions = (project: string, endpoint: string) =>
  useQuery({
    queryKey: ['serving', project, 'predictions', endpoint],
    queryFn: () => client.serving.predictions.query({ project, endpoint, limit: 50 }),
    refetchInterval: 5000,
  })

export function useRollback(project: string) {
  const queries = useQueryClient()
  return useMutation({
    mutationFn: (input: RollbackInput) => client.serving.rollback.mutate({ project, ...input }),
    onSettled: () =>
      Promise.all([
        queries.invalidateQueries({ queryKey: ['registry', project] }),
        queries.invalidateQueries({ queryKey: ['serving', project] }),
      ]),
  })
}

export function useTryIt(project: string, endpoint: string) {
  const queries = useQueryClient()
  return useMutation({
    mutationFn: (row: Record<string, unknown>) => client.serving.tryIt.mutate({ project, endpoint, rows: [row] }),
    onSettled: () => queries.invalidateQueries({ queryKey: ['serving', project, 'predictions', endpoint] }),
  })
}
