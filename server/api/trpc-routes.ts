import { promisify } from 'node:util'
import { gzip } from 'node:zlib'
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

/** Body of a caller without an account: a name, an address and a password. */
const MAX_ANONYMOUS_BODY_BYTES = 64 * 1024
/** tRPC decodes the path once more than Fastify: with a percent sign it would see other names than the checks here. */
const PROCEDURES = /^[A-Za-z0-9_.,-]*$/

const procedurePath = (request: FastifyRequest) => (request.params as { '*': string })['*']
const procedureNames = (request: FastifyRequest) => procedurePath(request).split(',')

/** Throws `bad_request` for a path that is no list of procedure names, or names too many. */
function requirePlainPath(request: FastifyRequest): void {
  if (!PROCEDURES.test(procedurePath(request)))
    throw new AppError('bad_request', 'The path is not a list of procedure names.')
  if (procedureNames(request).length > MAX_BATCH)
    throw new AppError('bad_request', `At most ${MAX_BATCH} calls fit into one request.`)
}

/** Throws `too_large` for a long body of someone who is not signed in. */
function requireSmallBody({ raw }: FastifyRequest): void {
  const { 'content-length': length, 'transfer-encoding': encoding } = raw.headers
  if (encoding !== undefined || Number(length ?? 0) > MAX_ANONYMOUS_BODY_BYTES)
    throw new AppError('too_large', `Without a session at most ${MAX_ANONYMOUS_BODY_BYTES / 1024} KB are accepted.`)
}

const respond = (request: FastifyRequest, reply: FastifyReply) =>
  fastifyRequestHandler({
    req: request,
    res: reply,
    path: procedurePath(request),
    router: appRouter,
    maxBatchSize: MAX_BATCH,
    createContext: () => request.apiContext,
    responseMeta: () => ({ headers: new Headers({ 'cache-control': 'no-store' }) }),
  })

/** Throws `bad_request` for an input that nests too deep. */
function requireFlatInput(request: FastifyRequest): void {
  const { input } = request.query as { input?: string | string[] }
  const texts = [...[input ?? []].flat(), ...(typeof request.body === 'string' ? [request.body] : [])]
  if (texts.some(text => nestsDeeper(Buffer.from(text), MAX_DEPTH)))
    throw new AppError('bad_request', `The input nests deeper than ${MAX_DEPTH} levels.`)
}

const compress = promisify(gzip)
/** Shorter answers gain nothing. */
const MIN_COMPRESSED_BYTES = 2048

/** Compresses a long answer for a caller that accepts gzip. */
async function compressAnswer(request: FastifyRequest, reply: FastifyReply, payload: unknown): Promise<unknown> {
  if (!(payload instanceof Response) || !/\bgzip\b/.test(String(request.headers['accept-encoding'] ?? '')))
    return payload
  const bytes = Buffer.from(await payload.arrayBuffer())
  reply.code(payload.status)
  for (const [name, value] of payload.headers) reply.header(name, value)
  reply.header('vary', [payload.headers.get('vary'), 'accept-encoding'].filter(Boolean).join(', '))
  if (bytes.length < MIN_COMPRESSED_BYTES) return bytes
  reply.header('content-encoding', 'gzip')
  return compress(bytes)
}

/** tRPC for the dashboard and TypeScript clients. Callers are authenticated before the body is read. */
export function trpcRoutes(parts: WebParts) {
  return async (app: FastifyInstance): Promise<void> => {
    app.removeAllContentTypeParsers()
    app.addContentTypeParser<Buffer>('*', { parseAs: 'buffer', bodyLimit: MAX_BODY_BYTES }, (_request, body, done) =>
      done(null, body.toString('utf8')),
    )
    app.addHook('onSend', compressAnswer)
    app.addHook('preParsing', async (request, reply) => {
      requirePlainPath(request)
      request.apiContext = parts.contextFor(headersOf(request.raw), request.method)
      // Of a batch in which one procedure needs a caller, none is run for nobody: its body would have to be read.
      const isOpen = procedureNames(request).every(isPublic)
      try {
        const context = await request.apiContext
        if (!isOpen) return await context.requireAnyone()
        if (context.person) return
      } catch {
        // The procedure fails the same way, and answers in the format of tRPC; the body stays unread.
        if (!request.raw.complete) reply.header('connection', 'close')
        // tRPC parses the inputs of a batch before it asks who calls.
        request.body = '{}'
        await respond(request, reply)
        return reply
      }
      requireSmallBody(request)
    })
    app.route({
      method: ['GET', 'POST'],
      url: '/*',
      handler: async (request, reply) => {
        requireFlatInput(request)
        await respond(request, reply)
        return reply
      },
    })
  }
}
