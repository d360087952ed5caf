import { dehydrate, type FetchQueryOptions, HydrationBoundary, type QueryClient } from '@tanstack/react-query'
import { createTRPCOptionsProxy, type TRPCOptionsProxy } from '@trpc/tanstack-react-query'
import type { ReactNode } from 'react'
import type { AppRouter } from '#server/api/root.ts'
import { makeQueryClient } from './query-client.ts'
import { bridge, pageContext } from './server.ts'

/** The `queryOptions()` of any procedure: each has types of its own, which a list cannot keep. */
type AnyQuery = { queryKey: readonly unknown[] }

/**
 * Prefetches on the server the queries of the components below, so that the first paint has data:
 * `<Prefetch queries={trpc => [trpc.data.list.queryOptions({ project })]}>`. Failed queries are left to the component, which retries and shows the error.
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
