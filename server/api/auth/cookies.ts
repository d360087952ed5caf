import type { Env } from '#server/kernel/env.ts'

/** Cookies are Secure if users reach the server by HTTPS. */
export const isSecure = (env: Env): boolean => env.FLEXIML_URL.startsWith('https:')

export const sessionCookieName = (env: Env): string => `${isSecure(env) ? '__Secure-' : ''}next-auth.session-token`

/** Marks a browser that has signed in: strangers' wrong passwords do not lock it out. Signs nobody in. */
export const deviceCookieName = (env: Env): string => `${isSecure(env) ? '__Host-' : ''}fleximl-device`

const DEVICE_SECRET = /^[A-Za-z0-9_-]{43}$/

/** Returns the secret of the browser's device cookie, if it has a valid one. */
export function deviceOf(env: Env, cookies: string | undefined): string | undefined {
  const prefix = `${deviceCookieName(env)}=`
  const found = cookies?.split(';').find(part => part.trimStart().startsWith(prefix))
  const secret = found?.trim().slice(prefix.length)
  return secret !== undefined && DEVICE_SECRET.test(secret) ? secret : undefined
}

/** The client's address. The web process sets it and overwrites the value of the client. */
export const ADDRESS_HEADER = 'x-fleximl-address'

/** Cookies in which next-auth keeps the page to return to. */
export const CALLBACK_COOKIES: ReadonlySet<string> = new Set([
  'next-auth.callback-url',
  '__Secure-next-auth.callback-url',
])
