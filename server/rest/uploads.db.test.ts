import assert from 'node:assert/strict'
import { readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import type { Caller } from '#server/access/caller.ts'
import { type TestWeb, testWebFor } from '#server/api/testing.ts'
import { sweepUploads } from '#server/data/index.ts'
import type { UploadState } from '#server/data/uploads/contract.ts'
import { newId, sha256 } from '#server/kernel/ids.ts'
import { type TestKernel, testKernel } from '#server/platform/testing.ts'

let kernel: TestKernel
let web: TestWeb
let base: string
let caller: Caller
before(async () => {
  kernel = await testKernel()
  caller = { actor: { kind: 'user', id: newId() }, scope: await kernel.project(), role: 'engineer' }
  web = await testWebFor(kernel, () => caller)
  base = `${web.origin}/api/v1/uploads`
})
after(async () => {
  await web.close()
  await kernel.close()
})

const CHUNK = 65_536
const file = Uint8Array.from({ length: 2 * CHUNK + 1000 }, (_, i) => (i * 7 + (i >> 9)) & 0xff)
const piece = (n: number) => file.slice(n * CHUNK, (n + 1) * CHUNK)
const ask = async (path: string, method = 'GET', body?: Uint8Array<ArrayBuffer>) => {
  const response = await fetch(base + path, { method, body })
  const document = (await response.json()) as UploadState & {
    digest: string
    error?: { message: string; code: string }
  }
  return { status: response.status, document, message: document.error?.message ?? '' }
}
const begin = async (bytes = file.length) =>
  (await ask(`/begin?filename=big.csv&bytes=${bytes}&chunk-bytes=${CHUNK}`, 'POST')).document
const put = (id: string, n: number, bytes = piece(n), digest = sha256(bytes)) =>
  ask(`/${id}/chunks/${n}?sha256=${digest}`, 'PUT', bytes)
const stagedFolder = (id: string) => join(kernel.home, 'blobs', 'staging', id)

describe('uploads in pieces', () => {
  it('pieces come in any order and more than once; the whole is what was sent, and the project has it', async () => {
    const { id, chunks } = await begin()
    assert.equal(chunks, 3)
    for (const n of [2, 0, 2]) assert.equal((await put(id, n)).status, 200)
    assert.deepEqual((await ask(`/${id}`)).document.have, [0, 2])
    const early = await ask(`/${id}/complete`, 'POST')
    assert.deepEqual([early.status, /1 of 3 pieces are missing: 1\./.test(early.message)], [409, true])
    await put(id, 1)
    const done = await ask(`/${id}/complete`, 'POST')
    assert.deepEqual([done.status, done.document.digest, done.document.bytes], [200, sha256(file), file.length])
    assert.equal(sha256(await kernel.blobs.readAll(sha256(file))), sha256(file))
    const owners = await kernel.sql`SELECT project_id FROM blob_owners WHERE digest = ${sha256(file)}`
    assert.deepEqual(
      owners.map(o => o.project_id),
      [caller.scope.projectId],
    )
    assert.equal((await ask(`/${id}/complete`, 'POST')).document.digest, sha256(file))
    assert.deepEqual((await ask(`/${id}`)).document.have, [0, 1, 2])
    assert.equal((await put(id, 0)).status, 409)
    await assert.rejects(readdir(stagedFolder(id)), /ENOENT/)
  })

  it('a piece with another hash, another length or a number that does not exist is refused in words and not kept', async () => {
    const { id } = await begin()
    const wrong = await put(id, 0, piece(0), sha256('else'))
    assert.deepEqual([wrong.status, /Piece 0 arrived with another SHA-256/.test(wrong.message)], [400, true])
    assert.match((await put(id, 0, piece(0).slice(1))).message, /has 65535 bytes; 65536 were announced/)
    assert.match((await put(id, 2, piece(0))).message, /longer than its 1000 bytes/)
    assert.match((await put(id, 3, piece(0))).message, /There is no piece 3/)
    assert.equal((await put(id, 0, piece(0), 'zz')).status, 400)
    assert.equal((await ask(`/${id}/chunks/-1?sha256=${sha256('')}`, 'PUT')).status, 400)
    assert.deepEqual((await ask(`/${id}`)).document.have, [])
  })

  it('a piece that changed on the disk is noticed; sent again, the upload is whole', async () => {
    const { id } = await begin()
    for (const n of [0, 1, 2]) await put(id, n)
    await writeFile(join(stagedFolder(id), '1'), piece(0))
    assert.match((await ask(`/${id}/complete`, 'POST')).message, /Piece 1 is damaged/)
    assert.deepEqual((await ask(`/${id}`)).document.have, [0, 2])
    await put(id, 1)
    assert.equal((await ask(`/${id}/complete`, 'POST')).document.digest, sha256(file))
  })

  it('completing twice at once is one and the same work', async () => {
    const { id } = await begin()
    for (const n of [0, 1, 2]) await put(id, n)
    const both = await Promise.all([ask(`/${id}/complete`, 'POST'), ask(`/${id}/complete`, 'POST')])
    assert.deepEqual(
      both.map(b => [b.status, b.document.digest]),
      [
        [200, sha256(file)],
        [200, sha256(file)],
      ],
    )
  })

  it('an upload that was stopped is gone with its pieces', async () => {
    const { id } = await begin()
    await put(id, 0)
    assert.equal((await ask(`/${id}/abort`, 'POST')).status, 200)
    assert.equal((await put(id, 1)).status, 404)
    await assert.rejects(readdir(stagedFolder(id)), /ENOENT/)
  })

  it("another project's upload answers exactly as an unknown one", async () => {
    const { id } = await begin()
    await put(id, 0)
    const mine = caller
    caller = { ...mine, scope: await kernel.project() }
    const known = [
      await ask(`/${id}`),
      await put(id, 1),
      await ask(`/${id}/complete`, 'POST'),
      await ask(`/${id}/abort`, 'POST'),
    ]
    const other = newId()
    const unknown = [
      await ask(`/${other}`),
      await put(other, 1),
      await ask(`/${other}/complete`, 'POST'),
      await ask(`/${other}/abort`, 'POST'),
    ]
    caller = mine
    assert.deepEqual(known, unknown)
    assert.deepEqual([...new Set(known.map(k => k.status))], [404])
    assert.deepEqual((await ask(`/${id}`)).document.have, [0])
  })

  it('a viewer may not send; sizes and names that do not fit are refused in words', async () => {
    const mine = caller
    caller = { ...mine, role: 'viewer' }
    assert.equal((await ask('/begin?filename=a.csv&bytes=10', 'POST')).status, 403)
    caller = mine
    assert.equal((await ask(`/begin?filename=a.csv&bytes=${11 * 2 ** 30}`, 'POST')).status, 413)
    for (const query of [
      'filename=a.csv&bytes=0',
      'bytes=10',
      'filename=a&bytes=x',
      'filename=a&bytes=9&chunk-bytes=1',
    ])
      assert.equal((await ask(`/begin?${query}`, 'POST')).status, 400, query)
  })

  it('an upload that rested for days is swept with its pieces, a fresh one stays', async () => {
    const [old, fresh] = [await begin(), await begin()]
    await put(old.id, 0)
    await put(fresh.id, 0)
    await kernel.sql`UPDATE uploads SET touched_at = now() - interval '4 days' WHERE id = ${old.id}`
    assert.equal(await sweepUploads(kernel, caller.scope), 1)
    assert.equal((await ask(`/${old.id}`)).status, 404)
    await assert.rejects(readdir(stagedFolder(old.id)), /ENOENT/)
    assert.deepEqual((await ask(`/${fresh.id}`)).document.have, [0])
  })
})
