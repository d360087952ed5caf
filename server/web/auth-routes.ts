import type { IncomingMessage } from 'node:http'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { CALLBACK_COOKIES, deviceCookieName, deviceOf, isSecure } from '#server/api/auth/cookies.ts'
import type { Env } from '#server/kernel/env.ts'
import { AppError } from '#server/kernel/errors.ts'
import { newSecret } from '#server/kernel/ids.ts'
import { pathOf } from './authenticate.ts'

const PREFIX = '/api/auth/'
/** Passwords of one account are throttled in the database; this bounds the work of hashing them. */
const SIGN_INS_PER_MINUTE = 240
/** The CSRF token and the list of providers are read before each sign-in. */
const READS_PER_MINUTE = 1200

/** The routes of next-auth that sign-in and sign-out use, by method. Its other routes (`_log` writes what anyone sends to the log) are off. */
const ROUTES: Record<string, ReadonlySet<string>> = {
  GET: new Set(['csrf', 'error', 'providers', 'session', 'signin', 'signout']),
  POST: new Set(['callback/credentials', 'signout']),
}

/** Throws unless next-auth can answer the request: for input that it cannot read it answers 500. */
function requireKnownRoute(request: FastifyRequest): void {
  const action = pathOf(request).slice(PREFIX.length)
  if (!ROUTES[request.method]?.has(action)) {
    const methods = Object.keys(ROUTES).filter(method => ROUTES[method]!.has(action))
    throw methods.length === 0
      ? new AppError('not_found', `There is no route ${request.method} ${pathOf(request).slice(0, 100)}.`)
      : new AppError('bad_request', `This address accepts ${methods.join(', ')}, not ${request.method}.`)
  }
  // The sign-in page's GETs carry the type of JSON without a body.
  if (request.method === 'POST' && /json/i.test(request.headers['content-type'] ?? ''))
    throw new AppError('bad_request', 'This address accepts forms: application/x-www-form-urlencoded.')
  const { callbackUrl } = request.query as { callbackUrl?: unknown }
  if (callbackUrl !== undefined && !isPageAddress(callbackUrl))
    throw new AppError('bad_request', 'The parameter callbackUrl is not the address of a page.')
}

const isPageAddress = (address: unknown): boolean =>
  typeof address === 'string' && URL.canParse(address, 'http://host') && /^(https?:\/\/|\/)/.test(address)

/** Removes a callback cookie that is no address: next-auth refuses every request that has one. */
function dropBadCallback(req: IncomingMessage): void {
  if (!req.headers.cookie) return
  const kept = req.headers.cookie.split(';').filter(part => {
    const [name = '', value = ''] = part.trim().split('=', 2)
    return !CALLBACK_COOKIES.has(name) || isPageAddress(decode(value))
  })
  req.headers.cookie = kept.join(';')
}

function decode(text: string): string | undefined {
  try {
    return decodeURIComponent(text)
  } catch {
    return undefined
  }
}

const DEVICE_SECONDS = 400 * 86_400

/** Gives a browser that signs in its device cookie, and keeps it for longer; sign-in learns the new one from the same request. */
function keepDevice(env: Env, request: FastifyRequest, reply: FastifyReply): void {
  const { headers } = request.raw
  const name = deviceCookieName(env)
  const known = deviceOf(env, headers.cookie)
  const secret = known ?? newSecret()
  if (!known) {
    const others = (headers.cookie ?? '').split(';').filter(part => part.trim() && !part.trim().startsWith(`${name}=`))
    headers.cookie = [...others, ` ${name}=${secret}`].join(';').trim()
  }
  const secure = isSecure(env) ? '; Secure' : ''
  // On the raw response, since pages write to it directly.
  reply.raw.setHeader(
    'set-cookie',
    `${name}=${secret}; Path=/; Max-Age=${DEVICE_SECONDS}; HttpOnly; SameSite=Strict${secure}`,
  )
}

/** Registers sign-in and sign-out (`/api/auth`), which next-auth answers inside Next. */
export function registerAuth(
  app: FastifyInstance,
  env: Env,
  addressOf: (req: IncomingMessage) => string,
  sendPage: (request: FastifyRequest, reply: FastifyReply) => Promise<unknown>,
): void {
  app.route({
    method: ['GET', 'POST'],
    url: `${PREFIX}*`,
    onRequest: app.rateLimit({
      max: request => (request.method === 'GET' ? READS_PER_MINUTE : SIGN_INS_PER_MINUTE),
      timeWindow: '1 minute',
      keyGenerator: request => `${request.method} ${addressOf(request.raw)}`,
    }),
    handler: async (request, reply) => {
      requireKnownRoute(request)
      dropBadCallback(request.raw)
      if (request.method === 'POST' && pathOf(request).endsWith('/callback/credentials'))
        keepDevice(env, request, reply)
      return sendPage(request, reply)
    },
  })
}
