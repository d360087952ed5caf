import type { IncomingHttpHeaders } from 'node:http'
import { decode } from 'next-auth/jwt'
import type { Caller } from '#server/access/caller.ts'
import {
  enterAsPerson,
  enterByToken,
  type GoodToken,
  type Person,
  personOfSession,
  refuseAnonymous,
  requireToken,
} from '#server/access/index.ts'
import type { Env } from '#server/kernel/env.ts'
import { AppError } from '#server/kernel/errors.ts'
import type { Kernel } from '#server/platform/kernel.ts'
import { sessionCookieName } from './auth/cookies.ts'
import type { ApiContext } from './trpc.ts'

export interface ApiRequest {
  /** Requests that change something with a cookie must come from our own pages. */
  method: string
  headers: IncomingHttpHeaders | Headers
  requestId: string
}

const headerOf = (headers: ApiRequest['headers'], name: string): string | undefined => {
  if (headers instanceof Headers) return headers.get(name) ?? undefined
  const value = headers[name]
  return Array.isArray(value) ? value.join(', ') : value
}

/** Returns the bearer token or the password of basic authentication; `''` for an unreadable header, which counts as a bad token. */
function tokenOf(authorization: string | undefined): string | undefined {
  if (authorization === undefined) return undefined
  const [, scheme = '', rest = ''] = /^\s*(\S+)\s+(\S+)\s*$/.exec(authorization) ?? []
  if (scheme.toLowerCase() === 'bearer') return rest
  if (scheme.toLowerCase() !== 'basic') return ''
  const pair = Buffer.from(rest, 'base64').toString('utf8')
  const colon = pair.indexOf(':')
  return colon < 0 ? '' : pair.slice(colon + 1)
}

/** Returns the session's secret from our cookie; undefined without a valid one. */
export async function sessionSecretOf(kernel: Kernel, cookies: string | undefined): Promise<string | undefined> {
  const name = sessionCookieName(kernel.env)
  const found = cookies?.split(';').find(part => part.trimStart().startsWith(`${name}=`))
  if (!found) return undefined
  try {
    const token = decodeURIComponent(found.slice(found.indexOf('=') + 1).trim())
    const claims = await decode({ token, secret: kernel.secrets.nextAuthSecret })
    return typeof claims?.sid === 'string' ? claims.sid : undefined
  } catch {
    // Forged, truncated or signed with an earlier key: unauthenticated.
    return undefined
  }
}

/** Returns true if the browser's headers show that our own pages sent the request. Without them a cookie authorizes reads only. */
function isFromOurPages(env: Env, request: ApiRequest): boolean {
  if (request.method === 'GET' || request.method === 'HEAD') return true
  const site = headerOf(request.headers, 'sec-fetch-site')
  if (site !== undefined) return site === 'same-origin'
  const origin = headerOf(request.headers, 'origin')
  const host = headerOf(request.headers, 'host')
  if (!origin || !URL.canParse(origin)) return false
  // A proxy before this server may have changed the host.
  return new URL(origin).host === host || origin === new URL(env.FLEXIML_URL).origin
}

/**
 * Authenticates a request by an API token (`Authorization`), else by a session cookie. A bad token is refused even with a valid cookie.
 * Roles are read when a project is entered. A bad token throws at that point, not here, so that public routes respond.
 */
export async function createApiContext(kernel: Kernel, request: ApiRequest): Promise<ApiContext> {
  const secret = tokenOf(headerOf(request.headers, 'authorization'))
  let token: Promise<GoodToken> | undefined
  let person: Person | undefined
  let foreign = false
  if (secret === undefined) {
    const sid = await sessionSecretOf(kernel, headerOf(request.headers, 'cookie'))
    foreign = sid !== undefined && !isFromOurPages(kernel.env, request)
    person = sid === undefined || foreign ? undefined : await personOfSession(kernel, sid)
  }
  const refuse = async (): Promise<never> => {
    await refuseAnonymous(kernel, foreign ? 'request from another site' : 'not signed in')
    if (foreign)
      throw new AppError('forbidden', 'This request came from another site than FlexiML’s own.', {
        hint: 'Open the dashboard by its own address and try there.',
      })
    throw new AppError('unauthenticated', 'Sign in first, or send an API token.', {
      hint: 'The session may have ended. Programs send the header `Authorization: Bearer flx_…`.',
    })
  }
  const goodToken = (given: string) => {
    token ??= requireToken(kernel, given)
    return token
  }
  let known: Promise<void> | undefined
  const requireAnyone = async (): Promise<void> => {
    if (secret !== undefined) await goodToken(secret)
    else if (!person) await refuse()
  }
  /** A batch may name a project many times; each is entered once. */
  const entered = new Map<string | undefined, Promise<Caller>>()
  const enter = async (slug: string | undefined): Promise<Caller> => {
    if (secret !== undefined) return enterByToken(kernel, await goodToken(secret), slug)
    return person ? enterAsPerson(kernel, person, slug) : refuse()
  }
  return {
    kernel,
    requestId: request.requestId,
    person,
    callerIn(slug) {
      const caller = entered.get(slug) ?? enter(slug)
      entered.set(slug, caller)
      return caller
    },
    // Check once per batch.
    requireAnyone() {
      known ??= requireAnyone()
      return known
    },
  }
}
