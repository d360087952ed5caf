import type { ServerResponse } from 'node:http'
import type { FastifyInstance } from 'fastify'
import { hostCheck } from '#server/adapters/check-host.ts'
import { limitBodyTime } from '#server/adapters/limit-body-time.ts'
import { requireNoUpgrade } from '#server/adapters/refuse-upgrade.ts'
import { AppError } from '#server/kernel/errors.ts'
import { withLogContext } from '#server/kernel/log.ts'
import { pathOf } from './authenticate.ts'
import type { WebParts } from './routes.ts'

const METHODS = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'])
/** Probes call us by the address they see, not by our name. */
const PROBES = new Set(['/api/health', '/api/ready'])

export function setSecurityHeaders(res: ServerResponse): void {
  res.setHeader('x-content-type-options', 'nosniff')
  res.setHeader('x-frame-options', 'DENY')
  res.setHeader('referrer-policy', 'strict-origin-when-cross-origin')
  res.setHeader('cross-origin-opener-policy', 'same-origin')
  res.setHeader('cross-origin-resource-policy', 'same-origin')
}

/** Adds to every request: request id, security headers, known methods, Host and Origin checks, body timeout, no upgrade. */
export function addRequestHooks(
  app: FastifyInstance,
  { kernel, bodyTimeoutMs }: Pick<WebParts, 'kernel' | 'bodyTimeoutMs'>,
): void {
  const hosts = hostCheck(kernel.env)
  app.addHook('onRequest', (request, reply, done) => {
    const { raw } = request
    // Pages and log lines read it from here. Headers are set on the raw response, since pages write to it directly.
    raw.headers['x-request-id'] = request.id
    reply.raw.setHeader('x-request-id', request.id)
    setSecurityHeaders(reply.raw)
    limitBodyTime(raw, { isStream: request.routeOptions.config.hasLongBody, timeoutMs: bodyTimeoutMs })
    withLogContext({ requestId: request.id }, done)
  })
  app.addHook('onRequest', async (request, reply) => {
    requireNoUpgrade(request.raw, reply.raw)
    if (!METHODS.has(request.method)) throw new AppError('bad_request', `${request.method} is not supported.`)
    if (!PROBES.has(pathOf(request))) hosts.require(request.raw)
  })
  // Reading a body leaves the log context: its events come from the socket.
  app.addHook('preValidation', (request, _reply, done) => withLogContext({ requestId: request.id }, done))
}
