import type { IncomingMessage } from 'node:http'

/** Headers that proxies add; any of them marks a forwarded request. */
const FORWARDED = ['x-forwarded-for', 'x-forwarded-host', 'x-real-ip', 'forwarded', 'via']

/** Returns true for a request from this machine that no proxy forwarded. */
export function isLocal(req: Pick<IncomingMessage, 'headers' | 'socket'>): boolean {
  const address = req.socket.remoteAddress ?? ''
  return /^(::ffff:)?127\.|^::1$/.test(address) && !FORWARDED.some(name => req.headers[name])
}
