import type { IncomingMessage } from 'node:http'
import type { Env } from '#server/kernel/env.ts'
import { AppError } from '#server/kernel/errors.ts'

const LOOPBACK = new Set(['localhost', '127.0.0.1', '[::1]'])
const READING = new Set(['GET', 'HEAD', 'OPTIONS'])

const nameOf = (host: string) => host.toLowerCase().replace(/:\d+$/, '')

/** Accepts the names of this process: `FLEXIML_URL`, `HOST` if it is one address, loopback. */
export function hostCheck(env: Pick<Env, 'FLEXIML_URL' | 'NEXTAUTH_URL' | 'HOST'>) {
  const wild = env.HOST === '0.0.0.0' || env.HOST === '::'
  const names = new Set([
    ...LOOPBACK,
    nameOf(new URL(env.FLEXIML_URL).host),
    nameOf(new URL(env.NEXTAUTH_URL).host),
    ...(wild ? [] : [env.HOST.includes(':') ? `[${env.HOST}]` : env.HOST.toLowerCase()]),
  ])
  const knows = (host: string | undefined) => host !== undefined && names.has(nameOf(host))

  return {
    knows,
    /** Throws for another host name: a page of another site that resolves to this server must not use it. */
    require(req: IncomingMessage): void {
      const host = req.headers.host
      if (!knows(host))
        throw new AppError('bad_request', `This server does not answer to the name “${host ?? ''}”.`, {
          hint: `Open ${env.FLEXIML_URL}, or start it with FLEXIML_URL set to the address you use.`,
        })
      const origin = req.headers.origin
      if (READING.has(req.method ?? 'GET') || !origin) return
      if (!URL.canParse(origin) || !knows(new URL(origin).host))
        throw new AppError('forbidden', 'This request was started by a page of another site.', {
          hint: `Do it from ${env.FLEXIML_URL}.`,
        })
    },
  }
}
