import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import type { AnnotateInput } from '#server/data/versions/contract.ts'
import { useTRPC, useTRPCClient } from '../../trpc.ts'

export const useVersions = (project: string, dataset: string) =>
  useQuery(useTRPC().data.versions.list.queryOptions({ project, dataset }))

export const usePushed = (project: string, dataset: string) =>
  useQuery(useTRPC().data.versions.pushed.queryOptions({ project, dataset }))

export function useAnnotate(project: string) {
  const [trpc, client, queries] = [useTRPC(), useTRPCClient(), useQueryClient()]
  return useMutation({
    mutationFn: (input: AnnotateInput) => client.data.versions.annotate.mutate({ project, ...input }),
    onSettled: () => queries.invalidateQueries(trpc.data.pathFilter()),
  })
}
