import type { FastifyInstance } from 'fastify'
import { recordRoutes, type WebParts } from '#server/web/routes.ts'
import { buildDocument, DOCS_PREFIX, REST_PREFIX, type RegisterRoutes } from './document.ts'

/** `/api/v1/openapi.json` and the reference page `/api/docs`: public, without data of a project. */
export function docsRoutes(parts: WebParts, register: RegisterRoutes) {
  let built: Promise<FastifyInstance> | undefined
  const document = () => {
    built ??= buildDocument(parts, register).catch(error => {
      built = undefined
      throw error
    })
    return built
  }
  return async (app: FastifyInstance): Promise<void> => {
    recordRoutes(app, 'token')
    const config = { permission: 'public' } as const
    app.addHook('onClose', async () => void (await (await built)?.close()))
    app.get(`${REST_PREFIX}/openapi.json`, { config }, async () => (await document()).swagger())
    for (const url of [DOCS_PREFIX, `${DOCS_PREFIX}/*`])
      app.get(url, { config }, async (request, reply) => {
        const { routing } = await document()
        reply.hijack()
        routing(request.raw, reply.raw)
      })
  }
}
