import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { isTerminal } from '#server/kernel/contract.ts'
import { usePolling } from '../../shell/live-status.ts'
import { useTRPC, useTRPCClient } from '../../trpc.ts'

/** The result of a query, once it has ended; it never changes then. */
export const useAnswer = (project: string, id: string | null) => {
  const poll = usePolling()
  return useQuery(
    useTRPC().data.queries.show.queryOptions(
      { project, id: id ?? '' },
      {
        enabled: id !== null,
        refetchInterval: query => poll(!isTerminal(query.state.data?.state)),
      },
    ),
  )
}

export const useHistory = (project: string, dataset: string) =>
  useQuery(useTRPC().data.queries.list.queryOptions({ project, dataset }))

export function useRunQuery(project: string) {
  const trpc = useTRPC()
  const queries = useQueryClient()
  const client = useTRPCClient()
  return useMutation({
    mutationFn: ({ saveAs, ...input }: { dataset: string; sql: string; saveAs?: string }) =>
      saveAs === undefined
        ? client.data.queries.start.mutate({ project, ...input })
        : client.data.queries.save.mutate({ project, ...input, saveAs }),
    onSettled: () => queries.invalidateQueries(trpc.data.queries.list.pathFilter()),
  })
}
