import type { FastifyInstance, FastifyRequest } from 'fastify'
import { isLocal } from '#server/adapters/local-request.ts'
import { readLanes, readProcesses, readReadiness } from '#server/platform/status.ts'
import { headersOf } from './authenticate.ts'
import type { WebParts } from './routes.ts'

/** Returns true for a request from this machine, or with a valid session or token. */
export async function isKnown(parts: WebParts, request: FastifyRequest): Promise<boolean> {
  if (isLocal(request.raw)) return true
  return parts
    .contextFor(headersOf(request.raw), request.method)
    .then(context => context.requireAnyone())
    .then(
      () => true,
      () => false,
    )
}

/** `/api/health` (the process runs), `/api/ready` (it can serve), `/api/status` (queue and processes, for known callers). */
export function healthRoutes(parts: WebParts) {
  const { kernel } = parts
  return async (app: FastifyInstance): Promise<void> => {
    app.addHook('onRequest', async (_request, reply) => void reply.header('cache-control', 'no-store'))
    app.route({ method: ['GET', 'HEAD'], url: '/api/health', handler: async () => ({ ok: true }) })
    app.route({
      method: ['GET', 'HEAD'],
      url: '/api/ready',
      handler: async (_request, reply) => {
        const readiness = await readReadiness(kernel)
        return reply.code(readiness.ready ? 200 : 503).send(readiness)
      },
    })
    app.get('/api/status', async request => {
      const readiness = await readReadiness(kernel)
      const showsAll = readiness.database.ok && (await isKnown(parts, request))
      const [lanes, processes] = showsAll ? await Promise.all([readLanes(kernel), readProcesses(kernel)]) : [[], []]
      return {
        ...readiness,
        version: parts.version,
        url: kernel.env.FLEXIML_URL,
        inferenceUrl: kernel.env.INFERENCE_URL,
        queue: lanes,
        workers: processes.filter(p => p.kind === 'worker'),
        serve: processes.filter(p => p.kind === 'serve'),
        web: processes.filter(p => p.kind === 'web'),
      }
    })
  }
}
