import { keepPreviousData, useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import type { PrimaryInput, RollbackInput } from '#server/serving/contract.ts'
import { SAMPLE_MS } from '../shell/live-status.ts'
import { useTRPC, useTRPCClient } from '../trpc.ts'

export const useEndpoints = (project: string) =>
  useQuery(useTRPC().serving.list.queryOptions({ project }, { refetchInterval: SAMPLE_MS.overview }))

export const useEndpoint = (project: string, endpoint: string) =>
  useQuery(useTRPC().serving.show.queryOptions({ project, endpoint }, { refetchInterval: SAMPLE_MS.overview }))

export const useStats = (project: string, endpoint: string, minutes: number) =>
  useQuery(
    useTRPC().serving.stats.queryOptions(
      { project, endpoint, minutes },
      { placeholderData: keepPreviousData, refetchInterval: SAMPLE_MS.rates },
    ),
  )

export const useHistory = (project: string, endpoint: string, at: string) =>
  useQuery(
    useTRPC().serving.history.queryOptions(
      { project, endpoint, at: at || undefined },
      { placeholderData: keepPreviousData, retry: false },
    ),
  )

export const usePredictions = (project: string, endpoint: string) =>
  useQuery(
    useTRPC().serving.predictions.queryOptions(
      { project, endpoint, limit: 50 },
      { refetchInterval: SAMPLE_MS.overview },
    ),
  )

export function useRollback(project: string) {
  const [trpc, client, queries] = [useTRPC(), useTRPCClient(), useQueryClient()]
  return useMutation({
    mutationFn: (input: RollbackInput) => client.serving.rollback.mutate({ project, ...input }),
    onSettled: () =>
      Promise.all([
        queries.invalidateQueries(trpc.registry.pathFilter()),
        queries.invalidateQueries(trpc.serving.pathFilter()),
      ]),
  })
}

export function useChoosePrimary(project: string) {
  const [trpc, client, queries] = [useTRPC(), useTRPCClient(), useQueryClient()]
  return useMutation({
    mutationFn: (input: PrimaryInput) => client.serving.choosePrimary.mutate({ project, ...input }),
    onSettled: () =>
      Promise.all([
        queries.invalidateQueries(trpc.registry.pathFilter()),
        queries.invalidateQueries(trpc.serving.pathFilter()),
      ]),
  })
}

export function useTryIt(project: string, endpoint: string) {
  const [trpc, client, queries] = [useTRPC(), useTRPCClient(), useQueryClient()]
  return useMutation({
    mutationFn: (row: Record<string, unknown>) => client.serving.tryIt.mutate({ project, endpoint, rows: [row] }),
    onSettled: () => queries.invalidateQueries(trpc.serving.predictions.queryFilter({ project, endpoint })),
  })
}
