import type { ServerResponse } from 'node:http'
import type { FastifyInstance } from 'fastify'
import { AppError } from '#server/kernel/errors.ts'
import { withLogContext } from '#server/kernel/log.ts'
import type { Kernel } from '#server/platform/kernel.ts'
import { pathOf } from './authenticate.ts'
import { hostCheck } from './check-host.ts'

const METHODS = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'])
/** A body that is not an upload must arrive within this time. */
const BODY_TIMEOUT_MS = 60_000
/** Probes call us by the address they see, not by our name. */
const PROBES = new Set(['/api/health', '/api/ready'])

export function setSecurityHeaders(res: ServerResponse): void {
  res.setHeader('x-content-type-options', 'nosniff')
  res.setHeader('x-frame-options', 'DENY')
  res.setHeader('referrer-policy', 'strict-origin-when-cross-origin')
  res.setHeader('cross-origin-opener-policy', 'same-origin')
  res.setHeader('cross-origin-resource-policy', 'same-origin')
}

/** Adds to every request: request id, security headers, known methods, Host and Origin checks, body timeout. */
export function addRequestHooks(app: FastifyInstance, kernel: Kernel): void {
  const hosts = hostCheck(kernel.env)
  app.addHook('onRequest', (request, reply, done) => {
    const { raw } = request
    // Pages and log lines read it from here. Headers are set on the raw response, since pages write to it directly.
    raw.headers['x-request-id'] = request.id
    reply.raw.setHeader('x-request-id', request.id)
    setSecurityHeaders(reply.raw)
    if (!raw.complete && !request.routeOptions.config.hasLongBody) {
      const late = setTimeout(() => {
        if (!raw.complete) raw.destroy()
      }, BODY_TIMEOUT_MS)
      reply.raw.once('close', () => clearTimeout(late))
    }
    withLogContext({ requestId: request.id }, done)
  })
  app.addHook('onRequest', async request => {
    if (!METHODS.has(request.method)) throw new AppError('bad_request', `${request.method} is not supported.`)
    if (!PROBES.has(pathOf(request))) hosts.require(request.raw)
  })
  // Reading a body leaves the log context: its events come from the socket.
  app.addHook('preValidation', (request, _reply, done) => withLogContext({ requestId: request.id }, done))
}
