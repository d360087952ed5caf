import { headers } from 'next/headers'
import { cache } from 'react'
import type { Bridge } from '#server/api/bridge.ts'

/** Access of pages to the server, see `Bridge`. */
export function bridge(): Bridge {
  const { fleximl } = globalThis
  if (!fleximl) throw new Error('Pages are served by server/web.ts; start it with `npm start` or `npm run dev`.')
  return fleximl
}

/** Returns the user of this request; cached per response. */
export const pageContext = cache(async () => bridge().contextFor(new Headers(await headers())))
