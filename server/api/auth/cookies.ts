import type { Env } from '#server/kernel/env.ts'

/** Secure cookies exactly when users reach us by https. */
export const isSecure = (env: Env): boolean => env.FLEXIML_URL.startsWith('https:')

export const sessionCookieName = (env: Env): string => `${isSecure(env) ? '__Secure-' : ''}next-auth.session-token`

/** Where a request came from. Set by the web process itself, over whatever a client sent. */
export const ADDRESS_HEADER = 'x-fleximl-address'
