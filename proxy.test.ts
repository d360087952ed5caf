import assert from 'node:assert/strict'
import { registerHooks } from 'node:module'
import { it } from 'node:test'
import { unstable_doesMiddlewareMatch } from 'next/experimental/testing/server.js'
import { NextRequest } from 'next/server.js'
import { PREFETCH_HEADER } from './server/api/page-headers.ts'

// Bundlers find it without the extension, Node does not.
registerHooks({ resolve: (name, context, next) => next(name === 'next/server' ? 'next/server.js' : name, context) })
const { config, proxy } = await import('./proxy.ts')

const matches = (path: string, headers: Record<string, string> = {}) =>
  unstable_doesMiddlewareMatch({ config, nextConfig: {}, url: `http://127.0.0.1${path}`, headers })

const answer = (headers: Record<string, string>) =>
  proxy(new NextRequest('http://127.0.0.1/p/bikes/data', { headers: new Headers(headers) })).headers

it('every page has a content security policy, prefetched ones too', () => {
  for (const headers of [
    {},
    { purpose: 'prefetch' },
    { 'next-router-prefetch': '1' },
    { 'sec-purpose': 'prefetch' },
  ] as Record<string, string>[]) {
    assert.ok(matches('/p/bikes/data', headers), JSON.stringify(headers))
    const policy = answer(headers).get('content-security-policy')
    assert.match(policy ?? '', /script-src 'nonce-[^']+' 'strict-dynamic';/)
    assert.doesNotMatch(policy ?? '', /script-src[^;]*unsafe/)
  }
  for (const path of ['/api/v1/me', '/_next/static/chunks/a.js', '/mark.svg']) assert.ok(!matches(path), path)
})

it('a page that is only prefetched does not become the project to return to', () => {
  assert.match(answer({ [PREFETCH_HEADER]: '0' }).get('set-cookie') ?? '', /fleximl-project=bikes/)
  assert.equal(answer({ [PREFETCH_HEADER]: '1' }).get('set-cookie'), null)
})
