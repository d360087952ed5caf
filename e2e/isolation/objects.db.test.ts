import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { Readable } from 'node:stream'
import { after, before, describe, it } from 'node:test'
import { datasets, datasetVersions, evaluations } from '#db/schema/index.ts'
import { createToken, enterAsPerson, invite } from '#server/access/index.ts'
import { testCookie, testPerson, testSession, testToken } from '#server/access/testing.ts'
import { ownBlob } from '#server/adapters/blobs.ts'
import { createApiContext } from '#server/api/context.ts'
import { appRouter, createApiCaller } from '#server/api/root.ts'
import { type TestWeb, testWeb } from '#server/api/testing.ts'
import type { RouteMeta } from '#server/api/trpc.ts'
import {
  addDataset,
  addFromSource,
  createConnection,
  readDvcName,
  startQuery,
  storeDvcObject,
  storeLfsObject,
} from '#server/data/index.ts'
import { newId } from '#server/kernel/ids.ts'
import type { ProjectScope } from '#server/kernel/scope.ts'
import { promoteRentals } from '#server/monitoring/testing.ts'
import { type TestKernel, testKernel } from '#server/platform/testing.ts'
import { generateInput, isTaken, withText } from './generate-input.ts'
import { listRestRoutes, requestsFor } from './rest-requests.ts'

interface Procedure {
  _def: { type: string; meta?: RouteMeta; inputs: unknown[] }
}

let kernel: TestKernel
let mine: ProjectScope
/** Another project of ours, to which REST requests go. */
let ours: ProjectScope
let theirs: ProjectScope
let web: TestWeb
let token: string
/** Everything by which something of theirs could be recognised: ids, names, digests. */
let traces: string[]
/** Those of them that name a thing of its own: what is asked for. */
let handles: string[]
let ask: (name: string, input: unknown) => Promise<unknown>

/** Their project has one of everything, under names that appear nowhere else. */
async function fill(): Promise<void> {
  const { userId } = await testPerson(kernel, { scope: theirs, role: 'owner' })
  const caller = await enterAsPerson(kernel, { userId, isAdmin: false }, theirs.slug)
  await promoteRentals(kernel, theirs)
  for (const table of ['models', 'endpoints', 'experiments', 'runs'])
    await kernel.sql`UPDATE ${kernel.sql(table)} SET name = ${`canary-${table}`} WHERE project_id = ${theirs.projectId}`
  await createToken(kernel, caller, { name: 'canary-token', role: 'viewer', expiresInDays: 1 })
  await invite(kernel, caller, { role: 'viewer', email: 'canary@example.org' })
  const blob = await kernel.blobs.put(new TextEncoder().encode('canary,column\n1,2\n'))
  await ownBlob(kernel.db, theirs.projectId, blob)
  await addDataset(kernel, caller, { name: 'canary-arriving', fileName: 'canary.csv', digest: blob.digest })
  const owned = { projectId: theirs.projectId, createdBy: `user:${userId}` }
  const [dataset] = await kernel.db
    .insert(datasets)
    .values({ ...owned, id: newId(), name: 'canary-data', latestVersion: 1 })
    .returning()
  const [version] = await kernel.db
    .insert(datasetVersions)
    .values({
      ...owned,
      id: newId(),
      datasetId: dataset!.id,
      number: 1,
      digest: blob.digest,
      sourceDigest: blob.digest,
      bytes: blob.bytes,
      rows: 1,
      columnCount: 2,
      schema: [],
      source: { fileName: 'canary.csv' },
      warnings: [],
    })
    .returning()
  const pushed = new TextEncoder().encode('canary of git')
  const oid = createHash('sha256').update(pushed).digest('hex')
  await storeLfsObject(kernel, caller, 'canary-data', oid, Readable.from([pushed]))
  const md5 = createHash('md5').update(pushed).digest('hex')
  const name = readDvcName('md5', md5.slice(0, 2), md5.slice(2))!
  await storeDvcObject(kernel, caller, name, Readable.from([pushed]))
  await startQuery(kernel, caller, { dataset: 'canary-data', sql: "SELECT 'canary-question' FROM data" })
  // An address that nothing is asked of: no worker runs here.
  const url = 'https://8.8.8.8/canary'
  const where = { kind: 'url' as const, url }
  await createConnection(kernel, caller, {
    name: 'canary-connection',
    address: where,
    secrets: { 'X-Key': 'canary-key' },
  })
  const reading = { kind: 'url' as const }
  await addFromSource(kernel, caller, {
    name: 'canary-data',
    connection: 'canary-connection',
    reading,
    cron: '0 6 * * *',
  })
  const [run] = await kernel.sql<{ id: string; digest: string }[]>`
    SELECT id, model_digest AS digest FROM runs WHERE project_id = ${theirs.projectId}`
  await kernel.db.insert(evaluations).values({
    ...owned,
    id: newId(),
    runId: run!.id,
    modelDigest: run!.digest,
    datasetVersionId: version!.id,
    state: 'queued',
    result: {
      runName: 'canary-runs',
      experiment: 'canary-experiments',
      dataset: 'canary-data',
      version: 1,
      task: 'regression',
      target: 'rentals',
      metric: 'rmse',
      direction: 'minimize',
      intervals: {},
      validationIntervals: {},
    },
  })
}

const projectTables = async (): Promise<string[]> =>
  (
    await kernel.sql<{ name: string }[]>`
      SELECT DISTINCT c.table_name AS name FROM information_schema.columns c
      JOIN information_schema.tables t ON t.table_schema = c.table_schema AND t.table_name = c.table_name
      WHERE c.table_schema = 'public' AND c.column_name = 'project_id' AND t.table_type = 'BASE TABLE'`
  ).map(r => r.name)

/** A fingerprint of every row of their project, by table. */
async function fingerprint(): Promise<Record<string, string>> {
  const prints: Record<string, string> = {}
  for (const table of await projectTables()) {
    const [row] = await kernel.sql<{ print: string }[]>`
      SELECT count(*) || ' ' || coalesce(md5(string_agg(t::text, '' ORDER BY t::text)), '') AS print
      FROM ${kernel.sql(table)} t WHERE t.project_id = ${theirs.projectId}`
    prints[table] = row!.print
  }
  return prints
}

async function findTraces(): Promise<{ traces: string[]; handles: string[] }> {
  const found = new Set([theirs.projectId])
  const named = new Set<string>()
  for (const table of await projectTables())
    for (const { row } of await kernel.sql<{ row: Record<string, unknown> }[]>`
      SELECT to_jsonb(t) AS row FROM ${kernel.sql(table)} t WHERE t.project_id = ${theirs.projectId} LIMIT 50`)
      for (const [column, value] of Object.entries(row)) {
        if (typeof value !== 'string' || value.length <= 8) continue
        const isName = value.startsWith('canary')
        if (isName || /(^|_)(id|digest)$/.test(column)) found.add(value)
        if (isName || ['id', 'digest', 'user_id'].includes(column)) named.add(value)
      }
  return { traces: [...found], handles: [...named] }
}

before(async () => {
  // Nothing listens on the port where try-it looks for the inference server.
  kernel = await testKernel({ LOG_LEVEL: 'fatal', INFERENCE_PORT: '9' })
  mine = await kernel.project('mine')
  ours = await kernel.project('ours')
  theirs = await kernel.project('theirs')
  web = await testWeb(kernel)
  token = (await testToken(kernel, ours, { role: 'owner' })).token
  await fill()
  ;({ traces, handles } = await findTraces())
  const { userId } = await testPerson(kernel, { scope: mine, role: 'owner' })
  const cookie = await testCookie(kernel, await testSession(kernel, userId))
  const headers = { cookie, 'sec-fetch-site': 'same-origin' }
  ask = async (name, input) => {
    const context = await createApiContext(kernel, { method: 'POST', headers, requestId: 'test' })
    const found = name
      .split('.')
      .reduce<unknown>((at, key) => (at as Record<string, unknown>)[key], createApiCaller(context))
    return (found as (input: unknown) => Promise<unknown>)(input)
  }
})
after(async () => {
  await web.close()
  await kernel.close()
})

/** Reads first: changes may write the names they are asked with into our own project, where they are ours to read. */
const procedures = Object.entries(appRouter._def.procedures as unknown as Record<string, Procedure>)
  .filter(([, { _def }]) => _def.meta && !['public', 'signed-in', 'admin'].includes(_def.meta.permission))
  .sort(([, a], [, b]) => Number(a._def.type === 'mutation') - Number(b._def.type === 'mutation'))

/** Reads first, for the same reason. */
const restRoutes = (await listRestRoutes()).sort((a, b) => Number(a.method !== 'GET') - Number(b.method !== 'GET'))

describe('an owner of one project asks in it for everything of another', () => {
  let before: Record<string, string>
  it('their project has something of every kind', async () => {
    before = await fingerprint()
    for (const table of [
      'api_tokens',
      'invitations',
      'members',
      'dataset_versions',
      'ingestions',
      'jobs',
      'runs',
      'experiments',
      'model_versions',
      'endpoints',
      'endpoint_revisions',
      'evaluations',
      'blob_owners',
      'lfs_objects',
      'dvc_objects',
      'data_queries',
      'events',
    ])
      assert.ok(!before[table]!.startsWith('0 '), `${table} is empty`)
    assert.ok(handles.length > 15)
  })

  for (const [name, { _def }] of procedures)
    it(`${name} answers with nothing of it`, async () => {
      const tried = new Set<string>()
      const secret = traces.filter(trace => _def.type === 'query' || !trace.startsWith('canary'))
      for (const withAll of [false, true]) {
        const made = { ...generateInput(_def.inputs, withAll), project: mine.slug }
        for (const handle of handles)
          for (const text of handle.startsWith('canary') ? [handle, `${handle}@1`] : [handle])
            for (const input of [made, ...withText(made, text)]) {
              const key = JSON.stringify(input)
              if (tried.has(key) || !isTaken(_def.inputs, input)) continue
              tried.add(key)
              const answer = await ask(name, input).then(
                value => JSON.stringify(value ?? null),
                error => {
                  // An answer that broke on the way could have held anything.
                  assert.notEqual(
                    error.code,
                    'INTERNAL_SERVER_ERROR',
                    `asked with ${key}: ${error.cause?.cause ?? error}`,
                  )
                  return `${error.message} ${JSON.stringify(error.cause ?? null)}`
                },
              )
              const leaked = secret.find(t => !text.includes(t) && answer.includes(t))
              assert.equal(leaked, undefined, `asked with ${key}: ${answer.slice(0, 400)}`)
            }
      }
      assert.ok(tried.size > 0, `${name} was asked nothing: its schemas are beyond the generator`)
    })

  for (const route of restRoutes)
    it(`REST ${route.method} ${route.url} answers with nothing of it`, async () => {
      const secret = traces.filter(trace => route.method === 'GET' || !trace.startsWith('canary'))
      const tried = new Set<string>()
      for (const handle of handles)
        for (const { path, body } of requestsFor(route, handle)) {
          const key = `${decodeURIComponent(path.replaceAll('+', ' '))} ${body ?? ''}`
          if (tried.has(key)) continue
          tried.add(key)
          const answer = await web.app.inject({
            method: route.method as 'GET',
            url: path,
            payload: body,
            headers: { authorization: `Bearer ${token}`, ...(body ? { 'content-type': 'application/json' } : {}) },
          })
          assert.ok(answer.statusCode < 500 || answer.statusCode === 503, `${key}: ${answer.statusCode} ${answer.body}`)
          const leaked = secret.find(t => !key.includes(t) && answer.body.includes(t))
          assert.equal(leaked, undefined, `asked with ${key}: ${answer.body.slice(0, 400)}`)
        }
      assert.ok(tried.size > 0)
    })

  it('and none of it was touched, borrowed or linked', async () => {
    assert.deepEqual(await fingerprint(), before)
    const [borrowed] = await kernel.sql<{ n: number }[]>`
      SELECT count(*)::int AS n FROM blob_owners a JOIN blob_owners b USING (digest)
      WHERE a.project_id IN (${mine.projectId}, ${ours.projectId}) AND b.project_id = ${theirs.projectId}`
    assert.equal(borrowed!.n, 0)
    const [read] = await kernel.sql<{ n: number }[]>`
      SELECT count(*)::int AS n FROM ingestions
      WHERE project_id IN (${mine.projectId}, ${ours.projectId}) AND source_digest = ANY(${traces})`
    assert.equal(read!.n, 0)
    const [linked] = await kernel.sql<{ n: number }[]>`
      SELECT count(*)::int AS n FROM links
      WHERE project_id IN (${mine.projectId}, ${ours.projectId}) AND (from_id = ANY(${traces}) OR to_id = ANY(${traces}))`
    assert.equal(linked!.n, 0)
  })
})
