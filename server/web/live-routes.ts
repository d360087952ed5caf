import type { FastifyInstance } from 'fastify'
import { headersOf } from './authenticate.ts'
import type { WebParts } from './routes.ts'

/** `GET /api/live`: the stream of the signed-in person. Refusals are ordinary error responses. */
export function liveRoutes({ live }: Pick<WebParts, 'live'>) {
  return async (app: FastifyInstance): Promise<void> => {
    app.get('/api/live', async (request, reply) => {
      await live.connect(request.raw, reply.raw, headersOf(request.raw))
      reply.hijack()
    })
  }
}
