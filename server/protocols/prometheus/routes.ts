import type { FastifyInstance } from 'fastify'
import { isLocal } from '#server/adapters/local-request.ts'
import { headersOf } from '#server/web/authenticate.ts'
import type { WebParts } from '#server/web/routes.ts'
import { createWebMetrics } from './web-metrics.ts'

/** `GET /metrics`, for a collector on this machine or with a token. Measures all requests of the process. */
export function metricsRoutes(parts: WebParts) {
  const metrics = createWebMetrics(parts.kernel, parts.live)
  const plugin = async (app: FastifyInstance): Promise<void> => {
    app.addHook('onRequest', (request, reply, done) => {
      const startedAt = performance.now()
      // Also for pages, which write to the raw response.
      reply.raw.once('close', () =>
        metrics.observeRequest({
          method: request.method,
          route: request.routeOptions.url ?? 'pages',
          status: reply.raw.statusCode,
          seconds: (performance.now() - startedAt) / 1000,
        }),
      )
      done()
    })
    app.get('/metrics', async (request, reply) => {
      if (!isLocal(request.raw)) await (await parts.contextFor(headersOf(request.raw), request.method)).requireAnyone()
      return reply.type(metrics.registry.contentType).send(await metrics.registry.metrics())
    })
  }
  // The hook must apply to all routes, not only those of this plugin.
  return Object.assign(plugin, { [Symbol.for('skip-override')]: true })
}
