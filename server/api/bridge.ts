import type { NextAuthOptions } from 'next-auth'
import type { AppRouter } from './root.ts'
import type { ApiContext } from './trpc.ts'

/**
 * What the web process passes to the pages that run inside it. It is on `globalThis`, because Next bundles what pages import: an import of
 * the server would be a second copy with its own connections. Only types may be imported from here.
 */
export interface Bridge {
  router: AppRouter
  /** Returns the context for the headers of a page's request (session cookie, request id). */
  contextFor(headers: Headers): Promise<ApiContext>
  /** Options of next-auth; their functions run outside Next's bundle. */
  auth: NextAuthOptions
}

declare global {
  var fleximl: Bridge | undefined
}
