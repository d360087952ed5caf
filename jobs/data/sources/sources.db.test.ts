import assert from 'node:assert/strict'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { after, before, describe, it } from 'node:test'
import { sql } from 'drizzle-orm'
import type { Caller } from '#server/access/caller.ts'
import {
  addFromSource,
  createConnection,
  deleteConnection,
  disconnectSource,
  listConnections,
  refreshSource,
  showDataset,
  showIngestion,
  showSource,
  testConnection,
  updateSource,
} from '#server/data/index.ts'
import type { AddSourceInput } from '#server/data/sources/contract.ts'
import { AppError } from '#server/kernel/errors.ts'
import { newId } from '#server/kernel/ids.ts'
import { type TestKernel, testKernel } from '#server/platform/testing.ts'
import { handlers } from '../../handlers.ts'
import { startWorkerLoop, type WorkerLoop } from '../../runtime/worker-loop.ts'

const SECRET = 'hunter22hunter22'
let kernel: TestKernel
let loop: WorkerLoop
let caller: Caller
let server: Server
let origin: string
let answer: (request: IncomingMessage, response: ServerResponse, url: URL) => void
const json = (response: ServerResponse, document: unknown) =>
  response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(document))

before(async () => {
  server = createServer((request, response) => {
    if (request.headers['x-api-key'] !== SECRET) return void response.writeHead(401).end('who are you?')
    answer(request, response, new URL(request.url!, origin))
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  kernel = await testKernel({ FLEXIML_PRIVATE_NETWORKS: '127.0.0.0/8' })
  kernel.log.level = 'fatal'
  loop = await startWorkerLoop(kernel, newId(), { interactive: 2, compute: 1, maintenance: 1 }, handlers)
  caller = { actor: { kind: 'user', id: newId() }, scope: await kernel.project(), role: 'engineer' }
})
after(async () => {
  server.closeAllConnections()
  server.close()
  await loop.stop()
  await kernel.close()
})

async function until<T>(look: () => Promise<T | undefined>): Promise<T> {
  for (let i = 0; i < 4000; i++) {
    const found = await look()
    if (found !== undefined) return found
    await new Promise(resolve => setTimeout(resolve, 25))
  }
  throw new Error('it did not happen')
}
const ended = ({ id }: { id: string }) =>
  until(async () => {
    const ingestion = await showIngestion(kernel, caller, id)
    return ingestion.state === 'succeeded' || ingestion.state === 'failed' ? ingestion : undefined
  })
const add = (name: string, reading: object, more: Partial<AddSourceInput> = {}) =>
  addFromSource(kernel, caller, {
    name,
    address: { kind: 'url', url: `${origin}/rows` },
    secrets: { 'X-Api-Key': SECRET },
    reading: { kind: 'url', ...reading },
    ...more,
  }).then(ended)
const refused = async (work: Promise<unknown>): Promise<AppError> => {
  const error = await work.then(
    () => assert.fail('it was taken'),
    e => e,
  )
  assert.ok(error instanceof AppError, String(error))
  return error
}
const rowsFrom = (from: number, to: number) =>
  Array.from({ length: to - from }, (_, i) => ({
    id: from + i,
    who: { name: `n${(from + i) % 4}` },
    y: (from + i) % 3,
  }))
const auditRows = async () =>
  (await kernel.db.execute(
    sql`SELECT action, outcome, reason, details::text FROM audit_log ORDER BY id`,
  )) as unknown as {
    action: string
    outcome: string
    reason: string | null
    details: string
  }[]

describe('a paged API becomes a dataset', () => {
  for (const by of ['link', 'cursor', 'number'] as const)
    it(`by ${by}`, async () => {
      answer = (_, response, url) => {
        const at = Number(url.searchParams.get(by === 'number' ? 'page' : 'at') ?? 0)
        const rows = rowsFrom(at * 40, Math.max(at * 40, Math.min(100, at * 40 + 40)))
        if (by === 'link' && at < 2) response.setHeader('link', `</rows?at=${at + 1}>; rel="next"`)
        json(response, by === 'cursor' ? { rows, next: at < 2 ? at + 1 : null } : rows)
      }
      const pages =
        by === 'cursor' ? { by, parameter: 'at', path: 'next' } : by === 'number' ? { by, first: 0 } : { by }
      const made = await add(`by-${by}`, { pages }, { target: 'y' })
      assert.deepEqual(
        [made.state, made.reason, made.created, made.version, made.rows],
        ['succeeded', null, true, 1, 100],
      )
      const shown = await showDataset(kernel, caller, `by-${by}`)
      assert.deepEqual(
        shown.schema.map(c => [c.name, c.role === 'target']),
        [
          ['id', false],
          ['who.name', false],
          ['y', true],
        ],
      )
    })
})

describe('refreshing', () => {
  it('unchanged rows make no version and say so; changed ones the next; rows that went back are a change', async () => {
    let rows = rowsFrom(0, 50)
    answer = (_, response) => json(response, rows)
    assert.equal((await add('fresh', {}, { target: 'y' })).version, 1)
    const refresh = async () => {
      const done = await refreshSource(kernel, caller, { dataset: 'fresh' }).then(ended)
      assert.equal(done.reason, null)
      return [done.created, done.version, done.rows]
    }
    assert.deepEqual(await refresh(), [false, 1, 50])
    rows = rowsFrom(0, 60)
    assert.deepEqual(await refresh(), [true, 2, 60])
    assert.equal((await showDataset(kernel, caller, 'fresh')).schema.find(c => c.name === 'y')?.role, 'target')
    rows = rowsFrom(0, 50)
    assert.deepEqual(await refresh(), [true, 3, 50])
    const { source } = await showSource(kernel, caller, { dataset: 'fresh' })
    assert.deepEqual([source?.last?.state, source?.last?.created, source?.last?.version], ['succeeded', true, 3])
  })

  it('append puts new rows below; the same rows again are not appended twice', async () => {
    let rows = rowsFrom(0, 30)
    answer = (_, response) => json(response, rows)
    await add('grows', {}, { append: true })
    rows = rowsFrom(30, 45)
    const refresh = () => refreshSource(kernel, caller, { dataset: 'grows' }).then(ended)
    const more = await refresh()
    assert.deepEqual([more.reason, more.created, more.version, more.rows], [null, true, 2, 45])
    const again = await refresh()
    assert.deepEqual([again.created, again.version, again.rows], [false, 2, 45])
  })

  it('a failed read leaves the versions as they are and says status and words, without the secret', async () => {
    answer = (_, response) => json(response, rowsFrom(0, 20))
    await add('breaks', {})
    answer = (request, response) => response.writeHead(500).end(`broken for ${request.headers['x-api-key']}`)
    const done = await refreshSource(kernel, caller, { dataset: 'breaks' }).then(ended)
    assert.equal(done.state, 'failed')
    assert.match(done.reason ?? '', /answered 500 Internal Server Error: broken for …/)
    assert.equal((await showDataset(kernel, caller, 'breaks')).version, 1)
  })

  it('by its schedule, in the project’s zone; paused, it rests; a pattern that is none is refused', async () => {
    let rows = rowsFrom(0, 20)
    answer = (_, response) => json(response, rows)
    await add('timed', {}, { cron: '0 6 * * *' })
    const source = async () => (await showSource(kernel, caller, { dataset: 'timed' })).source!
    assert.deepEqual(
      [(await source()).schedule?.cron, (await source()).schedule?.zone],
      ['0 6 * * *', caller.scope.zone],
    )
    rows = rowsFrom(0, 25)
    // Due since yesterday: missed while nothing was up, made up for once.
    await kernel.db.execute(sql`
      UPDATE pgboss.schedule SET created_on = now() - interval '1 day'
      WHERE key = (SELECT id::text FROM schedules WHERE name = 'Refresh timed')`)
    await kernel.db.execute(sql`UPDATE pgboss.version SET cron_on = now() - interval '1 day'`)
    await until(async () => ((await source()).last?.version === 2 ? true : undefined))
    assert.ok((await source()).schedule!.lastAt)
    await updateSource(kernel, caller, { dataset: 'timed', paused: true })
    assert.deepEqual([(await source()).schedule?.paused, (await source()).schedule?.nextAt], [true, null])
    await updateSource(kernel, caller, { dataset: 'timed', paused: false })
    assert.ok((await source()).schedule!.nextAt)
    assert.equal((await refused(updateSource(kernel, caller, { dataset: 'timed', cron: 'soon' }))).code, 'invalid')
    await updateSource(kernel, caller, { dataset: 'timed', cron: null })
    assert.equal((await source()).schedule, null)
  })
})

describe('connections', () => {
  it('are tested, used, kept while used, and never show their secrets', async () => {
    answer = (_, response) => json(response, rowsFrom(0, 20))
    const tested = async (name: string) => {
      await testConnection(kernel, caller, { name })
      return until(async () => {
        const { test } = (await listConnections(kernel, caller)).items.find(c => c.name === name)!
        return test.state === 'running' ? undefined : test
      })
    }
    const address = { kind: 'url' as const, url: `${origin}/` }
    await createConnection(kernel, caller, { name: 'shop', address, secrets: { 'X-Api-Key': SECRET } })
    await createConnection(kernel, caller, { name: 'wrong', address, secrets: { 'X-Api-Key': 'another' } })
    assert.equal((await refused(createConnection(kernel, caller, { name: 'shop', address }))).code, 'conflict')
    // What can never be sent is not stored, neither in a connection nor in a source of its own.
    const broken = { address, secrets: { 'X-Api-Key': `${SECRET}\r\nX-Other: 1` } }
    const bad = await refused(createConnection(kernel, caller, { name: 'broken', ...broken }))
    assert.equal(bad.code, 'invalid')
    assert.doesNotMatch(bad.message, new RegExp(SECRET))
    const reading = { kind: 'url' as const }
    assert.equal((await refused(addFromSource(kernel, caller, { name: 'broken', ...broken, reading }))).code, 'invalid')
    assert.ok(!(await listConnections(kernel, caller)).items.some(c => c.name === 'broken'))
    assert.deepEqual([(await tested('shop')).state, (await tested('wrong')).state], ['passed', 'failed'])
    assert.match((await tested('wrong')).sentence ?? '', /answered 401 Unauthorized/)
    await createConnection(kernel, caller, {
      name: 'keyed',
      address: { kind: 'url', url: `${origin}/x?key=${SECRET}` },
    })
    const byKeyed = {
      name: 'keyed-rows',
      connection: 'keyed',
      reading: { kind: 'url' as const, path: `rows?key=${SECRET}` },
    }
    await addFromSource(kernel, caller, byKeyed).then(ended)
    const shown = JSON.stringify([
      await listConnections(kernel, caller),
      await showSource(kernel, caller, { dataset: 'keyed-rows' }),
    ])
    assert.match(shown, /rows\?…/)
    assert.doesNotMatch(shown, new RegExp(SECRET))
    await disconnectSource(kernel, caller, { dataset: 'keyed-rows' })
    await deleteConnection(kernel, caller, { name: 'keyed' })
    const byShop = { connection: 'shop', address: undefined, secrets: undefined }
    assert.equal((await add('of-shop', { path: 'rows' }, byShop)).created, true)
    assert.match(
      (
        await refused(
          addFromSource(kernel, caller, {
            name: 'x',
            ...byShop,
            reading: { kind: 'url', path: 'https://other.test/' },
          }),
        )
      ).message,
      /not below/,
    )
    assert.match((await refused(deleteConnection(kernel, caller, { name: 'shop' }))).message, /is used by of-shop/)
    await disconnectSource(kernel, caller, { dataset: 'of-shop' })
    await deleteConnection(kernel, caller, { name: 'shop' })
    assert.equal((await showDataset(kernel, caller, 'of-shop')).version, 1)
    assert.equal((await refused(refreshSource(kernel, caller, { dataset: 'of-shop' }))).code, 'not_found')
  })

  it('of another project are not there', async () => {
    await createConnection(kernel, caller, { name: 'mine', address: { kind: 'url', url: origin } })
    const other: Caller = { ...caller, scope: await kernel.project() }
    assert.deepEqual((await listConnections(kernel, other)).items, [])
    assert.equal((await refused(testConnection(kernel, other, { name: 'mine' }))).code, 'not_found')
    assert.equal((await refused(deleteConnection(kernel, other, { name: 'mine' }))).code, 'not_found')
    const reading = { kind: 'url' as const }
    assert.equal(
      (await refused(addFromSource(kernel, other, { name: 'd', connection: 'mine', reading }))).code,
      'not_found',
    )
    assert.equal((await showSource(kernel, other, { dataset: 'fresh' })).source, null)
    assert.equal((await refused(refreshSource(kernel, other, { dataset: 'fresh' }))).code, 'not_found')
  })

  it('a viewer may look, not change', async () => {
    const viewer: Caller = { ...caller, role: 'viewer' }
    await listConnections(kernel, viewer)
    for (const work of [
      () => createConnection(kernel, viewer, { name: 'v', address: { kind: 'url', url: origin } }),
      () => refreshSource(kernel, viewer, { dataset: 'fresh' }),
      () => updateSource(kernel, viewer, { dataset: 'fresh', append: true }),
      () => disconnectSource(kernel, viewer, { dataset: 'fresh' }),
    ])
      assert.equal((await refused(work())).code, 'forbidden')
  })
})

describe('what must not get out or in', () => {
  it('private addresses are refused at once and written down; a redirect to one is refused by the worker', async () => {
    for (const url of ['http://169.254.169.254/latest', 'http://10.0.0.1/x', 'http://[::1]/x', 'http://0x0a000001/x']) {
      const error = await refused(add('inner', {}, { address: { kind: 'url', url } }))
      assert.equal(error.code, 'forbidden', url)
      assert.match(error.hint ?? '', /FLEXIML_PRIVATE_NETWORKS/)
    }
    const database = {
      kind: 'database' as const,
      engine: 'postgres' as const,
      host: '192.168.0.9',
      port: 5432,
      database: 'd',
      user: 'u',
    }
    const connect = createConnection(kernel, caller, { name: 'inner', address: { ...database, tls: 'off' } })
    assert.equal((await refused(connect)).code, 'forbidden')
    assert.equal((await auditRows()).filter(r => r.action === 'data.reach-source' && r.outcome === 'refused').length, 5)
    answer = (_, response) => response.writeHead(302, { location: 'http://10.0.0.1/secret' }).end()
    const done = await add('inner', {})
    assert.equal(done.state, 'failed')
    assert.match(done.reason ?? '', /10\.0\.0\.1 is a private address.*FLEXIML_PRIVATE_NETWORKS/)
    assert.equal((await auditRows()).filter(r => r.action === 'data.reach-source' && r.outcome === 'refused').length, 6)
  })

  it('no table, log or answer has the secret in the clear', async () => {
    const tables = (await kernel.db.execute(
      sql`SELECT table_schema AS schema, table_name AS name FROM information_schema.tables WHERE table_schema IN ('public', 'pgboss') AND table_type = 'BASE TABLE'`,
    )) as unknown as { schema: string; name: string }[]
    assert.ok(tables.some(t => t.name === 'sources') && tables.some(t => t.name === 'job_logs' || t.name === 'jobs'))
    for (const { schema, name } of tables) {
      const table = sql.raw(`"${schema}"."${name}"`)
      const [row] = (await kernel.db.execute(
        sql`SELECT count(*)::int AS n FROM ${table} t WHERE t::text LIKE ${`%${SECRET}%`}`,
      )) as unknown as { n: number }[]
      assert.equal(row!.n, 0, name)
    }
    const answers = JSON.stringify([
      await listConnections(kernel, caller),
      await showSource(kernel, caller, { dataset: 'fresh' }),
      await showDataset(kernel, caller, 'fresh'),
    ])
    assert.match(answers, /X-Api-Key/)
    assert.doesNotMatch(answers, new RegExp(SECRET))
  })
})
