import type { NextAuthOptions } from 'next-auth'
import type { AppRouter } from './root.ts'
import type { ApiContext } from './trpc.ts'

/**
 * What the web process hands to the pages that run inside it. It lies on `globalThis`, because Next bundles what pages import: an import
 * of the server would be a second copy of it, with connections of its own. Only types may be imported from here.
 */
export interface Bridge {
  router: AppRouter
  /** The caller behind the headers of a page's request: session cookie, request id. */
  contextFor(headers: Headers): Promise<ApiContext>
  /** How people sign in; its functions run on our side of the bridge. */
  auth: NextAuthOptions
}

declare global {
  var fleximl: Bridge | undefined
}
