import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { after, before, describe, it } from 'node:test'
import type { Caller } from '#server/access/caller.ts'
import { newId } from '#server/kernel/ids.ts'
import { type TestKernel, testKernel } from '#server/platform/testing.ts'
import { planLfsBatch } from '../git-objects/push-lfs.ts'
import { storeUpload } from '../transfer-bytes.ts'
import { beginUpload, storeChunk } from '../uploads/send-chunks.ts'
import { requireRoom, setQuota } from './quota.ts'
import { showProjectStorage } from './read-storage.ts'

let kernel: TestKernel
let owner: Caller
before(async () => {
  kernel = await testKernel({ FLEXIML_PROJECT_QUOTA_GB: '5' })
  owner = { actor: { kind: 'user', id: newId() }, scope: await kernel.project(), role: 'owner' }
})
after(() => kernel.close())

async function* bytesOf(count: number, letter = 'a'): AsyncGenerator<Uint8Array> {
  for (let left = count; left > 0; left -= 1000) yield Buffer.alloc(Math.min(left, 1000), letter)
}
const full = { code: 'too_large', message: /The storage quota of this project is/ }
const storage = () => showProjectStorage(kernel, owner)

describe('the storage quota of a project', () => {
  it('is that of the instance until an owner sets another, and the change is audited', async () => {
    assert.deepEqual((await storage()).quota, { bytes: 5e9, isDefault: true })
    assert.deepEqual(await setQuota(kernel, owner, { bytes: 10_000 }), { bytes: 10_000, isDefault: false })
    assert.deepEqual((await storage()).quota, { bytes: 10_000, isDefault: false })
    const [audited] = await kernel.sql`SELECT details FROM audit_log WHERE action = 'data.set-quota'`
    assert.deepEqual(audited!.details, { bytes: 10_000, before: null })
    await assert.rejects(setQuota(kernel, { ...owner, role: 'engineer' }, { bytes: 1 }), { code: 'forbidden' })
  })

  it('refuses an upload that does not fit before it reads a byte', async () => {
    let read = 0
    async function* source() {
      for await (const part of bytesOf(20_000)) {
        read += part.length
        yield part
      }
    }
    await assert.rejects(storeUpload(kernel, owner, source(), { announcedBytes: 20_000 }), full)
    assert.equal(read, 0)
    await assert.rejects(beginUpload(kernel, owner, { fileName: 'a.csv', bytes: 20_000 }), full)
    const [plan] = await planLfsBatch(kernel, owner, 'd', {
      operation: 'upload',
      objects: [{ oid: 'a'.repeat(64), size: 20_000 }],
    })
    assert.match(plan!.error?.message ?? '', /no room/)
  })

  it('stops an upload of unknown size at the quota, and keeps nothing of it', async () => {
    await assert.rejects(storeUpload(kernel, owner, bytesOf(20_000)), full)
    assert.equal((await storage()).bytes, 0)
  })

  it('counts what the project has, unfinished uploads included', async () => {
    await storeUpload(kernel, owner, bytesOf(4_000), { announcedBytes: 4_000 })
    const upload = await beginUpload(kernel, owner, { fileName: 'b.csv', bytes: 5_000 })
    const part = Buffer.alloc(5_000, 'b')
    const digest = createHash('sha256').update(part).digest('hex')
    await storeChunk(kernel, owner, upload.id, 0, digest, bytesOf(5_000, 'b'))
    await requireRoom(kernel, owner.scope, 1_000)
    await assert.rejects(requireRoom(kernel, owner.scope, 1_001), full)
    await assert.rejects(beginUpload(kernel, owner, { fileName: 'c.csv', bytes: 2_000 }), full)
  })

  it('of another project is another', async () => {
    await requireRoom(kernel, await kernel.project(), 1e9)
  })

  it('returns to that of the instance', async () => {
    assert.deepEqual(await setQuota(kernel, owner, { bytes: null }), { bytes: 5e9, isDefault: true })
    await requireRoom(kernel, owner.scope, 1e9)
  })
})
