import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useTRPC, useTRPCClient } from '../../trpc.ts'

/** Most answers come within a second. */
const POLL_MS = 300
const moving = (state: string | undefined) => state === 'queued' || state === 'running'

/** Asks until the query has ended; its answer never changes then. */
export const useAnswer = (project: string, id: string | null) =>
  useQuery(
    useTRPC().data.queries.show.queryOptions(
      { project, id: id ?? '' },
      {
        enabled: id !== null,
        refetchInterval: query => (query.state.data && !moving(query.state.data.state) ? false : POLL_MS),
      },
    ),
  )

export const useHistory = (project: string, dataset: string) =>
  useQuery(useTRPC().data.queries.list.queryOptions({ project, dataset }))

export function useRunQuery(project: string) {
  const [trpc, client, queries] = [useTRPC(), useTRPCClient(), useQueryClient()]
  return useMutation({
    mutationFn: ({ saveAs, ...input }: { dataset: string; sql: string; saveAs?: string }) =>
      saveAs === undefined
        ? client.data.queries.start.mutate({ project, ...input })
        : client.data.queries.save.mutate({ project, ...input, saveAs }),
    onSettled: () => queries.invalidateQueries(trpc.data.queries.list.pathFilter()),
  })
}

export function useCancelQuery(project: string) {
  const [trpc, client, queries] = [useTRPC(), useTRPCClient(), useQueryClient()]
  return useMutation({
    mutationFn: (id: string) => client.data.queries.cancel.mutate({ project, id }),
    onSettled: () => queries.invalidateQueries(trpc.data.queries.pathFilter()),
  })
}
