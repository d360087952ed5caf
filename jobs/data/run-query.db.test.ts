import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import type { Caller } from '#server/access/caller.ts'
import { ownBlob } from '#server/adapters/blobs.ts'
import { lineageOfVersion } from '#server/api/lineage/read-lineage.ts'
import {
  addDataset,
  annotateVersion,
  cancelQuery,
  listOwnQueries,
  listVersionDetails,
  showDataset,
  showIngestion,
  showQuery,
  startQuery,
} from '#server/data/index.ts'
import { QUERY_LIMITS } from '#server/data/queries/contract.ts'
import { AppError } from '#server/kernel/errors.ts'
import { newId } from '#server/kernel/ids.ts'
import { type TestKernel, testKernel } from '#server/platform/testing.ts'
import { handlers } from '../handlers.ts'
import { startWorkerLoop, type WorkerLoop } from '../runtime/worker-loop.ts'

let kernel: TestKernel
let loop: WorkerLoop
let caller: Caller
before(async () => {
  kernel = await testKernel({ LOG_LEVEL: 'fatal' })
  loop = await startWorkerLoop(kernel, newId(), { interactive: 2, compute: 1, maintenance: 1 }, handlers)
  caller = { actor: { kind: 'user', id: newId() }, scope: await kernel.project(), role: 'engineer' }
  const rows = Array.from({ length: 200 }, (_, i) => `${i},k${i % 3},${i / 2}`).join('\n')
  const blob = await kernel.blobs.put(new TextEncoder().encode(`n,kind,half\n${rows}\n`))
  await ownBlob(kernel.db, caller.scope.projectId, blob)
  const { id } = await addDataset(kernel, caller, { name: 'bikes', fileName: 'bikes.csv', digest: blob.digest })
  const made = await until(() => showIngestion(kernel, caller, id))
  assert.equal(made.state, 'succeeded', made.reason ?? '')
})
after(async () => {
  await loop.stop()
  await kernel.close()
})

/** Asks until it has ended. */
async function until<T extends { state: string }>(ask: () => Promise<T>): Promise<T> {
  for (let i = 0; i < 4000; i++) {
    const seen = await ask()
    if (seen.state !== 'queued' && seen.state !== 'running') return seen
    await new Promise(resolve => setTimeout(resolve, 25))
  }
  throw new Error('it did not end')
}
const ask = async (sql: string, dataset = 'bikes') => {
  const { id } = await startQuery(kernel, caller, { dataset, sql })
  return until(() => showQuery(kernel, caller, id))
}
const code = (wanted: string) => (error: unknown) => error instanceof AppError && error.code === wanted

describe('queries over a version', () => {
  it('an answer comes with its columns and is found again by who asked', async () => {
    const answer = await ask('SELECT kind, count(*) AS n FROM data GROUP BY kind ORDER BY kind')
    assert.deepEqual(
      [answer.state, answer.columns.map(c => c.name), answer.rows, answer.truncated],
      [
        'succeeded',
        ['kind', 'n'],
        [
          ['k0', 67],
          ['k1', 67],
          ['k2', 66],
        ],
        false,
      ],
    )
    const [newest] = await listOwnQueries(kernel, caller, 'bikes')
    assert.deepEqual([newest!.id, newest!.rowCount], [answer.id, 3])
    const other: Caller = { ...caller, actor: { kind: 'user', id: newId() } }
    assert.deepEqual(await listOwnQueries(kernel, other, 'bikes'), [])
    await assert.rejects(showQuery(kernel, other, answer.id), code('not_found'))
    await assert.rejects(cancelQuery(kernel, other, answer.id), code('not_found'))
    await assert.rejects(cancelQuery(kernel, caller, answer.id), code('conflict'))
    const audit = await kernel.sql`SELECT details FROM audit_log WHERE action = 'data.run-query'`
    assert.match(String((audit[0]!.details as { sql: string }).sql), /GROUP BY kind/)
  })

  it('a fault is told with its place, and is no failed job', async () => {
    const answer = await ask('SELECT kin FROM data')
    assert.deepEqual([answer.state, answer.line, answer.column], ['failed', 1, 8])
    assert.match(answer.reason ?? '', /kin/)
    const [job] = await kernel.sql`SELECT state FROM jobs WHERE subject_id = ${answer.id}`
    assert.equal(job!.state, 'succeeded')
  })

  it('what changes something is refused before a job is made', async () => {
    await assert.rejects(startQuery(kernel, caller, { dataset: 'bikes', sql: 'DROP VIEW data' }), code('invalid'))
    await assert.rejects(startQuery(kernel, caller, { dataset: 'bikes', sql: '  -- nothing' }), code('invalid'))
    await assert.rejects(startQuery(kernel, caller, { dataset: 'none', sql: 'SELECT 1' }), code('not_found'))
    const viewer: Caller = { ...caller, role: 'viewer' }
    await assert.rejects(
      startQuery(kernel, viewer, { dataset: 'bikes', sql: 'SELECT 1', saveAs: 'x' }),
      code('forbidden'),
    )
    await startQuery(kernel, viewer, { dataset: 'bikes', sql: 'SELECT 1' })
  })

  it('one that runs for long ends when it is cancelled', async () => {
    const { id } = await startQuery(kernel, caller, {
      dataset: 'bikes',
      sql: 'WITH RECURSIVE t(i) AS (SELECT 1 UNION ALL SELECT 1 FROM t) SELECT count(*) FROM t',
    })
    for (let state = 'queued'; state === 'queued'; ) ({ state } = await showQuery(kernel, caller, id))
    await cancelQuery(kernel, caller, id)
    assert.equal((await until(() => showQuery(kernel, caller, id))).state, 'cancelled')
  })

  it('an answer becomes a version that knows where it comes from', async () => {
    const sql = 'SELECT n, half FROM data WHERE n < 50;'
    const { id } = await startQuery(kernel, caller, { dataset: 'bikes', sql, saveAs: 'few' })
    const asked = await until(() => showQuery(kernel, caller, id))
    assert.equal(asked.state, 'succeeded', asked.reason ?? '')
    const made = await until(() => showIngestion(kernel, caller, asked.ingestion!))
    assert.deepEqual(
      [made.state, made.dataset, made.version, made.rows],
      ['succeeded', 'few', 1, 50],
      made.reason ?? '',
    )
    const { source } = await showDataset(kernel, caller, 'few')
    assert.deepEqual([source.kind, source.sql], ['query', sql])
    const [version] = await listVersionDetails(kernel, caller, 'few')
    assert.deepEqual([version!.parent, version!.source], [{ dataset: 'bikes', version: 1 }, 'a query over bikes v1'])
    const { nodes, edges } = await lineageOfVersion(kernel, caller, 'few')
    const label = new Map(nodes.map(n => [n.id, n.label]))
    assert.deepEqual(edges.map(e => `${label.get(e.from)} → ${label.get(e.to)}`).sort(), [
      'bikes v1 → few v1',
      'file bikes.csv → bikes v1',
    ])
    assert.deepEqual(
      nodes.filter(n => n.here).map(n => n.label),
      ['few v1'],
    )
    const empty = await startQuery(kernel, caller, {
      dataset: 'bikes',
      sql: 'SELECT n FROM data WHERE false',
      saveAs: 'none',
    })
    assert.match((await until(() => showQuery(kernel, caller, empty.id))).reason ?? '', /no rows/)
  })

  it('one author does not fill the lane', async () => {
    const busy: Caller = { ...caller, actor: { kind: 'user', id: newId() } }
    const input = {
      dataset: 'bikes',
      sql: 'WITH RECURSIVE t(i) AS (SELECT 1 UNION ALL SELECT 1 FROM t) SELECT count(*) FROM t',
    }
    const started: string[] = []
    for (let i = 0; i < QUERY_LIMITS.openPerAuthor; i++) started.push((await startQuery(kernel, busy, input)).id)
    await assert.rejects(startQuery(kernel, busy, input), code('too_many_requests'))
    for (const id of started) await cancelQuery(kernel, busy, id)
    for (const id of started) assert.equal((await until(() => showQuery(kernel, busy, id))).state, 'cancelled')
    await startQuery(kernel, busy, { dataset: 'bikes', sql: 'SELECT 1' })
  })

  it('answers are gone after a day', async () => {
    await kernel.sql`UPDATE data_queries SET created_at = created_at - interval '25 hours'`
    const fresh = await ask('SELECT 1')
    assert.deepEqual(
      (await listOwnQueries(kernel, caller, 'bikes')).map(q => q.id),
      [fresh.id],
    )
  })
})

describe('notes and tags of a version', () => {
  it('are kept, audited, and change nothing else', async () => {
    const before = await showDataset(kernel, caller, 'bikes')
    await annotateVersion(kernel, caller, { dataset: 'bikes@1', note: ' first year ', tags: ['gold', '2011', 'gold'] })
    const [version] = await listVersionDetails(kernel, caller, 'bikes')
    assert.deepEqual([version!.note, version!.tags], ['first year', ['gold', '2011']])
    await annotateVersion(kernel, caller, { dataset: 'bikes', note: 'first year' })
    assert.deepEqual((await listVersionDetails(kernel, caller, 'bikes'))[0]!.tags, ['gold', '2011'])
    const audit = await kernel.sql`SELECT details FROM audit_log WHERE action = 'data.annotate-version'`
    assert.equal(audit.length, 1, 'what changes nothing is not written down')
    assert.equal((await showDataset(kernel, caller, 'bikes')).digest, before.digest)
    const viewer: Caller = { ...caller, role: 'viewer' }
    await assert.rejects(annotateVersion(kernel, viewer, { dataset: 'bikes', note: 'x' }), code('forbidden'))
  })
})
