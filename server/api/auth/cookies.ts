import type { Env } from '#server/kernel/env.ts'

/** Cookies are Secure if users reach the server by HTTPS. */
export const isSecure = (env: Env): boolean => env.FLEXIML_URL.startsWith('https:')

export const sessionCookieName = (env: Env): string => `${isSecure(env) ? '__Secure-' : ''}next-auth.session-token`

/** The client's address. The web process sets it and overwrites the value of the client. */
export const ADDRESS_HEADER = 'x-fleximl-address'

/** Cookies in which next-auth keeps the page to return to. */
export const CALLBACK_COOKIES: ReadonlySet<string> = new Set([
  'next-auth.callback-url',
  '__Secure-next-auth.callback-url',
])
