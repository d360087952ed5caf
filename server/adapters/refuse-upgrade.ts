import type { IncomingMessage, ServerResponse } from 'node:http'
import { AppError } from '#server/kernel/errors.ts'

/** HTTP clients of Java offer h2c with each request and continue with HTTP/1.1 when it is ignored. */
const isOptional = (upgrade: string) => upgrade.trim().toLowerCase() === 'h2c'

/**
 * Throws `bad_request` for a request that asks for another protocol, and closes its connection after the response. The server must have no
 * `upgrade` listener: a socket given to a listener is outside all limits of HTTP.
 */
export function requireNoUpgrade(req: IncomingMessage, res: ServerResponse): void {
  const { upgrade } = req.headers
  if (upgrade === undefined || isOptional(upgrade)) return
  res.setHeader('connection', 'close')
  throw new AppError('bad_request', 'This server does not switch to another protocol.', {
    hint: 'Send the request without the header Upgrade.',
  })
}
