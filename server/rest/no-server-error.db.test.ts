import assert from 'node:assert/strict'
import { spawn, spawnSync } from 'node:child_process'
import { after, before, describe, it } from 'node:test'
import fc from 'fast-check'
import { testToken } from '#server/access/testing.ts'
import { type TestWeb, testWeb } from '#server/api/testing.ts'
import { promoteRentals } from '#server/monitoring/testing.ts'
import { type TestKernel, testKernel } from '#server/platform/testing.ts'

/** What of JSON Schema our contracts use. */
interface Schema {
  type?: string | string[]
  properties?: Record<string, Schema>
  required?: string[]
  items?: Schema
  enum?: unknown[]
  const?: unknown
  anyOf?: Schema[]
  oneOf?: Schema[]
  allOf?: Schema[]
  format?: string
  default?: unknown
}
interface Operation {
  parameters?: { name: string; in: string; required?: boolean; schema: Schema }[]
  requestBody?: { content: Record<string, { schema: Schema }> }
}

const RUNS_PER_ROUTE = 40
let kernel: TestKernel
let web: TestWeb
let token: string
/** Names and ids of things that exist, so that requests get past the first look-up. */
const known = ['latest', '1', 'v1', 'champion', '@', '..', '%00', 'NaN']
before(async () => {
  kernel = await testKernel({ LOG_LEVEL: 'fatal', INFERENCE_PORT: '9' })
  const scope = await kernel.project('rentals')
  await promoteRentals(kernel, scope)
  for (const table of ['models', 'endpoints', 'experiments', 'runs', 'jobs', 'datasets'])
    for (const row of await kernel.sql`SELECT id, to_jsonb(t)->>'name' AS name FROM ${kernel.sql(table)} t LIMIT 3`)
      known.push(row.id as string, ...(row.name ? [row.name as string] : []))
  token = (await testToken(kernel, scope, { role: 'owner' })).token
  web = await testWeb(kernel)
})
after(async () => {
  await web.close()
  await kernel.close()
})

const hostile = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 30 }),
  fc.constantFrom('', '\0', ' ', '1e400', '-1', '9'.repeat(30), '{}', "'; SELECT 1 --", '🚲', 'x'.repeat(300)),
)

/** Values that mostly fit the schema, and now and then do not. */
function arbitraryOf(schema: Schema): fc.Arbitrary<unknown> {
  const wild = fc.oneof(hostile, fc.constantFrom(null, true, 0, -1, 1e300, [], {}, [[]]))
  const fitting = (): fc.Arbitrary<unknown> => {
    if (schema.const !== undefined) return fc.constant(schema.const)
    if (schema.enum) return fc.constantFrom(...schema.enum)
    const choices = schema.anyOf ?? schema.oneOf
    if (choices) return fc.oneof(...choices.map(arbitraryOf))
    if (schema.allOf)
      return fc
        .tuple(...schema.allOf.map(arbitraryOf))
        .map(parts => Object.assign({}, ...parts.filter(p => p instanceof Object)))
    const type = Array.isArray(schema.type) ? schema.type[0] : schema.type
    if (type === 'object') {
      const parts = Object.entries(schema.properties ?? {}).map(([name, part]) => [name, arbitraryOf(part)] as const)
      return fc.record(Object.fromEntries(parts), { requiredKeys: schema.required ?? [] })
    }
    if (type === 'array') return fc.array(arbitraryOf(schema.items ?? {}), { maxLength: 3 })
    if (type === 'integer' || type === 'number') return fc.oneof(fc.integer({ min: -2, max: 500 }), fc.double())
    if (type === 'boolean') return fc.boolean()
    if (type === 'string') return schema.format === 'uuid' ? fc.uuid() : fc.oneof(fc.constantFrom(...known), hostile)
    return wild
  }
  return fc.oneof({ weight: 12, arbitrary: fitting() }, { weight: 1, arbitrary: wild })
}

const textOf = (value: unknown) => (typeof value === 'string' ? value : (JSON.stringify(value) ?? ''))

/** Requests to one route, as method, address and body. */
function requestsTo(path: string, { parameters = [], requestBody }: Operation) {
  const record = (place: string) =>
    fc.record(
      Object.fromEntries(
        parameters
          .filter(p => p.in === place)
          .map(p => [
            p.name,
            place === 'path' ? fc.oneof(fc.constantFrom(...known), arbitraryOf(p.schema)) : arbitraryOf(p.schema),
          ]),
      ),
      place === 'path' ? {} : { requiredKeys: parameters.filter(p => p.in === place && p.required).map(p => p.name) },
    )
  const [media] = Object.values(requestBody?.content ?? {})
  const body = media ? arbitraryOf(media.schema) : fc.constant(undefined)
  return fc.tuple(record('path'), record('query'), body).map(([named, query, payload]) => {
    const search = new URLSearchParams(
      Object.entries(query).map(([name, value]) => [name, textOf(value).replaceAll('\ud800', '')]),
    )
    const filled = path.replace(/\{(\w+)\}/g, (_, name: string) => {
      const text = textOf((named as Record<string, unknown>)[name]).toWellFormed()
      return encodeURIComponent(text || 'x')
    })
    return { url: `${filled}?${search}`, payload: payload === undefined ? undefined : JSON.stringify(payload) }
  })
}

describe('generated requests find no server error', () => {
  it('on any route of the document', async () => {
    const document = (await web.app.inject('/api/v1/openapi.json')).json() as {
      paths: Record<string, Record<string, Operation>>
    }
    for (const [path, methods] of Object.entries(document.paths))
      for (const [method, operation] of Object.entries(methods))
        await fc.assert(
          fc.asyncProperty(requestsTo(path, operation), async ({ url, payload }) => {
            const answer = await web.app.inject({
              method: method.toUpperCase() as 'GET',
              url,
              payload,
              headers: { authorization: `Bearer ${token}`, ...(payload ? { 'content-type': 'application/json' } : {}) },
            })
            assert.ok(
              answer.statusCode < 500 || answer.statusCode === 503,
              `${method} ${url} ${payload ?? ''} → ${answer.statusCode} ${answer.body.slice(0, 300)}`,
            )
          }),
          { numRuns: RUNS_PER_ROUTE },
        )
  })

  const installed = spawnSync('schemathesis', ['--version']).status === 0
  it('nor do those of Schemathesis', {
    skip: installed ? false : 'schemathesis is not installed here; generated requests are sent above',
    timeout: 300_000,
  }, async () => {
    const args = [
      ...['run', `${web.origin}/api/v1/openapi.json`, '--url', web.origin],
      ...['--header', `Authorization: Bearer ${token}`],
      ...['--checks', 'not_a_server_error', '--phases', 'fuzzing', '--max-examples', '3'],
      ...['--generation-deterministic', '--no-color'],
    ]
    // Not spawnSync: this process serves the requests.
    const child = spawn('schemathesis', args)
    let output = ''
    child.stdout.on('data', text => (output += text))
    child.stderr.on('data', text => (output += text))
    const status = await new Promise(resolve => child.once('close', resolve))
    assert.equal(status, 0, output.slice(-4000))
  })
})
