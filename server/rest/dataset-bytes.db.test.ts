import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { request } from 'node:http'
import { after, before, describe, it } from 'node:test'
import type { Caller } from '#server/access/caller.ts'
import { type TestWeb, testWebFor } from '#server/api/testing.ts'
import { newId } from '#server/kernel/ids.ts'
import { change } from '#server/platform/change.ts'
import { type TestKernel, testKernel } from '#server/platform/testing.ts'
import { parseRange } from '#server/web/send-bytes.ts'
import { insertVersion, lockDataset } from '../data/store.ts'

let kernel: TestKernel
let web: TestWeb
let base: string
let caller: Caller
const content = 'PAR1 pretended parquet bytes'
before(async () => {
  kernel = await testKernel()
  caller = { actor: { kind: 'user', id: newId() }, scope: await kernel.project(), role: 'engineer' }
  const blob = await kernel.blobs.put(new TextEncoder().encode(content))
  await change(kernel, caller.actor, async c => {
    await insertVersion(c.tx, await lockDataset(c.tx, caller.scope, 'bikes', 'test'), {
      digest: blob.digest,
      sourceDigest: blob.digest,
      bytes: blob.bytes,
      rows: 1,
      columnCount: 0,
      schema: [],
      source: {},
      warnings: [],
      createdBy: 'test',
    })
  })
  web = await testWebFor(kernel, () => caller)
  base = web.origin
})
after(async () => {
  await web.close()
  await kernel.close()
})

const table = 'a,b\n1,2\n'
const digest = createHash('sha256').update(table).digest('hex')
const send = (body: string, query = '') =>
  fetch(`${base}/api/v1/projects/p/uploads?filename=f.csv${query}`, { method: 'POST', body })
const parquet = '/api/v1/datasets/bikes/versions/1/data.parquet'

describe('bytes of data', () => {
  it('an upload answers with digest and size', async () => {
    const response = await send(table, `&sha256=${digest}`)
    assert.equal(response.status, 201)
    assert.deepEqual(await response.json(), { digest, bytes: 8, fileName: 'f.csv' })
  })

  it('bytes with another hash than announced are refused in words', async () => {
    const response = await send(table, `&sha256=${'e'.repeat(64)}`)
    assert.equal(response.status, 400)
    assert.match(await response.text(), /announced SHA-256/)
    assert.equal((await send(table, '&sha256=zz')).status, 400)
  })

  it('an upload that breaks off leaves no bytes', async () => {
    const count = async () => (await kernel.sql`SELECT count(*)::int AS n FROM blob_owners`)[0]!.n
    const earlier = await count()
    await new Promise<void>(resolve => {
      const req = request(`${base}/api/v1/projects/p/uploads`, { method: 'POST', headers: { 'content-length': 1000 } })
      req.on('error', () => resolve())
      req.write('a,b\n', () => setTimeout(() => req.destroy(), 20))
      req.on('close', () => resolve())
    })
    await new Promise(resolve => setTimeout(resolve, 50))
    assert.equal(await count(), earlier)
  })

  it('a viewer may read and not write', async () => {
    const engineer = caller
    caller = { ...engineer, role: 'viewer' }
    assert.equal((await send(table)).status, 403)
    assert.equal((await fetch(base + parquet)).status, 200)
    caller = engineer
  })

  it('a version comes whole, by range and by its latest name', async () => {
    const whole = await fetch(base + parquet)
    assert.deepEqual([whole.status, await whole.text()], [200, content])
    const part = await fetch(base + parquet, { headers: { range: 'bytes=0-3' } })
    assert.deepEqual(
      [part.status, await part.text(), part.headers.get('content-range')],
      [206, 'PAR1', `bytes 0-3/${content.length}`],
    )
    assert.equal(await (await fetch(base + parquet, { headers: { range: 'bytes=-5' } })).text(), 'bytes')
    assert.equal((await fetch(base + parquet, { headers: { range: 'bytes=900-' } })).status, 416)
    const etag = whole.headers.get('etag')!
    assert.equal((await fetch(base + parquet, { headers: { 'if-none-match': etag } })).status, 304)
    assert.equal((await fetch(`${base}/api/v1/projects/p/datasets/bikes/versions/latest/data.parquet`)).status, 200)
    assert.equal((await fetch(`${base}/api/v1/datasets/bikes/versions/7/data.parquet`)).status, 404)
    const head = await fetch(base + parquet, { method: 'HEAD' })
    assert.equal(head.headers.get('content-length'), String(content.length))
  })

  const ranges: [string | undefined, ReturnType<typeof parseRange>][] = [
    [undefined, undefined],
    ['bytes=0-', { from: 0, to: 9 }],
    ['bytes=5-100', { from: 5, to: 9 }],
    ['bytes=-3', { from: 7, to: 9 }],
    ['bytes=-30', { from: 0, to: 9 }],
    ['bytes=-0', null],
    ['bytes=10-', null],
    ['bytes=5-2', undefined],
    ['bytes=0-1,3-4', undefined],
    ['lines=0-1', undefined],
  ]
  for (const [header, expected] of ranges)
    it(`range ${header ?? '(none)'}`, () => assert.deepEqual(parseRange(header, 10), expected))
})
