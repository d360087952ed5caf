import type { FastifyInstance } from 'fastify'
import { type HostNames, hostCheck } from '#server/adapters/check-host.ts'
import { limitBodyTime } from '#server/adapters/limit-body-time.ts'
import { requireNoUpgrade } from '#server/adapters/refuse-upgrade.ts'
import { notFound } from './token-book.ts'

/** Probes call us by the address they see, not by our name. */
const PROBES = new Set(['/healthz', '/readyz'])
/** Time for the rest of a body that was answered before it arrived. */
const REST_TIMEOUT_MS = 5000

/** Adds to every request: security headers, Host check, no upgrade, and the end of connections whose body is not needed any more. */
export function addGuards(app: FastifyInstance, names: HostNames): void {
  const hosts = hostCheck(names)
  app.addHook('onRequest', (request, reply, done) => {
    const { raw } = request
    reply.header('x-content-type-options', 'nosniff')
    reply.header('cross-origin-resource-policy', 'same-origin')
    try {
      requireNoUpgrade(raw, reply.raw)
      if (!PROBES.has(request.url)) hosts.requireName(raw)
      // Before its body is read.
      if (request.is404) throw notFound()
      done()
    } catch (error) {
      done(error as Error)
    }
  })
  app.addHook('onResponse', (request, _reply, done) => {
    // `requestTimeout` ends with the response.
    limitBodyTime(request.raw, { timeoutMs: REST_TIMEOUT_MS })
    done()
  })
}
