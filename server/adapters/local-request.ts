import type { IncomingMessage } from 'node:http'

/** What proxies say of whom they ask for; any of them will do. */
const FORWARDED = ['x-forwarded-for', 'x-forwarded-host', 'x-real-ip', 'forwarded', 'via']

/** Asked from this machine, and not by a proxy on somebody's behalf. */
export function isLocal(req: Pick<IncomingMessage, 'headers' | 'socket'>): boolean {
  const address = req.socket.remoteAddress ?? ''
  return /^(::ffff:)?127\.|^::1$/.test(address) && !FORWARDED.some(name => req.headers[name])
}
