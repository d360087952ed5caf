import type { IncomingMessage } from 'node:http'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { authorize } from '#server/access/caller.ts'
import { AppError } from '#server/kernel/errors.ts'
import { type RouteAccess, recordRoutes, type WebParts } from './routes.ts'

/** Converts the request's headers for the API context. */
export function headersOf(req: IncomingMessage): Headers {
  const headers = new Headers()
  for (let i = 0; i < req.rawHeaders.length; i += 2) headers.append(req.rawHeaders[i]!, req.rawHeaders[i + 1]!)
  if (typeof req.headers['x-request-id'] === 'string') headers.set('x-request-id', req.headers['x-request-id'])
  return headers
}

export const pathOf = (request: FastifyRequest): string => request.url.split('?', 1)[0]!

const matches = (pattern: string, segments: readonly string[]): boolean => {
  const parts = pattern.split('/')
  return parts.length === segments.length && parts.every((part, i) => part.startsWith(':') || part === segments[i])
}

/** Returns the error for an address without a route; it names the methods that the address accepts. */
export function noRoute(request: FastifyRequest): AppError {
  const segments = pathOf(request).split('/')
  const methods = request.server.registeredRoutes.filter(r => matches(r.url, segments)).map(r => r.method)
  return methods.length === 0 || methods.includes(request.method)
    ? new AppError('not_found', `There is no route ${request.method} ${pathOf(request)}.`)
    : new AppError('bad_request', `This address accepts ${methods.join(', ')}, not ${request.method}.`)
}

/** Throws for a path parameter that decodes to a slash or NUL. */
function requirePlainParams(request: FastifyRequest): void {
  for (const [name, value] of Object.entries(request.params as Record<string, string>))
    if (name !== '*' && (value === '' || /[/\\\0]/.test(value))) throw noRoute(request)
}

/**
 * Authenticates and authorizes every route of `app` before its body is read: sets `request.caller`. A `:project` in the path names the
 * project; without it the token does.
 */
export function authenticateRoutes(
  app: FastifyInstance,
  parts: WebParts,
  credentials: RouteAccess['credentials'],
): void {
  recordRoutes(app, credentials)
  app.addHook('preParsing', async request => {
    const { permission } = request.routeOptions.config
    // Only the not-found handler has none.
    if (permission === undefined || permission === 'public') return
    requirePlainParams(request)
    const headers = headersOf(request.raw)
    if (credentials === 'token') headers.delete('cookie')
    const context = await parts.contextFor(headers, request.method)
    const caller = await context.callerIn((request.params as { project?: string }).project)
    await authorize(parts.kernel, caller, permission)
    request.caller = caller
  })
}
