import assert from 'node:assert/strict'
import { after, describe, it } from 'node:test'
import { z } from 'zod'
import { PERMISSIONS, type Permission, roleMay } from '#server/access/contract.ts'
import { appRouter } from '#server/api/root.ts'
import { testWeb } from '#server/api/testing.ts'
import type { RouteMeta } from '#server/api/trpc.ts'
import { testKernel } from '#server/platform/testing.ts'
import type { RegisteredRoute } from '#server/web/routes.ts'
import { type Asker, everyAsker } from './callers.ts'
import { generateInput } from './generate-input.ts'

/** Reviewed one by one: what is answered to whoever holds a link, or to any signed-in person. Another one must be added here on purpose. */
const PUBLIC = [
  'access.becomeFirstAdmin',
  'access.firstLink',
  'access.invitation',
  'access.joinByInvitation',
  'access.resetLink',
  'access.resetPassword',
]
/** Of HTTP: the description of the API, without anything of a project. */
const PUBLIC_HTTP = ['GET /api/docs', 'GET /api/docs/*', 'GET /api/v1/openapi.json']
const SIGNED_IN = [
  'access.acceptInvitation',
  'access.changePassword',
  'access.createProject',
  'access.me',
  'access.projects',
  'access.revokeSession',
  'access.sessions',
  'access.signOut',
]

interface Route {
  name: string
  permission: RouteMeta['permission']
  method: string
  /** Ignores cookies: only a token is somebody. */
  takesTokensOnly: boolean
  /** Whether the request says which project it means; a token needs not. */
  namesProject: boolean
  /** Paths (and body) with which it is asked for `slug`: bare first, then with everything its schemas want. */
  asks(slug: string): { path: string; body?: string }[]
}

interface Procedure {
  _def: { type: 'query' | 'mutation' | 'subscription'; meta?: RouteMeta; inputs: unknown[] }
}

const procedures = Object.entries(appRouter._def.procedures as unknown as Record<string, Procedure>)

function procedureRoute([name, { _def }]: (typeof procedures)[number]): Route {
  const isQuery = _def.type === 'query'
  const ask = (input: object) => {
    const json = JSON.stringify(input)
    return isQuery
      ? { path: `/api/trpc/${name}?input=${encodeURIComponent(json)}` }
      : { path: `/api/trpc/${name}`, body: json }
  }
  return {
    name: `tRPC ${name}`,
    permission: _def.meta!.permission,
    method: isQuery ? 'GET' : 'POST',
    takesTokensOnly: false,
    namesProject: true,
    asks: slug => [ask({ project: slug }), ask({ ...generateInput(_def.inputs), project: slug })],
  }
}

/** What stands for the names in a pattern, apart from the project's. */
const NAMES: Record<string, string> = {
  ':name': 'aa',
  ':v': '1',
  ':dataset': 'aa',
  ':upload': '00000000-0000-7000-8000-000000000000',
  ':number': '0',
  ':oid': 'e'.repeat(64),
  ':first': 'aa',
  ':rest': 'e'.repeat(30),
}
const filled = (pattern: string, slug: string) =>
  pattern.replace(/:[a-z]+/gi, part => (part === ':project' ? slug : (NAMES[part] ?? 'aa')))

/** A request with everything that the schemas of the route ask for. */
function askOf({ method, url, schema }: RegisteredRoute, slug: string): { path: string; body?: string } {
  const query = schema.querystring ? generateInput([schema.querystring]) : {}
  const search = new URLSearchParams(Object.entries(query).map(([name, value]) => [name, String(value)])).toString()
  const path = `${filled(url, slug)}${search ? `?${search}` : ''}`
  if (schema.body instanceof z.ZodObject) return { path, body: JSON.stringify(generateInput([schema.body])) }
  return { path, body: method === 'POST' || method === 'PUT' ? 'a,b\n1,2\n' : undefined }
}

const kernel = await testKernel({ LOG_LEVEL: 'fatal' })
const target = await kernel.project('target')
const askers = await everyAsker(kernel, target, await kernel.project('elsewhere'))
const web = await testWeb(kernel)
const { origin } = web
after(async () => {
  await web.close()
  await kernel.close()
})

/** REST, bytes, Git LFS and DVC: every route that was registered. */
const httpRoutes: Route[] = web.app.registeredRoutes.map(route => ({
  name: `${route.method} ${route.url}`,
  permission: route.permission,
  method: route.method,
  takesTokensOnly: route.credentials === 'token',
  namesProject: route.url.includes(':project'),
  asks: slug => [{ path: filled(route.url, slug) }, askOf(route, slug)],
}))

/** The expected status of a refusal, or `in`: the request passes authorization. */
function expected(route: Route, asker: Asker): 401 | 403 | 404 | 'in' {
  if (route.permission === 'public') return 'in'
  if (asker.kind === 'nobody' || (route.takesTokensOnly && asker.kind === 'person')) return 401
  if (route.permission === 'signed-in') return asker.kind === 'person' ? 'in' : 403
  if (route.permission === 'admin') return asker.isAdmin ? 'in' : 403
  // Without a project in the address a token works in its own; a person has to name one (400, before anything is looked up).
  if (!route.namesProject && (asker.kind === 'person' || asker.isFromElsewhere)) return 'in'
  if (!asker.role) return 404
  return roleMay(asker.role, route.permission as Permission) ? 'in' : 403
}

const NO_PROJECT = /There is no project/

async function refusals(): Promise<number> {
  const [row] = await kernel.sql<{ n: number }[]>`SELECT count(*)::int AS n FROM audit_log WHERE outcome = 'refused'`
  return row!.n
}

/** The audit log keeps 1,000 anonymous refusals a minute; here every one must be in it. */
const REFUSALS_A_MINUTE = 900
let refused = 0
function nextMinuteAfterManyRefusals(): void {
  if (++refused % REFUSALS_A_MINUTE !== 0) return
  const { clock } = kernel
  kernel.clock = { ...clock, now: () => clock.now() + 60_000 }
}

async function tryRoute(route: Route, asker: Asker): Promise<void> {
  const wanted = expected(route, asker)
  // Let in, the bare request is enough: a full one could do what it says.
  const asks = wanted === 'in' ? route.asks(target.slug).slice(0, 1) : route.asks(target.slug)
  for (const { path, body } of asks) {
    nextMinuteAfterManyRefusals()
    const before = await refusals()
    const answer = await fetch(`${origin}${path}`, {
      method: route.method,
      body,
      headers: { 'content-type': 'application/json', ...(await asker.headers()) },
    })
    const text = await answer.text()
    const seen = `${asker.name} asked ${route.name} and got ${answer.status} ${text.slice(0, 300)}`
    if (wanted === 'in') {
      assert.ok(
        answer.status !== 401 && answer.status !== 403 && !NO_PROJECT.test(text),
        `${seen}; wanted to be let in`,
      )
      continue
    }
    assert.equal(answer.status, wanted, seen)
    if (wanted === 404 && route.method !== 'HEAD') assert.match(text, NO_PROJECT, seen)
    assert.ok((await refusals()) > before, `${seen}; the refusal is not in the audit log`)
  }
}

describe('every route names who may', () => {
  it('each procedure declares a permission of the table, or is on the reviewed lists', () => {
    assert.ok(procedures.length > 30, 'the router was walked')
    for (const reviewed of [...PUBLIC, ...SIGNED_IN])
      assert.ok(
        procedures.some(([name]) => name === reviewed),
        `${reviewed} is on a reviewed list and does not exist`,
      )
    for (const [name, { _def }] of procedures) {
      const permission = _def.meta?.permission
      assert.ok(permission, `${name} declares no permission`)
      assert.notEqual(_def.type, 'subscription', `${name}: live updates have one stream of their own`)
      if (permission === 'public') assert.ok(PUBLIC.includes(name), `${name} is public and not reviewed`)
      else if (permission === 'signed-in')
        assert.ok(SIGNED_IN.includes(name), `${name} is for all signed in and not reviewed`)
      else if (permission !== 'admin')
        assert.ok(Object.hasOwn(PERMISSIONS, permission), `${name} declares ${permission}, which is not in the table`)
    }
  })

  it('each HTTP route declares a permission of the table', () => {
    assert.ok(httpRoutes.length > 20)
    for (const route of httpRoutes)
      assert.ok(
        Object.hasOwn(PERMISSIONS, route.permission) || PUBLIC_HTTP.includes(route.name),
        `${route.name} declares ${route.permission}`,
      )
  })
})

describe('every route × everybody', () => {
  for (const entry of procedures)
    it(`tRPC ${entry[0]}`, async () => {
      for (const asker of askers) await tryRoute(procedureRoute(entry), asker)
    })
  for (const route of httpRoutes)
    it(route.name, async () => {
      for (const asker of askers) await tryRoute(route, asker)
    })
})

describe('without a session or token the input is not looked at', () => {
  /** Neither JSON nor what any schema takes. */
  const garbage = '{"project": [[['
  const send = async (method: string, path: string, headers: Record<string, string>) => {
    const hasBody = method === 'POST' || method === 'PUT'
    const answer = await fetch(`${origin}${path}`, {
      method,
      body: hasBody ? garbage : undefined,
      headers: { 'content-type': 'application/json', ...headers },
    })
    await answer.arrayBuffer()
    return answer.status
  }
  for (const [who, headers] of [
    ['nobody', {}],
    ['an unknown token', { authorization: 'Bearer flx_unknown' }],
  ] as const)
    it(`every procedure and HTTP route answers 401 to ${who}`, async () => {
      for (const [name, { _def }] of procedures.filter(([, p]) => p._def.meta?.permission !== 'public')) {
        const method = _def.type === 'query' ? 'GET' : 'POST'
        for (const search of ['', '?input=%7B', '?input=%7B%22project%22%3A%5B%5D%7D'])
          assert.equal(await send(method, `/api/trpc/${name}${search}`, headers), 401, `${name}${search}`)
      }
      for (const route of httpRoutes.filter(r => r.permission !== 'public'))
        assert.equal(
          await send(route.method, `${route.asks(target.slug)[0]!.path}?limit=x&bytes=y`, headers),
          401,
          route.name,
        )
    })
})

describe('the same, told from outside', () => {
  it('another team’s project and one that does not exist are answered alike', async () => {
    const asker = askers.find(a => a.name === 'an owner of another project')!
    const ask = async (slug: string) => {
      const path = procedureRoute(procedures.find(([name]) => name === 'data.list')!).asks(slug)[0]!.path
      const answer = await fetch(`${origin}${path}`, { headers: await asker.headers() })
      return `${answer.status} ${(await answer.text()).replaceAll(slug, 'SLUG')}`
    }
    assert.equal(await ask(target.slug), await ask('no-such'))
  })

  it('a person’s change from another site is refused on every procedure that changes something', async () => {
    const owner = askers.find(a => a.name === 'an owner')!
    for (const entry of procedures.filter(
      ([, p]) => p._def.type === 'mutation' && p._def.meta?.permission !== 'public',
    )) {
      const route = procedureRoute(entry)
      const { path, body } = route.asks(target.slug)[1]!
      for (const from of [{ 'sec-fetch-site': 'cross-site' }, { 'sec-fetch-site': 'same-site' }]) {
        const answer = await fetch(`${origin}${path}`, {
          method: 'POST',
          body,
          headers: { 'content-type': 'application/json', ...(await owner.headers()), ...from },
        })
        assert.equal(answer.status, 403, `${route.name} from ${from['sec-fetch-site']}`)
        await answer.arrayBuffer()
      }
    }
  })
})
