import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import type { PromoteInput } from '#server/serving/contract.ts'
import { useTRPC, useTRPCClient } from '../trpc.ts'

export const useModels = (project: string) => useQuery(useTRPC().registry.list.queryOptions({ project }))

export const useModel = (project: string, model: string) =>
  useQuery(useTRPC().registry.show.queryOptions({ project, model }))

export const useEndpoints = (project: string) => useQuery(useTRPC().serving.list.queryOptions({ project }))

export const useHistory = (project: string, endpoint: string) =>
  useQuery(useTRPC().serving.history.queryOptions({ project, endpoint }, { enabled: endpoint !== '', retry: false }))

export function usePromote(project: string) {
  const [trpc, client, queries] = [useTRPC(), useTRPCClient(), useQueryClient()]
  return useMutation({
    mutationFn: (input: PromoteInput) => client.serving.promote.mutate({ project, ...input }),
    onSettled: () =>
      Promise.all([
        queries.invalidateQueries(trpc.registry.pathFilter()),
        queries.invalidateQueries(trpc.serving.pathFilter()),
      ]),
  })
}
