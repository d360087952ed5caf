import { fastifyRequestHandler } from '@trpc/server/adapters/fastify'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { AppError } from '#server/kernel/errors.ts'
import { headersOf } from '#server/web/authenticate.ts'
import type { WebParts } from '#server/web/routes.ts'
import { nestsDeeper } from '#tables/read/json-depth.ts'
import { appRouter } from './root.ts'
import type { RouteMeta } from './trpc.ts'

export const TRPC_PREFIX = '/api/trpc'
/** A schema review of 10,000 columns is the largest input; files are uploaded elsewhere. */
export const MAX_BODY_BYTES = 4 * 2 ** 20
export const MAX_BATCH = 20
const MAX_DEPTH = 32

const procedures = appRouter._def.procedures as unknown as Record<string, { _def: { meta?: RouteMeta } } | undefined>
const isPublic = (name: string) => procedures[name]?._def.meta?.permission === 'public'

const procedurePath = (request: FastifyRequest) => (request.params as { '*': string })['*']

const respond = (request: FastifyRequest, reply: FastifyReply) =>
  fastifyRequestHandler({
    req: request,
    res: reply,
    path: procedurePath(request),
    router: appRouter,
    createContext: () => request.apiContext,
    responseMeta: () => ({ headers: new Headers({ 'cache-control': 'no-store' }) }),
  })

/** Throws `bad_request` for a batch that is too large or an input that nests too deep. */
function requireBounds(request: FastifyRequest): void {
  if (procedurePath(request).split(',').length > MAX_BATCH)
    throw new AppError('bad_request', `At most ${MAX_BATCH} calls fit into one request.`)
  const { input } = request.query as { input?: string | string[] }
  const texts = [...[input ?? []].flat(), ...(typeof request.body === 'string' ? [request.body] : [])]
  if (texts.some(text => nestsDeeper(Buffer.from(text), MAX_DEPTH)))
    throw new AppError('bad_request', `The input nests deeper than ${MAX_DEPTH} levels.`)
}

/** tRPC for the dashboard and TypeScript clients. Callers are authenticated before the body is read. */
export function trpcRoutes(parts: WebParts) {
  return async (app: FastifyInstance): Promise<void> => {
    app.removeAllContentTypeParsers()
    app.addContentTypeParser<Buffer>('*', { parseAs: 'buffer', bodyLimit: MAX_BODY_BYTES }, (_request, body, done) =>
      done(null, body.toString('utf8')),
    )
    app.addHook('preParsing', async (request, reply) => {
      request.apiContext = parts.contextFor(headersOf(request.raw), request.method)
      try {
        const context = await request.apiContext
        if (!procedurePath(request).split(',').some(isPublic)) await context.requireAnyone()
      } catch {
        // The procedure fails the same way, and answers in the format of tRPC; the body stays unread.
        if (!request.raw.complete) reply.header('connection', 'close')
        await respond(request, reply)
        return reply
      }
    })
    app.route({
      method: ['GET', 'POST'],
      url: '/*',
      handler: async (request, reply) => {
        requireBounds(request)
        await respond(request, reply)
        return reply
      },
    })
  }
}
