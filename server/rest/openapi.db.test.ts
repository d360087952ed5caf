import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { type TestWeb, testWeb } from '#server/api/testing.ts'
import { type TestKernel, testKernel } from '#server/platform/testing.ts'
import { TAGS } from './describe-route.ts'

interface Operation {
  summary?: string
  tags?: string[]
  parameters?: { name: string; in: string }[]
  requestBody?: unknown
  security?: unknown[]
  responses: Record<string, { content?: Record<string, { schema?: object }> }>
}
interface Document {
  openapi: string
  paths: Record<string, Record<string, Operation>>
  security: Record<string, unknown>[]
  components: { securitySchemes: Record<string, { scheme: string }> }
}

let kernel: TestKernel
let web: TestWeb
let document: Document
before(async () => {
  kernel = await testKernel({ LOG_LEVEL: 'fatal' })
  web = await testWeb(kernel)
  document = (await (await fetch(`${web.origin}/api/v1/openapi.json`)).json()) as Document
})
after(async () => {
  await web.close()
  await kernel.close()
})

const operations = () =>
  Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ name: `${method.toUpperCase()} ${path}`, operation })),
  )

describe('the OpenAPI document', () => {
  it('has every route of the REST API and no other', () => {
    const registered = web.app.registeredRoutes
      .filter(r => r.url.startsWith('/api/v1/') && r.permission !== 'public' && r.credentials === 'token')
      .map(r => `${r.method} ${r.url.replace(/:(\w+)/g, '{$1}')}`)
    assert.ok(registered.length > 60)
    assert.deepEqual(
      operations()
        .map(o => o.name)
        .sort(),
      registered.sort(),
    )
  })

  it('is OpenAPI 3.1 and asks for a bearer token', () => {
    assert.match(document.openapi, /^3\.1\./)
    assert.deepEqual(document.security, [{ token: [] }])
    assert.equal(document.components.securitySchemes.token!.scheme, 'bearer')
  })

  it('describes each route: summary, group, path parameters, what it answers, and errors', () => {
    for (const { name, operation } of operations()) {
      assert.ok(operation.summary, name)
      assert.ok(operation.tags?.every(tag => Object.hasOwn(TAGS, tag)) && operation.tags.length === 1, name)
      const named = (operation.parameters ?? []).filter(p => p.in === 'path').map(p => p.name)
      const wanted = [...name.matchAll(/\{(\w+)\}/g)].map(m => m[1]!)
      assert.deepEqual(named.sort(), wanted.sort(), name)
      const good = Object.entries(operation.responses).filter(([status]) => status.startsWith('2'))
      assert.equal(good.length, 1, name)
      for (const [status, { content }] of Object.entries(operation.responses)) {
        const [media] = Object.values(content ?? {})
        assert.ok(media?.schema && Object.keys(media.schema).length > 0, `${name} ${status} has no schema`)
      }
      for (const status of ['401', '403', '404', '422', '429'])
        assert.ok(operation.responses[status], `${name} ${status}`)
    }
  })

  it('writes the error once for all routes', () => {
    const text = JSON.stringify(document)
    assert.ok(text.length < 400_000, `${text.length} characters`)
    // As it is sent, and as it would be received.
    assert.ok(text.split('"hint"').length - 1 <= 2)
  })

  it('says what each changing route takes', () => {
    for (const { name, operation } of operations())
      if (/^PUT|^POST \/api\/v1\/(datasets|recipes|experiments|models|queries|evaluations|uploads)$/.test(name))
        assert.ok(operation.requestBody, name)
  })
})

describe('the reference page', () => {
  it('shows it with files of the package and a policy that allows nothing from outside', async () => {
    const page = await fetch(`${web.origin}/api/docs/`)
    assert.equal(page.status, 200)
    const policy = page.headers.get('content-security-policy') ?? ''
    assert.match(policy, /default-src 'none'; script-src 'self'/)
    assert.doesNotMatch(policy, /http|\*|unsafe-eval/)
    const html = await page.text()
    const sources = [...html.matchAll(/(?:src|href)="([^"]+)"/g)].map(m => m[1]!)
    assert.ok(sources.length > 2)
    for (const source of sources) {
      const { origin, href } = new URL(source, page.url)
      assert.equal(origin, web.origin, source)
      assert.equal((await fetch(href)).status, 200, source)
    }
    assert.doesNotMatch(html, /<script>(?!\s*<)/, 'no inline script')
  })

  it('reads the document from this server', async () => {
    const shown = (await (await fetch(`${web.origin}/api/docs/json`)).json()) as Document
    assert.deepEqual(Object.keys(shown.paths), Object.keys(document.paths))
  })
})
