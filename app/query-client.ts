import { defaultShouldDehydrateQuery, MutationCache, QueryCache, QueryClient } from '@tanstack/react-query'
import { routerOf } from '#components/shell/live-topics.ts'
import { SIGN_IN_PATH } from '#components/shell/places.ts'

/** Retries connection failures, as during a restart of the server, but not refusals. */
const MAY_RETRY = new Set([408, 429, 502, 503, 504])

const statusOf = (error: unknown) => (error as { data?: { httpStatus?: number } | null }).data?.httpStatus

/** Redirects to sign-in when the session has ended, with the current page as the return address. */
function leaveWhenSignedOut(error: unknown): void {
  if (typeof window === 'undefined' || statusOf(error) !== 401 || window.location.pathname === SIGN_IN_PATH) return
  const here = window.location.pathname + window.location.search
  window.location.assign(`${SIGN_IN_PATH}?callbackUrl=${encodeURIComponent(here)}`)
}

/** Routers that also show what a change of the key changes. */
const RELATED: Record<string, readonly string[]> = { access: ['home'], serving: ['registry'] }

/** Every change, also a refused one, is followed by fetching the queries of its router again. Mutations with an own function do this themselves. */
const refetchAfterChange = (queries: QueryClient, key: readonly unknown[] | undefined) => {
  const router = key && routerOf(key)
  if (router === undefined) return
  const routers = [router, ...(RELATED[router] ?? [])]
  return queries.invalidateQueries({ predicate: query => routers.includes(routerOf(query.queryKey) ?? '') })
}

export const makeQueryClient = () => {
  const queries: QueryClient = new QueryClient({
    queryCache: new QueryCache({ onError: leaveWhenSignedOut }),
    mutationCache: new MutationCache({
      onSettled: (_data, _error, _input, _context, mutation) =>
        refetchAfterChange(queries, mutation.options.mutationKey),
    }),
    defaultOptions: {
      queries: {
        // Data rendered by the server is fresh until the live stream invalidates it.
        staleTime: 15_000,
        refetchOnWindowFocus: false,
        retry: (failures, error) => {
          const status = statusOf(error)
          return failures < 3 && (status === undefined || MAY_RETRY.has(status))
        },
        retryDelay: failures => Math.min(500 * 2 ** failures, 4000),
      },
      dehydrate: { shouldDehydrateQuery: query => defaultShouldDehydrateQuery(query) },
    },
  })
  return queries
}
