import type { FastifyReply, FastifyRequest } from 'fastify'
import type { AppError } from '#server/kernel/errors.ts'
import { prepareError } from '#server/web/errors.ts'

const MEDIA_TYPE = 'application/vnd.git-lfs+json'
const CHALLENGE = 'Basic realm="FlexiML", charset="UTF-8"'

/** Sends bytes, not text: Fastify would add a charset that clients do not expect. */
export const sendLfs = (reply: FastifyReply, body: unknown): FastifyReply =>
  reply
    .header('content-type', MEDIA_TYPE)
    .header('cache-control', 'no-store')
    .send(Buffer.from(JSON.stringify(body)))

/** Sends an error in the format that Git LFS prints: one message with what to do. A 401 makes the client prompt for name and password. */
export function sendLfsError(request: FastifyRequest, reply: FastifyReply, error: AppError): FastifyReply {
  if (!prepareError(request, reply, error)) return reply
  if (error.code === 'unauthenticated') reply.headers({ 'lfs-authenticate': CHALLENGE, 'www-authenticate': CHALLENGE })
  const hint = error.code === 'unauthenticated' ? 'Use an API token as the password, with any user name.' : error.hint
  return sendLfs(reply, {
    message: [error.message, hint].filter(Boolean).join(' '),
    request_id: request.id,
  })
}
