import { useMutation, useQuery } from '@tanstack/react-query'
import type { inferRouterOutputs } from '@trpc/server'
import type { AppRouter } from '#server/api/root.ts'
import type { ExpectationInput } from '#server/data/expectations/contract.ts'
import { isActive } from '#server/kernel/contract.ts'
import { usePolling } from '../../shell/live-status.ts'
import { useTRPC } from '../../trpc.ts'

type Outputs = inferRouterOutputs<AppRouter>['data']['expectations']
export type Expectations = Outputs['show']
export type Validation = NonNullable<Expectations['validation']>
export type Result = Validation['results'][number]
export type ShownExpectation = Expectations['expectations'][number]
export type ShownSuggestion = Outputs['suggest']['suggestions'][number]

export const useExpectations = (project: string, dataset: string) => {
  const poll = usePolling()
  return useQuery(
    useTRPC().data.expectations.show.queryOptions(
      { project, dataset },
      { refetchInterval: query => poll(isActive(query.state.data?.validation?.state)) },
    ),
  )
}

export const useSuggestions = (project: string, dataset: string) => {
  const poll = usePolling()
  return useQuery(
    useTRPC().data.expectations.suggest.queryOptions(
      { project, dataset },
      { refetchInterval: query => poll(isActive(query.state.data?.state)) },
    ),
  )
}

/** Saves the whole list: what is not in it is gone. */
export function useSave(project: string, shown: Pick<Expectations, 'dataset' | 'version' | 'suite'>) {
  const { mutate, ...rest } = useMutation(useTRPC().data.expectations.save.mutationOptions())
  return {
    ...rest,
    save: (expectations: ExpectationInput[], onSuccess?: () => void) =>
      mutate(
        { project, dataset: `${shown.dataset}@${shown.version}`, expectations, basedOn: shown.suite },
        { onSuccess },
      ),
  }
}
