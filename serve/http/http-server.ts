import type { IncomingMessage } from 'node:http'
import { type FastifyInstance, type FastifyReply, type FastifyRequest, fastify } from 'fastify'
import type { Db } from '#db/client.ts'
import type { HostNames } from '#server/adapters/check-host.ts'
import { isLocal } from '#server/adapters/local-request.ts'
import { systemClock } from '#server/kernel/clock.ts'
import { AppError, errorBody, HTTP_STATUS, toAppError } from '#server/kernel/errors.ts'
import { newId } from '#server/kernel/ids.ts'
import type { Logger } from '#server/kernel/log.ts'
import { MAX_BODY_BYTES } from '#server/serving/contract.ts'
import type { Spool } from '../log/spool.ts'
import type { ModelPool } from '../models/model-pool.ts'
import { addNativeRoutes, JSON_TYPE } from '../protocols/native/routes.ts'
import type { RouteTable } from '../router/route-table.ts'
import { createAdmit } from './admit.ts'
import { addGuards } from './guard.ts'
import { notFound, type TokenBook } from './token-book.ts'
import { createProcessMetrics, METRICS_TYPE, writeMetrics } from './write-metrics.ts'

export interface ServeParts {
  db: Db
  names: HostNames
  routes: RouteTable
  pool: ModelPool
  tokens: TokenBook
  spool: Spool
  log: Logger
  /** True once revisions are known, from the database or the saved state. */
  isReady(): boolean
  isDatabaseUp(): boolean
}

const REQUEST_TIMEOUT_MS = 60_000
/** A larger body is cut off instead of discarded. */
const MAX_DISCARDED_BYTES = 4 * MAX_BODY_BYTES
const DISCARD_TIMEOUT_MS = 5_000
const REQUEST_ID = /^[\w.:-]{1,100}$/

/** Creates the inference server. All paths below `/{project}` need a token of that project. */
export function createHttpServer(parts: ServeParts): FastifyInstance {
  const { routes, tokens, spool, log } = parts
  const app = fastify({
    logger: false,
    bodyLimit: MAX_BODY_BYTES,
    forceCloseConnections: 'idle',
    keepAliveTimeout: 65_000,
    requestTimeout: REQUEST_TIMEOUT_MS,
    genReqId: request => {
      const given = request.headers['x-request-id']
      return typeof given === 'string' && REQUEST_ID.test(given) ? given : newId()
    },
    // An address that cannot be decoded reaches no hook.
    frameworkErrors: (error, request, reply) =>
      sendError(reply.header('x-content-type-options', 'nosniff'), request, new AppError('bad_request', error.message)),
  })
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body))

  addGuards(app, parts.names)

  app.setErrorHandler(async (thrown: Error & { code?: string; statusCode?: number }, request, reply) => {
    const error =
      thrown.code === 'FST_ERR_CTP_BODY_TOO_LARGE'
        ? new AppError('too_large', `The body is larger than ${MAX_BODY_BYTES / 2 ** 20} MB.`, {
            hint: 'Send the rows in several requests.',
          })
        : thrown.statusCode && thrown.statusCode < 500 && !(thrown instanceof AppError)
          ? new AppError('bad_request', thrown.message)
          : toAppError(thrown)
    if (error.code === 'internal') log.error({ err: error.cause ?? error, requestId: request.id }, 'request failed')
    if (error.code === 'too_large') await discardBody(request.raw)
    return sendError(reply, request, error)
  })
  app.setNotFoundHandler((request, reply) => sendError(reply, request, notFound()))

  app.get('/healthz', (_request, reply) => reply.send({ status: 'ok' }))
  app.get('/readyz', (_request, reply) =>
    reply.code(parts.isReady() ? 200 : 503).send({
      status: parts.isReady() ? 'ok' : 'starting',
      database: parts.isDatabaseUp() ? 'ok' : 'away',
      endpoints: routes.all.length,
    }),
  )
  /** From this machine: all projects, without a token. From elsewhere: the project of the token. */
  const processMetrics = createProcessMetrics()
  app.get('/metrics', async (request, reply) => {
    const project = isLocal(request.raw)
      ? undefined
      : tokens.projectOf(request.headers.authorization, systemClock.now())
    const visible = routes.all.filter(e => project === undefined || e.desired.slug === project)
    const more = project === undefined ? processMetrics : undefined
    return reply
      .header('content-type', METRICS_TYPE)
      .send(await writeMetrics(visible, spool, parts.isDatabaseUp(), parts.pool, more))
  })

  addNativeRoutes(app, { db: parts.db, spool, admit: createAdmit(tokens, routes) })
  return app
}

/** Receives and discards the rest of a body that is too large: a client that still sends when the connection closes never reads the error. */
async function discardBody(raw: IncomingMessage): Promise<void> {
  const announced = Number(raw.headers['content-length'] ?? Number.POSITIVE_INFINITY)
  if (raw.complete || announced > MAX_DISCARDED_BYTES) return
  const ended = new Promise<void>(resolve => raw.once('end', resolve).once('close', resolve))
  raw.resume()
  await Promise.race([ended, new Promise(resolve => setTimeout(resolve, DISCARD_TIMEOUT_MS).unref())])
}

function sendError(reply: FastifyReply, request: FastifyRequest, error: AppError) {
  // The rest of a refused body is not read: the connection ends with the response.
  if (!request.raw.complete) reply.header('connection', 'close')
  if (error.retryAfterSeconds) reply.header('retry-after', String(error.retryAfterSeconds))
  if (error.code === 'unauthenticated') reply.header('www-authenticate', 'Bearer realm="fleximl"')
  return reply
    .code(HTTP_STATUS[error.code])
    .header('content-type', JSON_TYPE)
    .send(JSON.stringify({ ...errorBody(error), requestId: request.id }))
}
