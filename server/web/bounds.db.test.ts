import assert from 'node:assert/strict'
import { request } from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import { after, before, describe, it } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import type { FastifyInstance } from 'fastify'
import type { Caller } from '#server/access/caller.ts'
import { ADDRESS_HEADER } from '#server/api/auth/cookies.ts'
import { createLiveHub, type LiveHub } from '#server/api/live.ts'
import { PREFETCH_HEADER } from '#server/api/page-headers.ts'
import type { ApiContext } from '#server/api/trpc.ts'
import { MAX_BATCH, MAX_BODY_BYTES } from '#server/api/trpc-routes.ts'
import { AppError } from '#server/kernel/errors.ts'
import type { ProjectScope } from '#server/kernel/scope.ts'
import { type TestKernel, testKernel } from '#server/platform/testing.ts'
import { createWebServer } from './web-server.ts'

const BODY_TIMEOUT_MS = 400

let kernel: TestKernel
let live: LiveHub
let app: FastifyInstance
let url: string
let mine: ProjectScope
/** Headers that the pages received last. */
let pageHeaders: Record<string, unknown> = {}

const isOwner = (headers: Headers) => headers.get('authorization') === 'Bearer good'
const contextFor = async (headers: Headers): Promise<ApiContext> => ({
  kernel,
  requestId: 'test',
  person: undefined,
  async callerIn(): Promise<Caller> {
    if (!isOwner(headers)) throw new AppError('unauthenticated', 'Sign in first.')
    return { actor: { kind: 'token', id: '0190f000-0000-7000-8000-000000000002' }, scope: mine, role: 'owner' }
  },
  async requireAnyone() {
    if (!isOwner(headers)) throw new AppError('unauthenticated', 'Sign in first.')
  },
})

before(async () => {
  kernel = await testKernel()
  mine = await kernel.project()
  live = await createLiveHub(kernel, { contextFor, projectIdsOf: async () => new Set([mine.projectId]) })
  const pages = async (req: { headers: Record<string, unknown> }, res: { end(text: string): void }) => {
    pageHeaders = req.headers
    res.end('a page')
  }
  app = await createWebServer({ kernel, version: '1', contextFor, pages, live, bodyTimeoutMs: BODY_TIMEOUT_MS })
  url = await app.listen({ port: 0, host: '127.0.0.1' })
})
after(async () => {
  await live.close()
  const closed = app.close()
  app.server.closeAllConnections()
  await closed
  await kernel.close()
})

/** Sends lines as they are, then a byte of the body in each interval; returns what came back and when the server closed the socket. */
async function trickle(
  lines: string[],
  { byte = '', everyMs = 50, forMs = 3000, times = Number.POSITIVE_INFINITY } = {},
) {
  const { port } = app.server.address() as AddressInfo
  const socket = connect(port, '127.0.0.1')
  const started = performance.now()
  let text = ''
  let closedAfterMs: number | undefined
  socket.setEncoding('utf8').on('data', part => (text += part))
  socket.on('error', () => undefined)
  const closed = new Promise<void>(resolve =>
    socket.once('close', () => {
      closedAfterMs = performance.now() - started
      resolve()
    }),
  )
  socket.write(`${[...lines, `Host: 127.0.0.1:${port}`].join('\r\n')}\r\n\r\n`)
  let sent = 0
  const timer = setInterval(() => byte && sent++ < times && socket.writable && socket.write(byte), everyMs)
  await Promise.race([closed, sleep(forMs)])
  clearInterval(timer)
  socket.destroy()
  return { text, closedAfterMs, status: Number(/^HTTP\/1\.1 (\d+)/.exec(text)?.[1] ?? 0) }
}

const UPLOAD = (size: number) => [
  `POST /api/v1/projects/${mine.slug}/uploads?filename=a.csv HTTP/1.1`,
  'Authorization: Bearer good',
  `Content-Length: ${size}`,
]

describe('a connection', () => {
  for (const path of ['/', '/api/live', '/api/trpc/x', '/_next/webpack-hmr', '/api/health', '/lfs/a/b', '/api/v1/me'])
    it(`that asks ${path} for another protocol is refused at once and closed`, async () => {
      const answer = await trickle([`GET ${path} HTTP/1.1`, 'Connection: upgrade', 'Upgrade: foo'])
      assert.equal(answer.status, 400)
      assert.ok(answer.closedAfterMs! < 1000)
    })

  it('of a Java client, which offers h2c with each request, is served with HTTP/1.1', async () => {
    const answer = await trickle(
      [
        'GET /api/health HTTP/1.1',
        'Connection: Upgrade, HTTP2-Settings',
        'Upgrade: h2c',
        'HTTP2-Settings: AAEAAEAAAAIAAAABAAMAAABkAAQBAAAAAAUAAEAA',
      ],
      { forMs: 500 },
    )
    assert.equal(answer.status, 200)
  })

  const routes = (): [string, string[]][] => [
    ['tRPC', ['POST /api/trpc/data.add HTTP/1.1', 'Authorization: Bearer good', 'Content-Length: 1000']],
    ['a REST route', ['POST /api/v1/datasets HTTP/1.1', 'Authorization: Bearer good', 'Content-Length: 1000']],
    [
      'a batch of Git LFS',
      [`POST /lfs/${mine.slug}/x/objects/batch HTTP/1.1`, 'Authorization: Bearer good', 'Content-Length: 1000'],
    ],
    [
      'sign-in',
      [
        'POST /api/auth/callback/credentials HTTP/1.1',
        'Content-Type: application/x-www-form-urlencoded',
        'Content-Length: 1000',
      ],
    ],
    ['a health check', ['GET /api/health HTTP/1.1', 'Content-Length: 1000']],
    ['an unknown path', ['POST /api/nothing HTTP/1.1', 'Content-Length: 1000']],
    ['an upload', UPLOAD(1_000_000)],
    [
      'an upload to DVC',
      [
        `PUT /dvc/${mine.slug}/files/md5/aa/${'b'.repeat(30)} HTTP/1.1`,
        'Authorization: Bearer good',
        'Content-Length: 1000000',
      ],
    ],
    [
      'an upload to Git LFS',
      [
        `PUT /lfs/${mine.slug}/x/objects/${'a'.repeat(64)} HTTP/1.1`,
        'Authorization: Bearer good',
        'Content-Length: 1000000',
      ],
    ],
  ]
  it('whose body trickles is closed, whatever the route', async () => {
    await Promise.all(
      routes().map(async ([name, lines]) => {
        const { closedAfterMs } = await trickle(lines, { byte: ' ' })
        assert.ok(closedAfterMs! < 2 * BODY_TIMEOUT_MS + 1000, `${name}: closed after ${closedAfterMs} ms`)
      }),
    )
  })

  it('of an upload that makes progress is kept', async () => {
    const chunk = 'x'.repeat(64 * 1024)
    const { closedAfterMs, status } = await trickle(UPLOAD(30 * chunk.length), {
      byte: chunk,
      everyMs: 100,
      times: 30,
      forMs: 4500,
    })
    assert.equal(status, 201)
    assert.ok(closedAfterMs === undefined || closedAfterMs > 2900)
  })
})

/** The status that is known while the announced body has not been sent. */
const early = (method: string, path: string, headers: Record<string, string> = {}) =>
  new Promise<number>((resolve, reject) => {
    const { hostname, port } = new URL(url)
    const sent = request(
      {
        hostname,
        port,
        method,
        path,
        headers: { 'content-length': '1000000', 'content-type': 'application/json', ...headers },
      },
      res => {
        resolve(res.statusCode!)
        sent.destroy()
      },
    )
    sent.on('error', reject)
    sent.flushHeaders()
  })

describe('who asks is known before the body is read', () => {
  const paths: [string, string][] = [
    ['POST', '/api/trpc/data.add'],
    ['POST', '/api/trpc/data.add?batch=1'],
    ['POST', '/api/v1/datasets'],
    ['POST', '/api/v1/uploads'],
    ['POST', '/api/v1/projects/p/uploads'],
    ['POST', '/lfs/p/x/objects/batch'],
    ['PUT', `/lfs/p/x/objects/${'a'.repeat(64)}`],
    ['PUT', `/dvc/p/files/md5/aa/${'b'.repeat(30)}`],
  ]
  for (const [method, path] of paths)
    it(`at ${method} ${path}`, async () => assert.equal(await early(method, path), 401))

  it('also for a batch in which only some need a caller: 207, each with its own answer', async () => {
    assert.equal(await early('POST', '/api/trpc/access.joinByInvitation,data.add?batch=1'), 207)
  })

  it('and nobody sends more than a form', async () => {
    assert.equal(
      await early('POST', '/api/trpc/access.joinByInvitation', { 'content-length': String(MAX_BODY_BYTES) }),
      413,
    )
  })
})

describe('a batch of tRPC', () => {
  const ask = (path: string) =>
    fetch(`${url}/api/trpc/${path}?batch=1`, { headers: { authorization: 'Bearer good' } }).then(r => r.status)
  const many = (separator: string) => Array.from({ length: MAX_BATCH + 1 }, () => 'data.list').join(separator)

  it('is counted however its commas are written', async () => {
    for (const separator of [',', '%2C', '%252C', '%25252C']) assert.equal(await ask(many(separator)), 400, separator)
    assert.notEqual(await ask(Array.from({ length: MAX_BATCH }, () => 'data.list').join(',')), 400)
  })
})

describe('sign-in', () => {
  const ask = async (method: string, path: string, headers: Record<string, string> = {}, body?: string) =>
    (await fetch(`${url}/api/auth/${path}`, { method, headers, body })).status
  const form = { 'content-type': 'application/x-www-form-urlencoded' }

  it('answers the routes that the pages use', async () => {
    for (const path of ['csrf', 'session', 'providers', 'signin', 'signout', 'error?error=x'])
      for (const type of ['text/plain', 'application/json'])
        assert.equal(await ask('GET', path, { 'content-type': type }), 200, path)
    assert.equal(await ask('POST', 'callback/credentials', form, 'a=b'), 200)
    assert.equal(await ask('POST', 'signout', form, 'a=b'), 200)
  })

  it('has no log that anyone can write to', async () => {
    assert.equal(await ask('POST', '_log', form, 'level=error&code=x'), 404)
    assert.equal(await ask('POST', '_log', { 'content-type': 'application/json' }, '{"level":"error"}'), 404)
  })

  it('refuses with 4xx what next-auth would answer with 500', async () => {
    assert.equal(await ask('GET', 'callback/credentials'), 400)
    assert.equal(await ask('POST', 'callback/credentials', { 'content-type': 'application/json' }, '{'), 400)
    assert.equal(await ask('GET', 'csrf?callbackUrl=foo:bar'), 400)
    assert.equal(await ask('GET', 'csrf?callbackUrl=a&callbackUrl=b'), 400)
    for (const path of ['', 'nothing', 'callback/google', 'verify-request', 'signin/credentials', '%63srf', 'csrf/x'])
      assert.equal(await ask('GET', path), 404, path)
  })

  it('ignores a cookie that is no page to return to', async () => {
    const kept = 'a=1; next-auth.callback-url=http%3A%2F%2F127.0.0.1%3A3000%2Fp'
    await ask('GET', 'csrf', { cookie: kept })
    assert.equal(pageHeaders.cookie, kept)
    await ask('GET', 'csrf', { cookie: 'a=1; next-auth.callback-url=foo%3Abar; b=%ff' })
    assert.equal(pageHeaders.cookie, 'a=1; b=%ff')
  })
})

it('a browser that signs in gets a device cookie, and keeps it', async () => {
  const post = (cookie: string) =>
    fetch(`${url}/api/auth/callback/credentials`, {
      method: 'POST',
      headers: { cookie, 'content-type': 'application/x-www-form-urlencoded' },
      body: 'a=b',
    })
  const first = (await post('a=1; fleximl-device=planted; b=2')).headers.get('set-cookie') ?? ''
  assert.match(first, /^fleximl-device=[\w-]{43}; Path=\/; Max-Age=\d+; HttpOnly; SameSite=Strict$/)
  const [pair] = first.split(';')
  assert.equal(pageHeaders.cookie, `a=1; b=2; ${pair}`)
  const again = await post(`a=1; ${pair}`)
  assert.ok(again.headers.get('set-cookie')?.startsWith(`${pair};`))
  assert.equal(pageHeaders.cookie, `a=1; ${pair}`)
  const other = await fetch(`${url}/api/auth/csrf`)
  assert.equal(other.headers.get('set-cookie'), null)
})

it('pages see no forged header of Next, and the address of the socket instead of the one that a client claims', async () => {
  const forged = [
    'x-middleware-subrequest',
    'x-middleware-rewrite',
    'x-middleware-override-headers',
    'x-middleware-next',
  ]
  const headers = Object.fromEntries(forged.map(name => [name, 'proxy:proxy:proxy:proxy:proxy']))
  await fetch(`${url}/p/x`, { headers: { ...headers, [ADDRESS_HEADER]: '8.8.8.8', 'x-forwarded-for': '8.8.4.4' } })
  for (const name of forged) assert.equal(pageHeaders[name], undefined, name)
  assert.equal(pageHeaders[ADDRESS_HEADER], '127.0.0.1')
})

it('pages learn whether they are prefetched from the server, not from the client', async () => {
  await fetch(`${url}/p/x`, { headers: { [PREFETCH_HEADER]: '1' } })
  assert.equal(pageHeaders[PREFETCH_HEADER], '0')
  for (const header of [{ purpose: 'prefetch' }, { 'next-router-prefetch': '1' }, { 'sec-purpose': 'prefetch' }]) {
    await fetch(`${url}/p/x`, { headers: header as unknown as Record<string, string> })
    assert.equal(pageHeaders[PREFETCH_HEADER], '1', JSON.stringify(header))
  }
})

// Last: it uses up the attempts of this address.
it('sign-in is limited per address, reads and attempts apart', async () => {
  const statuses = async (method: string, path: string, times: number) =>
    new Set(
      await Promise.all(
        Array.from({ length: times }, async () => (await fetch(`${url}/api/auth/${path}`, { method })).status),
      ),
    )
  assert.ok((await statuses('POST', 'signout', 260)).has(429))
  assert.deepEqual([...(await statuses('GET', 'csrf', 20))], [200])
})
