import type { IncomingMessage } from 'node:http'
import { isIP } from 'node:net'
import type { Env } from '#server/kernel/env.ts'
import { AppError } from '#server/kernel/errors.ts'

const LOOPBACK = new Set(['localhost', '127.0.0.1', '[::1]'])
const READING = new Set(['GET', 'HEAD', 'OPTIONS'])

const nameOf = (host: string) => host.toLowerCase().replace(/:\d+$/, '')

export type HostNames = Pick<Env, 'FLEXIML_URL' | 'NEXTAUTH_URL' | 'HOST' | 'FLEXIML_HOSTS'>

const bracketed = (name: string) => (name.includes(':') && !name.startsWith('[') ? `[${name}]` : name)
const isWild = (host: string) => host === '0.0.0.0' || host === '::'

/** Accepts the names of this process: `FLEXIML_URL`, `FLEXIML_HOSTS`, `HOST` if it is one address, loopback. */
export function hostCheck(env: HostNames) {
  const names = new Set([
    ...LOOPBACK,
    nameOf(new URL(env.FLEXIML_URL).host),
    nameOf(new URL(env.NEXTAUTH_URL).host),
    ...env.FLEXIML_HOSTS.map(bracketed),
    ...(isWild(env.HOST) ? [] : [bracketed(env.HOST.toLowerCase())]),
  ])
  const knows = (host: string | undefined) => host !== undefined && names.has(nameOf(host))
  const unknown = (host: string | undefined) =>
    new AppError('bad_request', `This server does not answer to the name “${(host ?? '').slice(0, 100)}”.`, {
      hint: `Open ${env.FLEXIML_URL}, or start it with the name you use in FLEXIML_URL or FLEXIML_HOSTS.`,
    })

  return {
    knows,
    /**
     * Throws for another host name. An IP address is accepted on all networks (`HOST=0.0.0.0`): a container does not know its outside
     * address, and a page of another site reaches this server by a name only.
     */
    requireName({ headers: { host } }: Pick<IncomingMessage, 'headers'>): void {
      if (knows(host)) return
      if (isWild(env.HOST) && host !== undefined && isIP(nameOf(host).replace(/^\[|\]$/g, '')) > 0) return
      throw unknown(host)
    },
    /** Throws for another host name: a page of another site that resolves to this server must not use it. */
    require(req: IncomingMessage): void {
      const host = req.headers.host
      if (!knows(host)) throw unknown(host)
      const origin = req.headers.origin
      if (READING.has(req.method ?? 'GET') || !origin) return
      if (!URL.canParse(origin) || !knows(new URL(origin).host))
        throw new AppError('forbidden', 'This request was started by a page of another site.', {
          hint: `Do it from ${env.FLEXIML_URL}.`,
        })
    },
  }
}
