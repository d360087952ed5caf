import assert from 'node:assert/strict'
import { request } from 'node:http'
import { after, before, describe, it } from 'node:test'
import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import type { Caller } from '#server/access/caller.ts'
import { createLiveHub, type LiveHub } from '#server/api/live.ts'
import type { ApiContext, SignedIn } from '#server/api/trpc.ts'
import { MAX_BATCH, MAX_BODY_BYTES } from '#server/api/trpc-routes.ts'
import { AppError } from '#server/kernel/errors.ts'
import type { ProjectScope } from '#server/kernel/scope.ts'
import { change } from '#server/platform/change.ts'
import { defineEvent } from '#server/platform/define-event.ts'
import { type TestKernel, testKernel } from '#server/platform/testing.ts'
import { createWebServer } from './web-server.ts'

let kernel: TestKernel
let live: LiveHub
let app: FastifyInstance
let url: string
let mine: ProjectScope
let foreign: ProjectScope
let person: SignedIn | undefined

const nobody = () => new AppError('unauthenticated', 'Sign in first.')
const contextFor = async (): Promise<ApiContext> => ({
  kernel,
  requestId: 'test',
  person,
  async callerIn(slug): Promise<Caller> {
    if (!person) throw nobody()
    if (slug !== mine.slug) throw new AppError('not_found', 'There is no such project here.')
    return { actor: { kind: 'user', id: person.userId }, scope: mine, role: 'viewer' }
  },
  async requireAnyone() {
    if (!person) throw nobody()
  },
})

before(async () => {
  kernel = await testKernel()
  mine = await kernel.project()
  foreign = await kernel.project()
  live = await createLiveHub(kernel, { contextFor, projectIdsOf: async () => new Set([mine.projectId]) })
  const pages = async (_: unknown, res: { end(text: string): void }) => res.end('a page')
  app = await createWebServer({ kernel, version: '1.2.3', contextFor, pages, live })
  url = await app.listen({ port: 0, host: '127.0.0.1' })
})
after(async () => {
  await live.close()
  const closed = app.close()
  app.server.closeAllConnections()
  await closed
  await kernel.close()
})

const signIn = () => {
  person = {
    userId: '0190f000-0000-7000-8000-000000000001',
    email: 'a@b.org',
    name: 'A',
    isAdmin: false,
    sessionIdHash: 'x',
  }
}

/** fetch sets the Host itself. */
const askAs = (host: string, path: string) =>
  new Promise<{ status: number; body: string }>((resolve, reject) => {
    const { hostname, port } = new URL(url)
    request({ hostname, port, path, headers: { host } }, res => {
      let body = ''
      res.setEncoding('utf8').on('data', text => (body += text))
      res.on('end', () => resolve({ status: res.statusCode ?? 0, body }))
    })
      .on('error', reject)
      .end()
  })

describe('the web process', () => {
  it('answers probes, whatever they call it', async () => {
    assert.equal((await askAs('10.1.2.3:3000', '/api/health')).status, 200)
    const ready = await askAs('pod', '/api/ready')
    assert.equal(ready.status, 200)
    assert.deepEqual(JSON.parse(ready.body), {
      ready: true,
      database: { ok: true },
      blobs: { ok: true },
      migrations: { ok: true },
    })
  })

  it('refuses a name that is not its own, in words', async () => {
    const { status, body } = await askAs('evil.example', '/')
    assert.equal(status, 400)
    assert.match(JSON.parse(body).error.hint, /FLEXIML_URL/)
  })

  it('refuses changes that a page of another site started', async () => {
    const answer = await fetch(`${url}/api/trpc/data.add`, {
      method: 'POST',
      headers: { origin: 'http://evil.example' },
    })
    assert.equal(answer.status, 403)
  })

  it('names each request, in its own words when they are sane', async () => {
    const given = await fetch(`${url}/api/health`, { headers: { 'x-request-id': 'abc-12345' } })
    assert.equal(given.headers.get('x-request-id'), 'abc-12345')
    const made = await fetch(`${url}/api/health`, { headers: { 'x-request-id': 'a b' } })
    assert.match(made.headers.get('x-request-id') ?? '', /^[0-9a-f-]{36}$/)
    assert.equal(made.headers.get('x-content-type-options'), 'nosniff')
  })

  it('tells machines of the queue and the processes', async () => {
    const status = (await (await fetch(`${url}/api/status`)).json()) as Record<string, unknown>
    assert.equal(status.version, '1.2.3')
    assert.equal(status.inferenceUrl, kernel.env.INFERENCE_URL)
    assert.deepEqual(
      (status.queue as { lane: string }[]).map(l => l.lane),
      ['interactive', 'compute', 'maintenance'],
    )
  })

  it('gives metrics to this machine, and through a proxy only to who is let in', async () => {
    person = undefined
    const here = await fetch(`${url}/metrics`)
    assert.match(await here.text(), /^fleximl_database_up 1$/m)
    const through = await fetch(`${url}/metrics`, { headers: { 'x-forwarded-for': '8.8.8.8' } })
    assert.equal(through.status, 401)
  })

  it('bounds what one request may ask for', async () => {
    signIn()
    const many = Array.from({ length: MAX_BATCH + 1 }, () => 'data.list').join(',')
    assert.equal((await fetch(`${url}/api/trpc/${many}?batch=1`)).status, 400)
    const deep = `${'['.repeat(40)}${']'.repeat(40)}`
    assert.equal((await fetch(`${url}/api/trpc/data.list?input=${encodeURIComponent(deep)}`)).status, 400)
    const post = (body: string) =>
      fetch(`${url}/api/trpc/data.add`, { method: 'POST', headers: { 'content-type': 'application/json' }, body })
    assert.equal((await post(deep)).status, 400)
    assert.equal((await post(`"${'x'.repeat(MAX_BODY_BYTES)}"`)).status, 413)
    assert.equal((await post('{"a":')).status, 400)
  })

  it('hands on to the pages only what they can bear', async () => {
    const post = (body: RequestInit['body'], more: object = {}) =>
      fetch(`${url}/api/auth/callback/credentials`, { method: 'POST', body, ...more })
    assert.equal(await (await post('a=b')).text(), 'a page')
    assert.equal((await post('x'.repeat(65 * 1024))).status, 413)
    assert.equal((await post(new Blob(['a=b']).stream(), { duplex: 'half' })).status, 413)
    for (const path of ['/p/%ff/data', '/api/auth/%ff', '/api/trpc/%ff', '/api/v1/%ff'])
      assert.equal((await fetch(url + path)).status, 400, path)
    const { hostname, port } = new URL(url)
    const status = await new Promise((resolve, reject) =>
      request({ hostname, port, path: '/', method: 'TRACE' }, res => resolve(res.resume().statusCode))
        .on('error', reject)
        .end(),
    )
    assert.equal(status, 400)
  })

  it('says what answers nothing, and lets nobody in who is not', async () => {
    signIn()
    for (const path of ['/api/v1/nothing', '/api/nothing'])
      assert.match(await (await fetch(url + path)).text(), /"code":"not_found"/)
    assert.equal((await fetch(`${url}/api/v1/projects/${foreign.slug}/datasets/a/versions/1/data.parquet`)).status, 404)
    person = undefined
    const refused = await fetch(`${url}/api/v1/projects/${mine.slug}/uploads`, { method: 'POST', body: 'a,b' })
    assert.equal(refused.status, 401)
    assert.match(refused.headers.get('www-authenticate') ?? '', /Bearer/)
  })

  it('hands everything else to the pages', async () => {
    assert.equal(await (await fetch(`${url}/p/x`)).text(), 'a page')
  })
})

/** The stream as text, read until `wanted` is in it. */
async function follow(headers: Record<string, string> = {}) {
  const stopped = new AbortController()
  const answer = await fetch(`${url}/api/live`, { headers, signal: stopped.signal })
  const reader = answer.body?.pipeThrough(new TextDecoderStream()).getReader()
  let text = ''
  return {
    status: answer.status,
    async until(wanted: RegExp) {
      while (!wanted.test(text)) {
        const { value, done } = await reader!.read()
        if (done) throw new Error(`The stream ended without ${wanted}: ${text}`)
        text += value
      }
      return text
    },
    stop: () => stopped.abort(),
  }
}

describe('the live stream', () => {
  const emit = (scope: ProjectScope, type: string) =>
    change(kernel, { kind: 'system', id: 'test' }, c =>
      c.record({
        projectId: scope.projectId,
        event: defineEvent(type, 'recipe-version', z.object({})),
        subject: { kind: 'recipe-version', id: 'x' },
        payload: {},
      }),
    )

  it('is for the signed in', async () => {
    person = undefined
    assert.equal((await follow()).status, 401)
  })

  it('tells what changed in the person’s projects and nothing of others', async () => {
    signIn()
    const stream = await follow()
    await stream.until(/event: open/)
    await emit(foreign, 'training.run-done')
    kernel.notifier.wake({ topic: 'model', projectId: foreign.projectId, id: 'theirs' })
    await emit(mine, 'data.version-created')
    kernel.notifier.wake({ topic: 'model', projectId: mine.projectId, id: 'ours' })
    await stream.until(/domain:data/)
    const text = await stream.until(/ours/)
    assert.doesNotMatch(text, /theirs|domain:training/)
    assert.doesNotMatch(text, new RegExp(foreign.projectId))
    stream.stop()
  })

  it('asks a browser that was away to fetch anew', async () => {
    signIn()
    const stream = await follow({ 'last-event-id': '7' })
    await stream.until(/event: reset/)
    stream.stop()
  })

  it('ends when the session is revoked', async () => {
    signIn()
    const stream = await follow()
    await stream.until(/event: open/)
    person = undefined
    await stream.until(/event: ended/)
    stream.stop()
  })
})
