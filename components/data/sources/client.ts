import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import type { AddSourceInput, CreateConnectionInput, UpdateSourceInput } from '#server/data/sources/contract.ts'
import { useTRPC, useTRPCClient } from '../../trpc.ts'

const POLL_MS = 800

export const useConnections = (project: string) =>
  useQuery(
    useTRPC().data.sources.connections.queryOptions(
      { project },
      { refetchInterval: query => (query.state.data?.items.some(c => c.test.state === 'running') ? POLL_MS : false) },
    ),
  )

const moving = (state: string | undefined) => state === 'queued' || state === 'running'

export const useSource = (project: string, dataset: string) =>
  useQuery(
    useTRPC().data.sources.show.queryOptions(
      { project, dataset },
      { refetchInterval: query => (moving(query.state.data?.source?.last?.state) ? POLL_MS : false) },
    ),
  )

/** Every change of a source or connection; whatever it changed is asked for again. */
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
