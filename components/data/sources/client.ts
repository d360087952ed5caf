import { useMutation, useQuery } from '@tanstack/react-query'
import { isActive } from '#server/kernel/contract.ts'
import { usePolling } from '../../shell/live-status.ts'
import { useTRPC } from '../../trpc.ts'

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

/** The changes of sources and connections. */
export function useSourceActions() {
  const { sources } = useTRPC().data
  return {
    connect: useMutation(sources.connect.mutationOptions()),
    test: useMutation(sources.test.mutationOptions()),
    deleteConnection: useMutation(sources.deleteConnection.mutationOptions()),
    add: useMutation(sources.add.mutationOptions()),
    refresh: useMutation(sources.refresh.mutationOptions()),
    update: useMutation(sources.update.mutationOptions()),
    disconnect: useMutation(sources.disconnect.mutationOptions()),
  }
}
