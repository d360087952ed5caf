import { dehydrate, type FetchQueryOptions, HydrationBoundary, type QueryClient } from '@tanstack/react-query'
import { createTRPCOptionsProxy, type TRPCOptionsProxy } from '@trpc/tanstack-react-query'
import type { ReactNode } from 'react'
import type { AppRouter } from '#server/api/root.ts'
import { makeQueryClient } from './query-client.ts'
import { bridge, pageContext } from './server.ts'

/** The `queryOptions()` of any procedure: each has types of its own, which a list cannot keep. */
type AnyQuery = { queryKey: readonly unknown[] }

/**
 * Reads on the server what the components below will ask for, so that the first paint has data:
 * `<Prefetch queries={trpc => [trpc.data.list.queryOptions({ project })]}>`. What fails is left out; the component asks again and shows why.
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
