import type { IncomingMessage } from 'node:http'
import { join } from 'node:path'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { clientAddress } from '#server/api/auth/client-address.ts'
import { ADDRESS_HEADER } from '#server/api/auth/cookies.ts'
import { AppError } from '#server/kernel/errors.ts'
import { noRoute, pathOf } from './authenticate.ts'
import type { WebParts } from './routes.ts'
import { createStaticFiles } from './static-files.ts'

/** A sign-in form is the largest body that a page receives. */
const MAX_PAGE_BODY_BYTES = 64 * 1024
/** Passwords of one account are throttled in the database; this bounds the work of hashing them. */
const SIGN_INS_PER_MINUTE = 240

/** Throws unless the body is small with a declared length: Next keeps it in memory. */
function requireSmallBody(req: IncomingMessage): void {
  if (
    req.headers['transfer-encoding'] !== undefined ||
    Number(req.headers['content-length'] ?? 0) > MAX_PAGE_BODY_BYTES
  )
    throw new AppError(
      'too_large',
      `A page accepts at most ${MAX_PAGE_BODY_BYTES / 1024} KB, with a content-length header.`,
      { hint: 'Files are sent to /api/v1/uploads.' },
    )
}

/** Registers Next.js: sign-in (`/api/auth`) with a rate limit, and everything that no other route matches. */
export function registerPages(app: FastifyInstance, parts: WebParts): void {
  const sendStatic = createStaticFiles(join(import.meta.dirname, '../../.next/static'))
  const addressOf = clientAddress(parts.kernel.env.FLEXIML_TRUSTED_PROXIES)

  async function sendPage(request: FastifyRequest, reply: FastifyReply) {
    requireSmallBody(request.raw)
    request.raw.headers[ADDRESS_HEADER] = addressOf(request.raw)
    await parts.pages(request.raw, reply.raw)
    reply.hijack()
  }

  app.post('/api/auth/*', {
    onRequest: app.rateLimit({
      max: SIGN_INS_PER_MINUTE,
      timeWindow: '1 minute',
      keyGenerator: request => addressOf(request.raw),
    }),
    handler: sendPage,
  })
  app.setNotFoundHandler(async (request, reply) => {
    const path = pathOf(request).replace(/^[/\\]+/, '/')
    // Programs get a response they can read; of /api only sign-in belongs to the pages.
    if (path.startsWith('/api/') && !path.startsWith('/api/auth/')) throw noRoute(request)
    if (await sendStatic(path, request, reply)) return reply
    return sendPage(request, reply)
  })
}
