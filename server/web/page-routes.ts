import type { IncomingMessage } from 'node:http'
import { join } from 'node:path'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { clientAddress } from '#server/api/auth/client-address.ts'
import { ADDRESS_HEADER } from '#server/api/auth/cookies.ts'
import { PREFETCH_HEADER } from '#server/api/page-headers.ts'
import { AppError } from '#server/kernel/errors.ts'
import { registerAuth } from './auth-routes.ts'
import { noRoute, pathOf } from './authenticate.ts'
import type { WebParts } from './routes.ts'
import { createStaticFiles } from './static-files.ts'

/** A sign-in form is the largest body that a page receives. */
const MAX_PAGE_BODY_BYTES = 64 * 1024

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

/** Removes headers by which parts of Next talk to each other: with a forged one `proxy.ts` could be passed. */
function dropInternalHeaders({ headers }: IncomingMessage): void {
  for (const name of Object.keys(headers)) if (name.startsWith('x-middleware-')) delete headers[name]
}

/** True for a page that a browser loads before anyone opens it. Next removes its own headers before `proxy.ts` runs. */
const isPrefetch = ({ headers }: IncomingMessage): boolean =>
  headers['next-router-prefetch'] !== undefined ||
  headers.purpose === 'prefetch' ||
  headers['sec-purpose'] !== undefined

/** Registers Next.js: sign-in (`/api/auth`), and everything that no other route matches. */
export function registerPages(app: FastifyInstance, parts: WebParts): void {
  const sendStatic = createStaticFiles(join(import.meta.dirname, '../../.next/static'))
  const addressOf = clientAddress(parts.kernel.env.FLEXIML_TRUSTED_PROXIES)

  async function sendPage(request: FastifyRequest, reply: FastifyReply) {
    requireSmallBody(request.raw)
    dropInternalHeaders(request.raw)
    request.raw.headers[ADDRESS_HEADER] = addressOf(request.raw)
    request.raw.headers[PREFETCH_HEADER] = isPrefetch(request.raw) ? '1' : '0'
    await parts.pages(request.raw, reply.raw)
    reply.hijack()
  }

  registerAuth(app, parts.kernel.env, addressOf, sendPage)
  app.setNotFoundHandler(async (request, reply) => {
    const path = pathOf(request).replace(/^[/\\]+/, '/')
    // Programs get a response they can read; of /api only sign-in belongs to the pages, and it has its own route.
    if (path.startsWith('/api/')) throw noRoute(request)
    if (await sendStatic(path, request, reply)) return reply
    return sendPage(request, reply)
  })
}
