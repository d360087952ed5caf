import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useTRPC, useTRPCClient } from '../../trpc.ts'

/** `name` is the dataset with all its versions, `name@3` one of them. */
export function useDeletion(project: string) {
  const [trpc, client, queries] = [useTRPC(), useTRPCClient(), useQueryClient()]
  return useMutation({
    mutationFn: (dataset: string) => client.data.storage.delete.mutate({ project, dataset }),
    // The page of a deleted dataset must not refetch it.
    onSuccess: gone =>
      gone.datasetGone
        ? queries.invalidateQueries(trpc.data.list.pathFilter())
        : queries.invalidateQueries(trpc.data.pathFilter()),
    onError: () => queries.invalidateQueries(trpc.data.storage.pathFilter()),
  })
}
