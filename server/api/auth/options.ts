import type { NextAuthOptions } from 'next-auth'
import { emailSchema, SESSION_DAYS } from '#server/access/contract.ts'
import { personOfSession, signIn, signOut } from '#server/access/index.ts'
import { toAppError } from '#server/kernel/errors.ts'
import type { Kernel } from '#server/platform/kernel.ts'
import { sessionSecretOf } from '../context.ts'
import { ADDRESS_HEADER, deviceOf, isSecure } from './cookies.ts'

/**
 * Configures next-auth, which handles only the sign-in protocol (cookies, CSRF token, sign-out): its cookie carries the secret of a row in
 * `sessions`. It runs in Next's bundle and gets these functions through the bridge, so that no SQL is bundled.
 */
export function createAuthOptions(kernel: Kernel): NextAuthOptions {
  const secure = isSecure(kernel.env)
  // Without it, v4 assumes localhost:3000.
  process.env.NEXTAUTH_URL = kernel.env.NEXTAUTH_URL
  return {
    secret: kernel.secrets.nextAuthSecret,
    useSecureCookies: secure,
    session: { strategy: 'jwt', maxAge: SESSION_DAYS * 86_400 },
    pages: { signIn: '/sign-in', error: '/sign-in', signOut: '/account' },
    providers: [
      {
        id: 'credentials',
        name: 'E-mail and password',
        type: 'credentials',
        credentials: { email: { type: 'email' }, password: { type: 'password' } },
        async authorize(given, req) {
          const email = emailSchema.safeParse(given?.email)
          try {
            const headers = (req.headers ?? {}) as Record<string, string | undefined>
            const opened = await signIn(kernel, {
              // Text that is no e-mail address is refused like an unknown account.
              email: email.success ? email.data : 'invalid address',
              password: given?.password ?? '',
              address: headers[ADDRESS_HEADER] ?? 'unknown',
              device: deviceOf(kernel.env, headers.cookie),
              userAgent: headers['user-agent'],
            })
            // End the browser's previous session: the new person must not inherit it.
            const before = await sessionSecretOf(kernel, headers.cookie)
            if (before) await signOut(kernel, before)
            return { id: opened.userId, sid: opened.sid }
          } catch (error) {
            const app = toAppError(error)
            if (app.code === 'internal') kernel.log.error({ err: error }, 'sign-in failed')
            // next-auth passes on only the message of an error.
            throw new Error(app.message)
          }
        },
      },
    ],
    callbacks: {
      jwt: async ({ token, user }) => {
        if (user) return { sid: (user as { sid?: unknown }).sid }
        // next-auth removes the cookie when this throws.
        if (await isDead(kernel, token.sid)) throw new Error('This session has ended.')
        return { sid: token.sid }
      },
      session: ({ session }) => ({ expires: session.expires }),
      redirect: ({ url, baseUrl }) =>
        URL.canParse(url, baseUrl) && new URL(url, baseUrl).origin === new URL(baseUrl).origin
          ? new URL(url, baseUrl).href
          : baseUrl,
    },
    events: {
      async signOut({ token }) {
        if (typeof token?.sid === 'string') await signOut(kernel, token.sid)
      },
    },
    logger: {
      // Anyone can cause these with an invalid cookie or form: one short line, without what was sent.
      error: code => kernel.log.debug({ code: code.slice(0, 60) }, 'next-auth'),
      warn: code => kernel.log.debug({ code }, 'next-auth'),
      debug: () => undefined,
    },
  }
}

/** True if the session of a cookie has ended. With the database away nothing is known: the cookie stays. */
async function isDead(kernel: Kernel, sid: unknown): Promise<boolean> {
  if (typeof sid !== 'string') return true
  try {
    return (await personOfSession(kernel, sid)) === undefined
  } catch (error) {
    kernel.log.debug({ err: error }, 'a session could not be checked')
    return false
  }
}
