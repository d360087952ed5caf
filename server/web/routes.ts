import type { IncomingMessage, ServerResponse } from 'node:http'
import type { FastifyInstance, FastifySchema, RouteOptions } from 'fastify'
import type { Caller } from '#server/access/caller.ts'
import type { Permission } from '#server/access/contract.ts'
import type { ApiContext } from '#server/api/trpc.ts'
import type { Kernel } from '#server/platform/kernel.ts'
import type { LiveHub } from '../api/live.ts'

/** Dependencies of the plugins of the web process. */
export interface WebParts {
  kernel: Kernel
  version: string
  /** Resolves the caller. A session cookie authorizes a change only when the request comes from our own pages. */
  contextFor(headers: Headers, method: string): Promise<ApiContext>
  /** Handles every request that no route matches: pages, their files, sign-in. */
  pages(req: IncomingMessage, res: ServerResponse): Promise<void>
  live: LiveHub
  /** Requests a minute of one token to the REST API; tests raise it. */
  restRequestsPerMinute?: number
  /** Time limit of bodies; tests lower it. */
  bodyTimeoutMs?: number
  /** Tests check each REST response against its schema; in production that would cost time and could fail a good response. */
  checksResponses?: boolean
}

/** Who may call a route: a permission in the project, or everyone. `token` routes ignore cookies. */
export interface RouteAccess {
  permission: Permission | 'public'
  credentials: 'token' | 'token or session'
}

export interface RegisteredRoute extends RouteAccess {
  method: string
  /** The pattern, with `:name` parts. */
  url: string
  schema: FastifySchema
}

declare module 'fastify' {
  interface FastifyContextConfig {
    permission?: Permission | 'public'
    /** The body is a stream of bytes that may take hours, as long as it makes progress. */
    hasLongBody?: boolean
  }
  interface FastifyInstance {
    /** All routes that `authenticateRoutes` protects: the isolation tests are generated from it. */
    registeredRoutes: RegisteredRoute[]
  }
  interface FastifyRequest {
    /** Set before the body is parsed. */
    caller: Caller
    /** Set for tRPC requests. */
    apiContext: Promise<ApiContext>
  }
}

const methodsOf = ({ method }: RouteOptions): string[] => [method].flat()

/** Records the routes of `app` and below. Throws at start when one of them declares no permission. */
export function recordRoutes(app: FastifyInstance, credentials: RouteAccess['credentials']): void {
  app.addHook('onRoute', route => {
    const permission = route.config?.permission
    if (!permission) throw new Error(`${methodsOf(route)} ${route.url} declares no permission.`)
    for (const method of methodsOf(route))
      app.registeredRoutes.push({ method, url: route.url, permission, credentials, schema: route.schema ?? {} })
  })
}
