import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { type AppError, toAppError } from '#server/kernel/errors.ts'
import { sha256 } from '#server/kernel/ids.ts'
import { type TestKernel, testKernel } from '#server/platform/testing.ts'
import { type BlobStore, openFolderStore, ownBlob, requireOwnBlob } from './blobs.ts'

let kernel: TestKernel
let folder: string
let store: BlobStore
before(async () => {
  kernel = await testKernel()
  folder = await mkdtemp(join(tmpdir(), 'fleximl-blobs-'))
  store = await openFolderStore(folder)
})
after(async () => {
  await kernel.close()
  await rm(folder, { recursive: true })
})

const text = (s: string) => new TextEncoder().encode(s)
async function* broken() {
  yield text('half of ')
  throw new Error('connection cut')
}

describe('blobs', () => {
  it('are named by their SHA-256 and read back whole', async () => {
    const blob = await store.put(text('hello'))
    assert.deepEqual(blob, { digest: sha256('hello'), bytes: 5 })
    assert.equal(new TextDecoder().decode(await store.readAll(blob.digest)), 'hello')
    assert.deepEqual(await store.put(text('hello')), blob)
  })

  it('are for this account of the machine alone', async () => {
    const made = join(folder, 'new')
    await openFolderStore(made)
    assert.equal((await stat(made)).mode & 0o077, 0)
  })

  it('an upload cut off in the middle, too large or with a wrong digest leaves nothing behind', async () => {
    const before = await readdir(folder)
    await assert.rejects(store.put(broken()), /connection cut/)
    await assert.rejects(store.put(text('abcdef'), { maxBytes: 5 }), (e: AppError) => e.code === 'too_large')
    await assert.rejects(
      store.put(text('abc'), { expectedDigest: '0'.repeat(64) }),
      (e: AppError) => e.code === 'bad_request',
    )
    assert.deepEqual(await readdir(folder), before)
    assert.deepEqual(await readdir(join(folder, 'tmp')), [])
  })

  it('damaged and missing bytes are an error, never wrong data', async () => {
    const blob = await store.put(text('precious'))
    const path = await store.pathOf(blob.digest)
    await writeFile(path, 'precioux')
    await assert.rejects(store.readAll(blob.digest), /damaged/)
    await assert.rejects(async () => {
      for await (const _ of store.read(blob.digest));
    }, /damaged/)
    await rm(path)
    await assert.rejects(store.readAll(blob.digest), /missing/)
    assert.match(await readFile(join(folder, 'store-id'), 'utf8'), /^[0-9a-f-]{36}$/)
  })

  it('a digest is never a path', async () => {
    for (const bad of ['../../etc/passwd', '/etc/passwd', '', 'A'.repeat(64), `${'a'.repeat(63)}/`, '%2e%2e'])
      await assert.rejects(store.pathOf(bad), (e: AppError) => e.code === 'not_found')
  })

  it("another project's digest answers exactly as an unknown one", async () => {
    const [mine, theirs] = [await kernel.project(), await kernel.project()]
    const blob = await store.put(text('secret rows'))
    await ownBlob(kernel.db, theirs.projectId, blob)
    const ask = (digest: string) =>
      requireOwnBlob(kernel.db, mine, digest).catch((e: AppError) => `${e.code} ${e.message}`)
    assert.equal(await ask(blob.digest), await ask('f'.repeat(64)))
    await ownBlob(kernel.db, mine.projectId, blob)
    assert.deepEqual(await requireOwnBlob(kernel.db, mine, blob.digest), blob)
  })

  it('a full disk is said as such, in the middle of an upload and before the next one, and nothing is left of it', async t => {
    const small = await mkdtemp(join(tmpdir(), 'fleximl-full-'))
    const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=4m', 'tmpfs', small]).status === 0
    if (!mounted) {
      await rm(small, { recursive: true })
      return t.skip('this account may not mount a small disk')
    }
    try {
      const full = await openFolderStore(small)
      const isFull = (error: unknown) => {
        const { code, hint } = toAppError(error)
        assert.equal(code, 'disk_full')
        assert.match(hint ?? '', /Free space/)
        return true
      }
      await assert.rejects(full.put(new Uint8Array(8 * 2 ** 20)), isFull)
      assert.deepEqual(await readdir(join(small, 'tmp')), [])
      const kept = await full.put(new Uint8Array(3.9 * 2 ** 20))
      await assert.rejects(full.put(text('one more')), isFull)
      assert.deepEqual(await readdir(join(small, 'tmp')), [])
      assert.equal((await full.readAll(kept.digest)).length, kept.bytes)
    } finally {
      spawnSync('umount', [small])
      await rm(small, { recursive: true })
    }
  })
})
