import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import type { AddSourceInput, CreateConnectionInput, UpdateSourceInput } from '#server/data/sources/contract.ts'
import { isActive } from '#server/kernel/contract.ts'
import { usePolling } from '../../shell/live-status.ts'
import { useTRPC, useTRPCClient } from '../../trpc.ts'

export const useConnections = (project: string) => {
  const poll = usePolling()
  return useQuery(
    useTRPC().data.sources.connections.queryOptions(
      { project },
      { refetchInterval: query => poll(query.state.data?.items.some(c => isActive(c.test.state)) ?? false) },
    ),
  )
}

export const useSource = (project: string, dataset: string) => {
  const poll = usePolling()
  return useQuery(
    useTRPC().data.sources.show.queryOptions(
      { project, dataset },
      { refetchInterval: query => poll(isActive(query.state.data?.source?.last?.state)) },
    ),
  )
}

/** The changes of sources and connections; each invalidates the data queries. */
export function useSourceActions(project: string) {
  const [trpc, client, queries] = [useTRPC(), useTRPCClient(), useQueryClient()]
  const onSettled = () => queries.invalidateQueries(trpc.data.pathFilter())
  const api = client.data.sources
  return {
    connect: useMutation({
      mutationFn: (input: CreateConnectionInput) => api.connect.mutate({ project, ...input }),
      onSettled,
    }),
    test: useMutation({ mutationFn: (name: string) => api.test.mutate({ project, name }), onSettled }),
    deleteConnection: useMutation({
      mutationFn: (name: string) => api.deleteConnection.mutate({ project, name }),
      onSettled,
    }),
    add: useMutation({ mutationFn: (input: AddSourceInput) => api.add.mutate({ project, ...input }), onSettled }),
    refresh: useMutation({ mutationFn: (dataset: string) => api.refresh.mutate({ project, dataset }), onSettled }),
    update: useMutation({
      mutationFn: (input: UpdateSourceInput) => api.update.mutate({ project, ...input }),
      onSettled,
    }),
    disconnect: useMutation({
      mutationFn: (dataset: string) => api.disconnect.mutate({ project, dataset }),
      onSettled,
    }),
  }
}
