import assert from 'node:assert/strict'
import { connect } from 'node:net'
import { after, before, describe, it } from 'node:test'
import { and, eq } from 'drizzle-orm'
import { apiTokens, auditLog, predictionLog } from '#db/schema/index.ts'
import { appRouter } from '#server/api/root.ts'
import { createCallerFactory } from '#server/api/trpc.ts'
import { sha256 } from '#server/kernel/ids.ts'
import type { ProjectScope } from '#server/kernel/scope.ts'
import { type TestKernel, testKernel } from '#server/platform/testing.ts'
import { registerVersion, showModel } from '#server/registry/index.ts'
import type { PredictAnswer } from '#server/serving/contract.ts'
import {
  changeRowPolicy,
  mintTryIt,
  promoteVersion,
  readHistory,
  readLiveStats,
  readPredictions,
  rollbackEndpoint,
  showEndpoint,
} from '#server/serving/index.ts'
import { bikeRow, callerOf, insertDoneRun, insertToken, trainBundle } from '#server/serving/testing.ts'
import { CuttableWay, freePort, type RunningServe, spawnServe } from './testing.ts'

let kernel: TestKernel
let way: CuttableWay
let serve: RunningServe
let scope: ProjectScope
let engineer: string
let viewer: string
let stranger: string
let port: number
const environment = () => ({ DATABASE_URL: way.url, FLEXIML_HOME: kernel.home })
const caller = () => callerOf(scope)

async function register(name: string, offset: number, task?: 'binary') {
  const run = await insertDoneRun(kernel, scope, await trainBundle(offset, task))
  return registerVersion(kernel, caller(), { run, name })
}

async function post(path: string, body: unknown, options: { token?: string; headers?: Record<string, string> } = {}) {
  const response = await fetch(`${serve.base}/${scope.slug}/endpoints/${path}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${options.token ?? engineer}`, ...options.headers },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  })
  // biome-ignore lint/suspicious/noExplicitAny: answers of any shape are looked into
  return { status: response.status, headers: response.headers, body: (await response.json()) as any }
}
const predict = async (rows: unknown[], extra: object = {}, headers?: Record<string, string>) =>
  post('demand/predict', { rows, ...extra }, { headers })

const logged = (id: string) => kernel.db.select().from(predictionLog).where(eq(predictionLog.id, id))
async function eventually<T>(look: () => Promise<T | undefined | false>, seconds = 10): Promise<T> {
  for (const until = performance.now() + seconds * 1000; performance.now() < until; ) {
    const seen = await look().catch(() => undefined)
    if (seen) return seen
    await new Promise(resolve => setTimeout(resolve, 50))
  }
  throw new Error('it did not happen')
}

before(async () => {
  port = await freePort()
  kernel = await testKernel({ LOG_LEVEL: 'fatal', INFERENCE_PORT: String(port) })
  way = await CuttableWay.to(kernel.url)
  scope = await kernel.project()
  engineer = await insertToken(kernel, scope, 'engineer')
  viewer = await insertToken(kernel, scope, 'viewer')
  stranger = await insertToken(kernel, await kernel.project(), 'owner')
  serve = await spawnServe(environment(), port)
  for (const offset of [100, 200, 300]) await register('demand', offset)
  await promoteVersion(kernel, caller(), { model: 'demand@1', endpoint: 'demand' })
  await promoteVersion(kernel, caller(), { model: 'demand@1', endpoint: 'strict' })
  await changeRowPolicy(kernel, caller(), { endpoint: 'strict', policy: 'strict' })
  await eventually(async () => (await post('strict/predict', { rows: [{}] })).status === 422)
})
after(async () => {
  await serve.end('SIGTERM')
  await way.close()
  await kernel.close()
})

describe('registry and promotion', () => {
  it('a run is one version of a model, however often it is registered', async () => {
    const run = await insertDoneRun(kernel, scope, await trainBundle(1))
    const twice = await Promise.all([1, 2].map(() => registerVersion(kernel, caller(), { run, name: 'once' })))
    assert.deepEqual(
      twice.map(r => r.version),
      [1, 1],
    )
    assert.deepEqual(twice.map(r => r.created).sort(), [false, true])
    const shown = await showModel(kernel, caller(), 'once')
    assert.equal(shown.versions[0]!.digest, twice[0]!.digest)
    assert.deepEqual(
      shown.signature!.columns.map(c => c.name),
      ['temp', 'hour', 'season'],
    )
  })
  it('versions registered at the same time get numbers without gaps', async () => {
    const ids = await Promise.all([1, 2, 3, 4].map(async n => insertDoneRun(kernel, scope, await trainBundle(n))))
    const made = await Promise.all(ids.map(run => registerVersion(kernel, caller(), { run, name: 'many' })))
    assert.deepEqual(made.map(m => m.version).sort(), [1, 2, 3, 4])
  })
  it('promotion, rollback and history agree; “as of” names what was in force', async () => {
    const first = await promoteVersion(kernel, caller(), { model: 'demand@1', endpoint: 'history' })
    assert.deepEqual([first.version, first.previous, first.revision], [1, null, 1])
    assert.ok(first.switchedInMs !== null && first.switchedInMs < 5000, String(first.switchedInMs))
    const between = new Date().toISOString()
    await new Promise(resolve => setTimeout(resolve, 5))
    const second = await promoteVersion(kernel, caller(), { model: 'demand@2', endpoint: 'history', reason: 'better' })
    assert.deepEqual([second.version, second.previous, second.revision], [2, 1, 2])
    assert.deepEqual([first.primary, second.primary], [false, false])
    assert.equal((await showModel(kernel, caller(), 'demand')).aliases.champion, 1, 'of its primary endpoint')
    const back = await rollbackEndpoint(kernel, caller(), { endpoint: 'history' })
    assert.deepEqual([back.version, back.previous, back.revision], [1, 2, 3])
    const { items } = await readHistory(kernel, caller(), { endpoint: 'history' })
    assert.deepEqual(
      items.map(i => [i.revision, i.action, i.version]),
      [
        [3, 'rollback', 1],
        [2, 'promote', 2],
        [1, 'promote', 1],
      ],
    )
    assert.ok(items.every(i => i.switchedInMs !== null))
    const then = await readHistory(kernel, caller(), { endpoint: 'history', at: between })
    assert.deepEqual([then.at, then.version, then.revision], [between, 1, 1])
    await assert.rejects(rollbackEndpoint(kernel, caller(), { endpoint: 'history' }), { code: 'conflict' })
    const to = await rollbackEndpoint(kernel, caller(), { endpoint: 'history', to: 3 })
    assert.equal(to.version, 3)
    await assert.rejects(promoteVersion(kernel, callerOf(scope, 'viewer'), { model: 'demand', endpoint: 'history' }), {
      code: 'forbidden',
    })
  })
})

describe('predict', () => {
  it('answers each row with an id, and the log has the row with its version', async () => {
    const { status, body } = await predict([bikeRow(0), bikeRow(7)], { ids: ['mine-1', 2] })
    assert.equal(status, 200, JSON.stringify(body))
    assert.ok(body.predictions.every((p: number) => p > 99 && p < 104))
    assert.deepEqual([body.ids.length, body.model, body.version], [2, 'demand', 1])
    const [row] = await eventually(async () => (await logged(body.ids[0])).length > 0 && logged(body.ids[0]))
    assert.deepEqual(
      [row!.callerId, row!.features, row!.prediction, row!.requestId],
      ['mine-1', bikeRow(0), body.predictions[0], body.requestId],
    )
    assert.equal(row!.probabilities, null)
  })
  it('classification gives classes and a probability for each', async () => {
    await register('kinds', 0, 'binary')
    await promoteVersion(kernel, caller(), { model: 'kinds', endpoint: 'kinds' })
    const { body } = await post('kinds/predict', { rows: [{ temp: 0.95, hour: 3, season: null }] })
    assert.deepEqual([body.predictions, body.classes], [['many'], ['few', 'many']])
    assert.ok(Math.abs(body.probabilities[0][0] + body.probabilities[0][1] - 1) < 1e-9)
  })
  const good = bikeRow(1)
  for (const [what, body, status, detail] of [
    ['no JSON', '{"rows": [', 400],
    ['no body', '', 400],
    ['a list', [good], 422],
    ['no rows', { rows: [] }, 422],
    ['a row that is no object', { rows: [1] }, 422],
    ['a missing column', { rows: [good, { hour: 1 }] }, 422, { row: 1, column: 'temp', got: 'nothing' }],
    ['text for a number', { rows: [{ ...good, temp: '0.5' }] }, 422, { row: 0, column: 'temp' }],
    ['ids of another length', { rows: [good], ids: [] }, 422],
    ['a bad time', { rows: [good], times: ['noon'] }, 422, { row: 0, column: 'times', got: 'the text “noon”' }],
    ['too many rows', { rows: new Array(10_001).fill(good) }, 413],
    ['more than 10 MB', `{"rows": "${'x'.repeat(10 * 2 ** 20)}"}`, 413],
  ] as [string, unknown, number, object?][])
    it(`${what} is ${status}, says why, and logs nothing`, async () => {
      await post('demand/feedback', { rows: [] })
      const before = await kernel.db.$count(predictionLog)
      const answer = await post('strict/predict', body)
      assert.equal(answer.status, status, JSON.stringify(answer.body))
      assert.ok(answer.body.error.message)
      if (detail) assert.deepEqual({ ...answer.body.error.details[0], ...detail }, answer.body.error.details[0])
      await new Promise(resolve => setTimeout(resolve, 250))
      assert.equal(await kernel.db.$count(predictionLog), before)
    })
  it('a lenient endpoint answers odd cells, reports them and logs the rows as read', async () => {
    const rows = [
      good,
      { ...good, temp: '0.5', hour: 3.5 },
      { ...good, season: 'monsoon' },
      { ...good, temp: 'warm' },
      7,
    ]
    const { status, body } = await predict([...rows, { hour: 1, temp: null, more: 1 }])
    assert.equal(status, 200, JSON.stringify(body))
    assert.deepEqual(
      body.predictions.map((p: unknown) => p === null),
      [false, false, false, true, true, false],
    )
    assert.deepEqual(
      body.ids.map((id: unknown) => id === null),
      [false, false, false, true, true, false],
    )
    assert.deepEqual(
      body.warnings.map((w: { row: number; column: string; code: string }) => [w.row, w.column, w.code]),
      [
        [1, 'hour', 'fraction'],
        [2, 'season', 'unseen'],
        [5, 'more', 'extra_column'],
        [5, 'temp', 'missing'],
        [5, 'season', 'absent_column'],
      ],
    )
    assert.deepEqual(
      body.errors.map((e: { row: number; column: string }) => [e.row, e.column]),
      [
        [3, 'temp'],
        [4, ''],
      ],
    )
    assert.deepEqual([body.failedRows, body.warningCounts.length], [2, 5])
    const [line] = await eventually(async () => (await logged(body.ids[1])).length > 0 && logged(body.ids[1]))
    assert.deepEqual([line!.features, line!.repairs], [{ ...good, temp: 0.5, hour: 3.5 }, { hour: 'fraction' }])
    const [clean] = await eventually(async () => (await logged(body.ids[0])).length > 0 && logged(body.ids[0]))
    assert.equal(clean!.repairs, null)
  })
  it('a time that cannot be read fails its row only', async () => {
    await promoteVersion(kernel, caller(), { model: 'demand@1', endpoint: 'dated', timeColumn: 'at' })
    const { status, body } = await post('dated/predict', {
      rows: [
        { ...good, at: 'noon' },
        { ...good, at: '2026-01-01' },
      ],
    })
    assert.equal(status, 200)
    assert.deepEqual([body.predictions[0], body.errors[0].column, body.warnings], [null, 'at', []])
    assert.notEqual(body.predictions[1], null)
  })
  it('a strict endpoint counts what it refuses, and what the lenient policy would have answered', async () => {
    await promoteVersion(kernel, caller(), { model: 'demand@1', endpoint: 'counted' })
    await changeRowPolicy(kernel, caller(), { endpoint: 'counted', policy: 'strict', reason: 'as before' })
    await eventually(async () => (await post('counted/predict', { rows: [{ ...good, temp: null }] })).status === 422)
    await post('counted/predict', { rows: [{ ...good, temp: 'warm' }] })
    const shown = await eventually(async () => {
      const { odd, policy } = await showEndpoint(kernel, caller(), 'counted')
      return odd.refused >= 2 && { odd, policy }
    })
    assert.equal(shown.policy, 'strict')
    assert.deepEqual([shown.odd.refused - shown.odd.answerable, shown.odd.failedRows], [1, 0])
    const changed = await changeRowPolicy(kernel, caller(), { endpoint: 'counted', policy: 'lenient' })
    assert.deepEqual(changed, { endpoint: 'counted', policy: 'lenient', previous: 'strict' })
    await eventually(async () => (await post('counted/predict', { rows: [{ ...good, temp: null }] })).status === 200)
    const { odd } = await eventually(async () => {
      const detail = await showEndpoint(kernel, caller(), 'counted')
      return detail.odd.cells.length > 0 && detail
    })
    assert.deepEqual([odd.cells[0]!.column, odd.cells[0]!.code], ['temp', 'missing'])
    const trail = await kernel.db
      .select()
      .from(auditLog)
      .where(and(eq(auditLog.projectId, scope.projectId), eq(auditLog.action, 'serving.change-policy')))
    assert.ok(trail.some(line => line.reason === 'as before'))
    await assert.rejects(
      changeRowPolicy(kernel, callerOf(scope, 'viewer'), { endpoint: 'counted', policy: 'strict' }),
      { code: 'forbidden' },
    )
    await assert.rejects(changeRowPolicy(kernel, caller(), { endpoint: 'nowhere', policy: 'strict' }), {
      code: 'not_found',
    })
  })
  it('text that PostgreSQL cannot store does not stop the log', async () => {
    const { status, body } = await predict([{ ...good, season: 'a\u0000b\ud800' }])
    assert.equal(status, 200)
    const [row] = await eventually(async () => (await logged(body.ids[0])).length > 0 && logged(body.ids[0]))
    assert.equal(row!.features.season, 'a\ufffdb\ufffd')
  })
  it('the event time is that of the row, else the header, else the column, else the arrival', async () => {
    await promoteVersion(kernel, caller(), { model: 'demand@1', endpoint: 'timed', timeColumn: 'at' })
    const rows = [{ ...good, at: '2012-01-01T00:00' }, good]
    const header = { 'x-event-time': '2012-02-02T00:00Z' }
    const times = ['2012-03-03T03:00+03:00', null]
    const timeOf = async (id: string) => {
      const [row] = await eventually(async () => (await logged(id)).length > 0 && logged(id))
      return [row!.eventTime.toISOString(), row!.receivedAt.toISOString()] as const
    }
    const all = (await post('timed/predict', { rows, times }, { headers: header })).body.ids
    assert.equal((await timeOf(all[0]))[0], '2012-03-03T00:00:00.000Z')
    assert.equal((await timeOf(all[1]))[0], '2012-02-02T00:00:00.000Z')
    const column = (await post('timed/predict', { rows })).body.ids
    assert.equal((await timeOf(column[0]))[0], '2012-01-01T00:00:00.000Z')
    const [event, received] = await timeOf(column[1])
    assert.equal(event, received)
    assert.equal((await post('timed/predict', { rows }, { headers: { 'x-event-time': 'soon' } })).status, 422)
  })
})

describe('who may', () => {
  for (const [what, token, status] of [
    ['a viewer', () => viewer, 200],
    ['an unknown token', () => 'fx_nothing', 401],
    ['a token of another project', () => stranger, 404],
  ] as const)
    it(`${what}: predict is ${status}`, async () =>
      assert.equal((await post('demand/predict', { rows: [bikeRow(0)] }, { token: token() })).status, status))
  it('a token that is answered here shows when it was last used, as one that the dashboard’s server answers', async () => {
    const token = await insertToken(kernel, scope, 'viewer')
    const read = async () =>
      (
        await kernel.db
          .select()
          .from(apiTokens)
          .where(eq(apiTokens.tokenHash, sha256(token)))
      )[0]!.lastUsedAt
    assert.equal(await read(), null)
    const before = Date.now()
    assert.equal((await post('demand/predict', { rows: [bikeRow(0)] }, { token })).status, 200)
    const used = await eventually(async () => (await read()) ?? undefined)
    assert.ok(used.getTime() >= before - 1 && used.getTime() <= Date.now())
    // Not with each request.
    for (let i = 0; i < 5; i++) await post('demand/predict', { rows: [bikeRow(0)] }, { token })
    await new Promise(resolve => setTimeout(resolve, 2500))
    assert.deepEqual(await read(), used)
  })

  it('nobody without a token is listened to: the answer comes before the body', async () => {
    const answer = await new Promise<string>((resolve, reject) => {
      const socket = connect(port, '127.0.0.1', () =>
        socket.write('POST /p/endpoints/e/predict HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 1000000\r\n\r\n{'),
      )
      socket.once('data', data => {
        socket.destroy()
        resolve(String(data))
      })
      socket.once('error', reject)
    })
    assert.match(answer, /^HTTP\/1.1 401/)
  })
  it('what nests without end is refused before it is parsed', async () => {
    const deep = `${'['.repeat(20_000)}${']'.repeat(20_000)}`
    const row = `${JSON.stringify(bikeRow(0)).slice(0, -1)},"more":${deep}}`
    for (const path of ['demand/predict', 'demand/feedback']) {
      const { status, body } = await post(path, `{"rows":[${row}]}`)
      assert.deepEqual([status, body.error.code], [400, 'bad_request'])
    }
  })
  it('metrics asked for from elsewhere need a token, and are those of its project', async () => {
    const ask = async (token?: string) => {
      const answer = await fetch(`${serve.base}/metrics`, {
        headers: { 'x-forwarded-for': '203.0.113.9', ...(token ? { authorization: `Bearer ${token}` } : {}) },
      })
      return { status: answer.status, names: (await answer.text()).includes('endpoint="demand"') }
    }
    assert.deepEqual(await ask(), { status: 401, names: false })
    assert.deepEqual(await ask('flx_unknown'), { status: 401, names: false })
    assert.deepEqual(await ask(viewer), { status: 200, names: true })
    assert.deepEqual(await ask(stranger), { status: 200, names: false })
  })
  it('a viewer may not send feedback', async () =>
    assert.equal((await post('demand/feedback', { rows: [] }, { token: viewer })).status, 403))
  it('an unknown endpoint answers as one of another project', async () =>
    assert.equal((await post('nothing/predict', { rows: [bikeRow(0)] })).status, 404))
  it('a try-it token is good for its endpoint only', async () => {
    const now = Math.ceil(kernel.clock.now() / 1000)
    const mint = (endpoint: string, exp: number) =>
      mintTryIt({ project: scope.slug, endpoint, exp }, kernel.secrets.encryptionKey)
    const rows = { rows: [bikeRow(0)] }
    assert.equal((await post('demand/predict', rows, { token: mint('demand', now + 60) })).status, 200)
    assert.equal((await post('demand/predict', rows, { token: mint('other', now + 60) })).status, 404)
    assert.equal((await post('demand/predict', rows, { token: mint('demand', now - 60) })).status, 401)
  })
  it('a revoked token is refused within five seconds', async () => {
    const token = await insertToken(kernel, scope, 'viewer')
    const send = async () => (await post('demand/predict', { rows: [bikeRow(0)] }, { token })).status
    assert.equal(await send(), 200)
    await kernel.db
      .update(apiTokens)
      .set({ revokedAt: new Date() })
      .where(eq(apiTokens.tokenHash, sha256(token)))
    await eventually(async () => (await send()) === 401, 5)
  })
})

describe('try it', () => {
  const api = (role: 'viewer' | 'engineer' = 'viewer') =>
    createCallerFactory(appRouter)({
      kernel,
      requestId: 'test',
      callerIn: async () => callerOf(scope, role),
      requireAnyone: async () => undefined,
    }).serving
  it('a person’s request goes from the dashboard to the server and back, faults by cell', async () => {
    const answer = await api().tryIt({ endpoint: 'demand', rows: [bikeRow(3)] })
    assert.deepEqual([answer.model, answer.predictions.length], ['demand', 1])
    assert.ok(answer.tookMs > 0)
    await assert.rejects(api().tryIt({ endpoint: 'strict', rows: [{}] }), /do not fit the signature/)
    const odd = await api().tryIt({ endpoint: 'demand', rows: [{}] })
    assert.deepEqual([odd.predictions, odd.errors.length], [[null], 1])
    await assert.rejects(api().promote({ endpoint: 'demand', model: 'demand' }), /Your role/)
  })
  it('a column called __proto__ arrives like any other', async () => {
    const row: Record<string, unknown> = JSON.parse('{"__proto__": 7}')
    const { ids } = await api().tryIt({
      endpoint: 'demand',
      rows: [Object.defineProperties(row, Object.getOwnPropertyDescriptors(bikeRow(4)))],
    })
    const [line] = await eventually(async () => {
      const found = await logged(ids[0]!)
      return found.length === 1 && found
    })
    assert.equal(Object.getOwnPropertyDescriptor(line!.features, '__proto__')?.value, 7)
    await assert.rejects(api().tryIt({ endpoint: 'demand', rows: [[]] as never }), /one property per column/)
  })
  it('lists and details agree', async () => {
    const { items } = await api().list({})
    const demand = items.find(e => e.endpoint === 'demand')!
    const shown = await api().show({ endpoint: 'demand' })
    assert.deepEqual([shown.version, shown.revision], [demand.version, demand.revision])
    assert.ok(shown.url.endsWith(`:${port}/${scope.slug}/endpoints/demand`))
    await assert.rejects(api().show({ endpoint: 'nothing' }), /There is no endpoint/)
  })
})

describe('feedback', () => {
  it('joins by our id and by the caller’s, at once; says what is known already and what is unknown', async () => {
    const { ids } = (await predict([bikeRow(0), bikeRow(1)], { ids: ['fb-1', 'fb-2'] })).body as PredictAnswer
    const rows = [
      { id: ids[0], actual: 12 },
      { id: 'fb-2', actual: 13, time: '2026-01-01T00:00Z' },
      { id: 'fb-1', actual: 14 },
      { id: 'nobody', actual: 1 },
    ]
    const { body } = await post('demand/feedback', { rows })
    assert.deepEqual(body, { accepted: 2, duplicates: 1, unknown: ['nobody'], rejected: 0, errors: [] })
    const again = await post('demand/feedback', { rows: rows.slice(0, 2) })
    assert.deepEqual(again.body, { accepted: 0, duplicates: 2, unknown: [], rejected: 0, errors: [] })
    const { items } = await readPredictions(kernel, caller(), { endpoint: 'demand', limit: 100 })
    assert.equal(items.find(i => i.id === ids[0])!.actual, 12)
    assert.equal((await post('demand/feedback', { rows: [{ id: 'a' }] })).status, 422)
  })
})

describe('feedback that fits no class', () => {
  it('is rejected by row and counted, and other spellings of a class are that class', async () => {
    const { body } = await post('kinds/predict', { rows: [1, 2, 3, 4].map(i => bikeRow(i)) })
    const actuals = [' Many', 'banana', 'few', 1]
    const rows = actuals.map((actual, i) => ({ id: body.ids[i], actual }))
    const answer = await post('kinds/feedback', { rows: [...rows, { id: null, actual: 'few' }] })
    assert.equal(answer.status, 200)
    const { errors, ...counts } = answer.body
    assert.deepEqual(counts, { accepted: 2, duplicates: 0, unknown: [], rejected: 3 })
    assert.deepEqual(errors.slice(0, 2), [
      { row: 1, column: 'actual', expected: 'one of few, many', got: 'the text “banana”' },
      { row: 3, column: 'actual', expected: 'one of few, many', got: '1' },
    ])
    assert.deepEqual([errors[2].row, errors[2].column], [4, 'id'])
    const { items } = await readPredictions(kernel, caller(), { endpoint: 'kinds', limit: 10 })
    assert.equal(items.find(i => i.id === body.ids[0])!.actual, 'many')
    const text = await post('demand/feedback', { rows: [{ id: body.ids[0], actual: '12,5' }] })
    assert.deepEqual([text.body.accepted, text.body.rejected, text.body.errors[0].expected], [0, 1, 'a number'])
    await eventually(async () => {
      const { odd } = await showEndpoint(kernel, caller(), 'kinds')
      return odd.cells.some(c => c.code === 'feedback_rejected' && c.rows === 3)
    })
  })
})

describe('hot swap', () => {
  it('no request fails or is answered by two versions while versions are promoted', async () => {
    let running = true
    let answers = 0
    const versions = new Set<number>()
    const load = Array.from({ length: 16 }, async () => {
      while (running) {
        const { status, body } = await predict([bikeRow(answers), bikeRow(answers + 1)])
        assert.equal(status, 200, JSON.stringify(body))
        for (const p of body.predictions) assert.equal(Math.floor(p / 100), body.version)
        versions.add(body.version)
        answers++
      }
    })
    const took: number[] = []
    for (let i = 0; i < 6; i++) {
      const to = await promoteVersion(kernel, caller(), { model: `demand@${(i % 3) + 1}`, endpoint: 'demand' })
      assert.deepEqual(to.laggards, [])
      took.push(to.switchedInMs!)
      const { version } = (await predict([bikeRow(0)])).body
      assert.equal(version, to.version, 'the first request after promote returned has the new version')
    }
    running = false
    await Promise.all(load)
    assert.deepEqual([...versions].sort(), [1, 2, 3])
    const stats = await eventually(async () => {
      const { points } = await readLiveStats(kernel, caller(), { endpoint: 'demand', minutes: 5 })
      return points.reduce((sum, p) => sum + p.requests, 0) >= answers && points
    })
    assert.ok(stats.some(p => p.p99Ms !== null))
    assert.equal((await showEndpoint(kernel, caller(), 'demand')).servers.current, 1)
    console.log(`${answers} answers during 6 promotions; switched in ${took.join(', ')} ms`)
  })
})

describe('without the database', () => {
  it('answers go on, and every one of them is in the log when it is back, even after kill -9', async () => {
    await way.cut()
    const ids: string[] = []
    for (let i = 0; i < 50; i++) {
      const { status, body } = await predict([bikeRow(i)])
      assert.equal(status, 200, JSON.stringify(body))
      ids.push(...body.ids)
    }
    assert.equal((await post('demand/feedback', { rows: [{ id: ids[0], actual: 1 }] })).status, 503)
    await serve.end('SIGKILL')
    serve = await spawnServe(environment(), port)
    for (let i = 0; i < 10; i++) {
      const { status, body } = await predict([bikeRow(i)])
      assert.equal(status, 200, JSON.stringify(body))
      ids.push(...body.ids)
    }
    const ready = (await (await fetch(`${serve.base}/readyz`)).json()) as { database: string }
    assert.equal(ready.database, 'away')
    await way.mend()
    await eventually(async () => (await logged(ids.at(-1)!)).length === 1, 20)
    for (const id of ids) assert.equal((await logged(id)).length, 1)
    const { body } = await eventually(async () => {
      const answer = await post('demand/feedback', { rows: [{ id: ids[0], actual: 1 }] })
      return answer.status === 200 && answer
    })
    assert.deepEqual(body, { accepted: 1, duplicates: 0, unknown: [], rejected: 0, errors: [] })
  })
  it('predictions of a moment before kill -9 are kept', async () => {
    const sent = await Promise.all(Array.from({ length: 40 }, (_, i) => predict([bikeRow(i)])))
    await serve.end('SIGKILL')
    serve = await spawnServe(environment(), port)
    const to = await promoteVersion(kernel, caller(), { model: 'demand@2', endpoint: 'demand' })
    assert.deepEqual(to.laggards, [], 'a killed server is not waited for')
    for (const { body } of sent) await eventually(async () => (await logged(body.ids[0])).length === 1)
    const metrics = await (await fetch(`${serve.base}/metrics`)).text()
    assert.match(metrics, /fleximl_database_up 1/)
  })
})
