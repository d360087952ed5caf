import { dehydrate, type FetchQueryOptions, HydrationBoundary, type QueryClient } from '@tanstack/react-query'
import { createTRPCOptionsProxy, type TRPCOptionsProxy } from '@trpc/tanstack-react-query'
import type { ReactNode } from 'react'
import type { AppRouter } from '#server/api/root.ts'
import { makeQueryClient } from './query-client.ts'
import { bridge, pageContext } from './server.ts'

/** The `queryOptions()` of any procedure; a list cannot keep their different types. */
type AnyQuery = { queryKey: readonly unknown[] }

/**
 * Prefetches on the server the queries of the components below, so that the first paint has data:
 * `<Prefetch queries={trpc => [trpc.data.list.queryOptions({ project })]}>`. A component retries its failed query and shows the error.
 */
export async function Prefetch({
  queries,
  children,
}: {
  queries: (trpc: TRPCOptionsProxy<AppRouter>) => AnyQuery[]
  children: ReactNode
}) {
  const queryClient: QueryClient = makeQueryClient()
  const trpc = createTRPCOptionsProxy({ ctx: pageContext, queryClient, router: bridge().router })
  await Promise.all(
    queries(trpc).map(query => queryClient.prefetchQuery({ ...(query as FetchQueryOptions), retry: false })),
  )
  return <HydrationBoundary state={dehydrate(queryClient)}>{children}</HydrationBoundary>
}
