import type { IncomingMessage } from 'node:http'
import { type FastifyInstance, type FastifyReply, type FastifyRequest, fastify } from 'fastify'
import type { Db } from '#db/client.ts'
import { isLocal } from '#server/adapters/local-request.ts'
import { systemClock } from '#server/kernel/clock.ts'
import { AppError, errorBody, HTTP_STATUS, toAppError } from '#server/kernel/errors.ts'
import { newId } from '#server/kernel/ids.ts'
import type { Logger } from '#server/kernel/log.ts'
import { MAX_BODY_BYTES } from '#server/serving/contract.ts'
import { saveFeedback } from '#server/serving/index.ts'
import type { Spool } from '../log/spool.ts'
import { answerPredict } from '../protocols/native/answer-predict.ts'
import { parseBody, readFeedback } from '../protocols/native/read-request.ts'
import type { LiveEndpoint, RouteTable } from '../router/route-table.ts'
import { notFound, type TokenBook } from './token-book.ts'
import { writeMetrics } from './write-metrics.ts'

export interface ServeParts {
  db: Db
  routes: RouteTable
  tokens: TokenBook
  spool: Spool
  log: Logger
  /** True once there is something to answer from: the database's word or the saved one. */
  isReady(): boolean
  isDatabaseUp(): boolean
}

type Address = { Params: { project: string; endpoint: string } }
/** A body that has not arrived by then is not waited for. */
const REQUEST_TIMEOUT_MS = 60_000
const MOST_THROWN_AWAY_BYTES = 4 * MAX_BODY_BYTES
const THROW_AWAY_MS = 5_000
const REQUEST_ID = /^[\w.:-]{1,100}$/
const JSON_TYPE = 'application/json; charset=utf-8'

/** The inference server: everything below `/{project}` needs a token of that project. */
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
  })
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body))

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
    if (error.code === 'too_large') await letFinish(request.raw)
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
  /** All of it for a collector on this machine; from elsewhere a token is needed, and sees its own project. */
  app.get('/metrics', (request, reply) => {
    const project = isLocal(request.raw)
      ? undefined
      : tokens.projectOf(request.headers.authorization, systemClock.now())
    const seen = routes.all.filter(e => project === undefined || e.desired.slug === project)
    return reply
      .header('content-type', 'text/plain; version=0.0.4; charset=utf-8')
      .send(writeMetrics(seen, spool, parts.isDatabaseUp()))
  })

  const letIn = async (request: FastifyRequest<Address>, permission: Parameters<TokenBook['authorise']>[3]) => {
    const { project, endpoint } = request.params
    const pending = tokens.authorise(request.headers.authorization, project, endpoint, permission, systemClock.now())
    if (pending) await pending
    const live = routes.find(project, endpoint)
    if (!live) throw notFound()
    return live
  }

  /** Before the body is read: nobody without a token makes us hold megabytes. */
  const guarded = (permission: Parameters<typeof letIn>[1]) => ({
    onRequest: async (request: FastifyRequest) => void (await letIn(request as FastifyRequest<Address>, permission)),
  })

  app.post<Address>('/:project/endpoints/:endpoint/predict', guarded('serving:predict'), async (request, reply) => {
    const begun = performance.now()
    const receivedAtMs = systemClock.now()
    let live: LiveEndpoint | undefined
    try {
      live = await letIn(request, 'serving:predict')
      const header = request.headers['x-event-time']
      const { answer, rows } = await answerPredict(live, spool, {
        body: parseBody(request.body),
        eventTimeHeader: Array.isArray(header) ? header[0] : header,
        requestId: request.id,
        receivedAtMs,
        begun,
      })
      live.stats.count(receivedAtMs, performance.now() - begun, rows, false)
      return reply.header('content-type', JSON_TYPE).send(JSON.stringify(answer))
    } catch (error) {
      live?.stats.count(receivedAtMs, performance.now() - begun, 0, true)
      throw error
    }
  })

  app.post<Address>('/:project/endpoints/:endpoint/feedback', guarded('serving:feedback'), async (request, reply) => {
    const receivedAt = new Date(systemClock.now())
    const { desired } = await letIn(request, 'serving:feedback')
    const rows = readFeedback(parseBody(request.body), desired.zone)
    // A prediction of a moment ago is still on its way to the database.
    await spool.flush()
    return reply.send(await saveFeedback(parts.db, desired, rows, receivedAt))
  })

  app.get<Address>('/:project/endpoints/:endpoint', async (request, reply) => {
    const { desired, loaded } = await letIn(request, 'serving:predict')
    return reply.send({
      endpoint: desired.endpoint,
      model: desired.model,
      version: desired.version,
      revision: desired.revision,
      timeColumn: desired.timeColumn,
      signature: loaded.signature,
      ...(loaded.classes ? { classes: loaded.classes } : {}),
    })
  })
  return app
}

/** Who is still sending when the connection closes never reads why: a body that is not much too large is let in, and thrown away. */
async function letFinish(raw: IncomingMessage): Promise<void> {
  const announced = Number(raw.headers['content-length'] ?? Number.POSITIVE_INFINITY)
  if (raw.complete || announced > MOST_THROWN_AWAY_BYTES) return
  const ended = new Promise<void>(resolve => raw.once('end', resolve).once('close', resolve))
  raw.resume()
  await Promise.race([ended, new Promise(resolve => setTimeout(resolve, THROW_AWAY_MS).unref())])
}

function sendError(reply: FastifyReply, request: FastifyRequest, error: AppError) {
  if (error.retryAfterSeconds) reply.header('retry-after', String(error.retryAfterSeconds))
  if (error.code === 'unauthenticated') reply.header('www-authenticate', 'Bearer realm="fleximl"')
  return reply
    .code(HTTP_STATUS[error.code])
    .header('content-type', JSON_TYPE)
    .send(JSON.stringify({ ...errorBody(error), requestId: request.id }))
}
