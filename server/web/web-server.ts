import rateLimit from '@fastify/rate-limit'
import { type FastifyError, type FastifyInstance, fastify } from 'fastify'
import { TRPC_PREFIX, trpcRoutes } from '#server/api/trpc-routes.ts'
import { AppError } from '#server/kernel/errors.ts'
import { newId } from '#server/kernel/ids.ts'
import { DVC_PREFIX, dvcRoutes } from '#server/protocols/dvc/routes.ts'
import { LFS_PREFIX, lfsRoutes } from '#server/protocols/git-lfs/routes.ts'
import { metricsRoutes } from '#server/protocols/prometheus/routes.ts'
import { docsRoutes } from '#server/rest/docs.ts'
import { REST_PREFIX } from '#server/rest/document.ts'
import { registerRestRoutes, restRoutes } from '#server/rest/rest-routes.ts'
import { passBodyThrough } from './body-parsers.ts'
import { logInternal, sendError, toHttpError } from './errors.ts'
import { healthRoutes } from './health-routes.ts'
import { addRequestHooks, setSecurityHeaders } from './hooks.ts'
import { liveRoutes } from './live-routes.ts'
import { registerPages } from './page-routes.ts'
import type { WebParts } from './routes.ts'

const REQUEST_ID = /^[A-Za-z0-9._-]{8,64}$/
/** A tRPC batch names up to twenty procedures in one path segment. */
const MAX_PARAM_LENGTH = 2000

/** Builds the HTTP server of the web process: routes for programs first, then the pages. Does not listen yet. */
export async function createWebServer(parts: WebParts): Promise<FastifyInstance> {
  const { kernel } = parts
  const app = fastify({
    logger: false,
    // Uploads of many gigabytes take hours; headers and other bodies do not (`addRequestHooks`).
    requestTimeout: 0,
    http: { headersTimeout: 30_000 },
    keepAliveTimeout: 65_000,
    forceCloseConnections: 'idle',
    exposeHeadRoutes: false,
    routerOptions: { maxParamLength: MAX_PARAM_LENGTH },
    genReqId: req => {
      const given = req.headers['x-request-id']
      return typeof given === 'string' && REQUEST_ID.test(given) ? given : newId()
    },
    frameworkErrors: (error, request, reply) => {
      setSecurityHeaders(reply.raw)
      return sendError(request, reply, toHttpError(error))
    },
  })
  app.decorate('registeredRoutes', [])
  app.decorateRequest('caller')
  app.decorateRequest('apiContext')
  app.setErrorHandler<FastifyError>((thrown, request, reply) => {
    const error = toHttpError(thrown)
    logInternal(kernel, request, error, thrown)
    return sendError(request, reply, error)
  })
  passBodyThrough(app)
  // First, so that refused requests are measured too.
  await app.register(metricsRoutes(parts))
  addRequestHooks(app, parts)
  await app.register(rateLimit, {
    global: false,
    errorResponseBuilder: (_request, context) =>
      new AppError('too_many_requests', 'Too many requests.', {
        hint: `At most ${context.max} a minute. Wait, then try again.`,
        retryAfterSeconds: context.ttl / 1000,
      }),
  })
  await app.register(healthRoutes(parts))
  await app.register(liveRoutes(parts))
  await app.register(trpcRoutes(parts), { prefix: TRPC_PREFIX })
  await app.register(docsRoutes(parts, registerRestRoutes))
  await app.register(restRoutes(parts), { prefix: REST_PREFIX })
  await app.register(lfsRoutes(parts), { prefix: LFS_PREFIX })
  await app.register(dvcRoutes(parts), { prefix: DVC_PREFIX })
  registerPages(app, parts)
  await app.ready()
  return app
}
