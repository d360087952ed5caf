import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { after, before, describe, it } from 'node:test'
import { testCookie, testPerson, testSession, testToken } from '#server/access/testing.ts'
import { type TestWeb, testWeb } from '#server/api/testing.ts'
import type { ProjectScope } from '#server/kernel/scope.ts'
import { promoteRentals } from '#server/monitoring/testing.ts'
import { type TestKernel, testKernel } from '#server/platform/testing.ts'

interface Answer {
  status: number
  headers: Headers
  body: {
    items: Record<string, string>[]
    next: string | null
    error: { code: string; message: string; hint?: string; details?: { column: string }[] }
  } & Record<string, unknown>
}

let kernel: TestKernel
let web: TestWeb
let scope: ProjectScope
let token: string
before(async () => {
  kernel = await testKernel({ LOG_LEVEL: 'fatal' })
  scope = await kernel.project('rentals')
  await promoteRentals(kernel, scope)
  token = (await testToken(kernel, scope, { role: 'owner' })).token
  web = await testWeb(kernel)
})
after(async () => {
  await web.close()
  await kernel.close()
})

async function send(
  method: string,
  path: string,
  body?: unknown,
  headers: Record<string, string> = { authorization: `Bearer ${token}` },
): Promise<Answer> {
  const response = await fetch(`${web.origin}/api/v1${path}`, {
    method,
    headers: { ...headers, ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
    body: body === undefined ? undefined : typeof body === 'string' ? body : JSON.stringify(body),
  })
  return { status: response.status, headers: response.headers, body: (await response.json()) as Answer['body'] }
}
const get = (path: string) => send('GET', path)

describe('the REST API', () => {
  it('answers for the project of the token, with the fields of the command line', async () => {
    assert.deepEqual((await get('/project')).body, { project: 'rentals', zone: scope.zone, role: 'owner' })
    const [endpoint] = (await get('/endpoints')).body.items
    const history = (await get(`/endpoints/${endpoint!.endpoint}/history`)).body
    assert.equal(history.items[0]!.action, 'promote')
    assert.equal((await get(`/endpoints/${endpoint!.endpoint}/monitoring`)).body.endpoint, endpoint!.endpoint)
    const [model] = (await get('/models')).body.items
    assert.equal((await get(`/models/${model!.model}/versions/latest`)).body.model, model!.model)
    const [experiment] = (await get('/experiments')).body.items
    const [run] = (await get(`/experiments/${experiment!.experiment}/runs`)).body.items
    assert.equal((await get(`/runs/${run!.run}`)).body.run, run!.run)
    for (const path of [
      '/datasets',
      '/recipes',
      '/jobs',
      '/schedules',
      '/monitors',
      '/evaluations',
      '/tokens',
      '/audit',
    ])
      assert.equal((await get(path)).body.next, null, path)
  })

  it('takes a file in and says by which ingestion it becomes a version', async () => {
    const upload = await fetch(`${web.origin}/api/v1/uploads?filename=a.csv`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}` },
      body: 'a,b\n1,2\n',
    })
    const { digest } = (await upload.json()) as { digest: string }
    assert.equal(digest, createHash('sha256').update('a,b\n1,2\n').digest('hex'))
    const added = await send('POST', '/datasets', { name: 'small', fileName: 'a.csv', digest })
    assert.equal(added.status, 202)
    assert.equal((await get(`/ingestions/${added.body.id}`)).body.dataset, 'small')
    const [job] = (await get('/jobs?state=active')).body.items
    assert.equal((await send('POST', `/jobs/${job!.id}/cancel`)).status, 200)
  })

  it('gives lists in pages without gaps or repetitions', async () => {
    for (let i = 0; i < 5; i++) {
      const steps = [{ step: 'drop', columns: [`c${i}`] }]
      assert.equal((await send('POST', '/recipes', { name: `recipe-${i}`, steps })).status, 200)
    }
    const seen: string[] = []
    let cursor = ''
    do {
      const { body } = await get(`/recipes?limit=2${cursor && `&cursor=${cursor}`}`)
      seen.push(...body.items.map(r => r.recipe!))
      cursor = body.next ?? ''
    } while (cursor)
    assert.deepEqual(
      seen.sort(),
      [0, 1, 2, 3, 4].map(i => `recipe-${i}`),
    )
  })

  it('changes and archives the project, and restores it', async () => {
    const named = await send('PATCH', '/project/settings', { name: 'Rentals of bikes', description: 'Demand' })
    assert.deepEqual([named.status, named.body.name], [200, 'Rentals of bikes'])
    assert.equal((await send('POST', '/project/archive', { confirm: 'rental' })).status, 422)
    assert.equal((await send('POST', '/project/archive', { confirm: 'rentals' })).body.archivedEndpoints, 'serving')
    const refused = await send('POST', '/recipes', {})
    assert.deepEqual([refused.status, refused.body.error!.code], [409, 'conflict'])
    assert.equal((await get('/datasets')).status, 200)
    assert.equal((await send('POST', '/project/restore')).body.archivedAt, null)
    assert.equal((await get('/project/settings')).body.description, 'Demand')
  })

  it('makes, lists and revokes tokens, and manages members below owners', async () => {
    const made = await send('POST', '/tokens', { name: 'from rest', role: 'predictor', expiresInDays: 1 })
    assert.deepEqual([made.status, made.body.role], [201, 'predictor'])
    const { items } = (await get('/tokens')).body
    assert.ok(items.some(t => t.id === made.body.id && t.state === 'live'))
    assert.equal((await send('DELETE', `/tokens/${made.body.id}`)).status, 200)
    assert.ok((await get('/tokens')).body.items.some(t => t.id === made.body.id && t.state === 'revoked'))

    const absent = { email: 'nobody@example.org', role: 'viewer' }
    assert.equal((await send('POST', '/members', absent)).status, 404)
    const invited = await send('POST', '/members', { ...absent, invite: true })
    assert.deepEqual([invited.status, invited.body.userId], [201, null])
    const [invitation] = (await get('/invitations')).body.items
    assert.equal((await send('DELETE', `/invitations/${invitation!.id}`)).status, 200)
    const { userId, email } = await testPerson(kernel)
    assert.equal((await send('POST', '/members', { email, role: 'viewer' })).body.userId, userId)
    assert.equal((await send('PATCH', `/members/${userId}`, { role: 'engineer' })).body.role, 'engineer')
    assert.equal((await send('PATCH', `/members/${userId}`, { role: 'owner' })).status, 403)
    assert.equal((await send('DELETE', `/members/${userId}`)).status, 200)
    assert.equal((await send('POST', '/members', { email, role: 'predictor' })).status, 422)
  })

  it('reads the audit log by time and text, with names of subjects, and exports it safely', async () => {
    await send('POST', '/tokens', { name: '=SUM(A1,A9)', role: 'viewer', expiresInDays: 1 })
    const found = (await get('/audit?q=sum(a1')).body.items as unknown as { subject: { name: string } | null }[]
    assert.equal(found[0]!.subject?.name, '=SUM(A1,A9)')
    assert.equal((await get('/audit?to=2001-01-01')).body.items.length, 0)
    assert.ok((await get('/audit?from=2001-01-01')).body.items.length > 0)
    const wrong = await get('/audit?from=yesterday')
    assert.deepEqual([wrong.status, wrong.body.error!.code], [422, 'invalid'])
    const file = async (query: string) => {
      const response = await fetch(`${web.origin}/api/v1/audit/export?${query}`, {
        headers: { authorization: `Bearer ${token}` },
      })
      return { response, text: await response.text() }
    }
    const { response, text } = await file('format=csv&q=sum(a1')
    assert.match(response.headers.get('content-disposition') ?? '', /attachment; filename="audit-rentals\.csv"/)
    const [header, line] = text.split('\r\n')
    assert.equal(header, 'time,actor,actorId,action,outcome,subjectKind,subject,subjectId,reason,details,requestId')
    assert.ok(line!.includes(`"'=SUM(A1,A9)"`), line)
    const json = JSON.parse((await file('format=json&q=sum(a1')).text) as { items: unknown[] }
    assert.ok(json.items.length >= 1)
    assert.deepEqual(JSON.parse((await file('format=json&q=nothing-like-this')).text), { items: [] })
    const exports = (await get('/audit?action=access.export-audit')).body.items
    assert.equal(exports.length, 3)
  })

  it('takes API tokens only: a session’s cookie is nobody', async () => {
    const { userId } = await testPerson(kernel, { scope, role: 'owner' })
    const cookie = await testCookie(kernel, await testSession(kernel, userId))
    const refused = await send('GET', '/datasets', undefined, { cookie, 'sec-fetch-site': 'same-origin' })
    assert.equal(refused.status, 401)
    assert.match(refused.headers.get('www-authenticate') ?? '', /^Bearer/)
  })

  it('says in one format what is wrong', async () => {
    const cases: [string, string, unknown, number, string][] = [
      ['GET', '/datasets/none', undefined, 404, 'not_found'],
      ['GET', '/datasets/a%2Fb', undefined, 404, 'not_found'],
      ['GET', '/jobs?limit=0', undefined, 422, 'invalid'],
      ['GET', '/jobs/x', undefined, 422, 'invalid'],
      ['POST', '/models', { run: 'r' }, 422, 'invalid'],
      ['POST', '/models', '{"run":', 400, 'bad_request'],
      ['POST', '/models', '['.repeat(100), 400, 'bad_request'],
      ['POST', '/models', `"${'x'.repeat(5 * 2 ** 20)}"`, 413, 'too_large'],
      ['PUT', '/models', {}, 400, 'bad_request'],
      ['GET', '/nothing', undefined, 404, 'not_found'],
      ['GET', '/datasets/%ff', undefined, 400, 'bad_request'],
    ]
    for (const [method, path, body, status, code] of cases) {
      const answer = await send(method, path, body)
      assert.deepEqual([answer.status, answer.body.error.code], [status, code], `${method} ${path}`)
      assert.ok(answer.body.error.message)
    }
    const { error } = (await send('POST', '/models', { run: 'r' })).body
    assert.deepEqual(
      error.details?.map(d => d.column),
      ['name'],
    )
  })

  it('refuses more requests of one token than it serves in a minute, and says when to come back', async () => {
    const few = await testWeb(kernel, { restRequestsPerMinute: 2 })
    const headers = { authorization: `Bearer ${token}` }
    const statuses = []
    for (let i = 0; i < 3; i++) statuses.push(await fetch(`${few.origin}/api/v1/project`, { headers }))
    assert.deepEqual(
      statuses.map(r => r.status),
      [200, 200, 429],
    )
    assert.ok(Number(statuses[2]!.headers.get('retry-after')) > 0)
    const body = (await statuses[2]!.json()) as Answer['body']
    assert.equal(body.error.code, 'too_many_requests')
    const other = (await testToken(kernel, scope, { role: 'viewer' })).token
    const served = await fetch(`${few.origin}/api/v1/project`, { headers: { authorization: `Bearer ${other}` } })
    assert.equal(served.status, 200, 'another token has its own count')
    await few.close()
  })
})
