import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { createTRPCClient, httpBatchLink } from '@trpc/client'
import type { AppRouter } from '#server/api/root.ts'
import type { PromoteInput } from '#server/serving/contract.ts'

const client = createTRPCClient<AppRouter>({ links: [httpBatchLink({ url: '/api/trpc' })] })

export const useModels = (project: string) =>
  useQuery({ queryKey: ['registry', project, 'list'], queryFn: () => client.registry.list.query({ project }) })

export const useModel = (project: string, model: string) =>
  useQuery({
    queryKey: ['registry', project, 'show', model],
    queryFn: () => client.registry.show.query({ project, model }),
  })

export const useEndpoints = (project: string) =>
  useQuery({ queryKey: ['serving', project, 'list'], queryFn: () => client.serving.list.query({ project }) })

export const useHistory = (project: string, endpoint: string) =>
  useQuery({
    queryKey: ['serving', project, 'history', endpoint],
    enabled: endpoint !== '',
    retry: false,
    queryFn: () => client.serving.history.query({ project, endpoint }),
  })

export function usePromote(project: string) {
  const queries = useQueryClient()
  return useMutation({
    mutationFn: (input: PromoteInput) => client.serving.promote.mutate({ project, ...input }),
    onSettled: () =>
      Promise.all([
        queries.invalidateQueries({ queryKey: ['registry', project] }),
        queries.invalidateQueries({ queryKey: ['serving', project] }),
      ]),
  })
}

export function useDescribe(project: string) {
  const queries = useQueryClient()
  return useMutation({
    mutationFn: (input: { model: string; description: string }) =>
      client.registry.describe.mutate({ project, ...input }),
    onSettled: () => queries.invalidateQueries({ queryKey: ['registry', project] }),
  })
}
