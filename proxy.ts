import { type NextRequest, NextResponse } from 'next/server'
import { PREFETCH_HEADER } from './server/api/page-headers.ts'

/**
 * Sets the headers of pages; permissions are checked by the use cases. Mantine writes styles at run time, so styles need `unsafe-inline`.
 */
export function proxy(request: NextRequest): NextResponse {
  const nonce = Buffer.from(crypto.getRandomValues(new Uint8Array(16))).toString('base64')
  // Hot reload needs eval and a web socket.
  const dev = process.env.NODE_ENV === 'development'
  const policy = [
    "default-src 'self'",
    `script-src 'nonce-${nonce}' 'strict-dynamic'${dev ? " 'unsafe-eval'" : ''}`,
    "style-src 'self' 'unsafe-inline'",
    "img-src 'self' data: blob:",
    "font-src 'self'",
    `connect-src 'self'${dev ? ' ws:' : ''}`,
    "worker-src 'self' blob:",
    "object-src 'none'",
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'",
  ].join('; ')
  const headers = new Headers(request.headers)
  headers.set('x-nonce', nonce)
  // Layouts do not know the address, which sign-in needs to return to the page.
  headers.set('x-path', request.nextUrl.pathname + request.nextUrl.search)
  // Next reads the nonce for its own scripts from here.
  headers.set('content-security-policy', policy)
  const response = NextResponse.next({ request: { headers } })
  response.headers.set('content-security-policy', policy)
  const project = /^\/p\/([a-z0-9-]+)/.exec(request.nextUrl.pathname)?.[1]
  // A link that is only hovered does not change the project to return to.
  if (project && request.headers.get(PREFETCH_HEADER) !== '1')
    response.cookies.set('fleximl-project', project, { path: '/', httpOnly: true, sameSite: 'lax' })
  response.headers.set('permissions-policy', 'camera=(), microphone=(), geolocation=()')
  return response
}

export const config = {
  // Build files and programs' routes are not pages. Prefetched pages are: they must not come without the policy.
  matcher: ['/((?!_next/static|_next/image|api/|mark.svg|favicon.ico).*)'],
}
