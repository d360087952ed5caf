import type { NextAuthOptions } from 'next-auth'
import { emailSchema, SESSION_DAYS } from '#server/access/contract.ts'
import { signIn, signOut } from '#server/access/index.ts'
import { toAppError } from '#server/kernel/errors.ts'
import type { Kernel } from '#server/platform/kernel.ts'
import { sessionSecretOf } from '../context.ts'
import { ADDRESS_HEADER, isSecure } from './cookies.ts'

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
      jwt: ({ token, user }) => ({ sid: user ? (user as { sid?: unknown }).sid : token.sid }),
      session: ({ session }) => ({ expires: session.expires }),
    },
    events: {
      async signOut({ token }) {
        if (typeof token?.sid === 'string') await signOut(kernel, token.sid)
      },
    },
    logger: {
      error: (code, metadata) => kernel.log.error({ code, metadata }, 'next-auth'),
      warn: code => kernel.log.debug({ code }, 'next-auth'),
      debug: () => undefined,
    },
  }
}
