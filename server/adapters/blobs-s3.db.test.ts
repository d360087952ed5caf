import assert from 'node:assert/strict'
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { systemClock } from '#server/kernel/clock.ts'
import type { AppError } from '#server/kernel/errors.ts'
import { newId, sha256 } from '#server/kernel/ids.ts'
import type { BlobStore } from './blobs.ts'
import { openS3Store } from './blobs-s3.ts'
import { openS3, type S3Client, type S3Fetch } from './s3-client.ts'
import { findS3Server, NO_S3_SERVER, startTestS3, type TestS3 } from './s3-testing.ts'

const binary = findS3Server()
const text = (s: string) => new TextEncoder().encode(s)
const collect = async (source: AsyncIterable<Uint8Array>) => {
  const chunks: Uint8Array[] = []
  for await (const chunk of source) chunks.push(chunk)
  return Buffer.concat(chunks)
}
async function* pieces(bytes: Uint8Array, size: number) {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size)
}
const many = (n: number) => Uint8Array.from({ length: n }, (_, i) => (i * 31 + (i >> 8)) & 0xff)

describe('blobs in an object store', { skip: binary ? false : NO_S3_SERVER }, () => {
  let server: TestS3
  let folder: string
  let s3: S3Client
  let store: BlobStore
  const clientWith = (fetch?: S3Fetch) =>
    openS3({ endpoint: server.endpoint, bucket: server.bucket, keys: server.keys, fetch })
  const storeAt = (name: string, client = s3, cacheBytes = 2 ** 30, now = () => systemClock.now()) =>
    openS3Store(client, 'blobs/', { folder: join(folder, name), cacheBytes, now })
  before(async () => {
    server = await startTestS3(binary!)
    folder = await mkdtemp(join(tmpdir(), 'fleximl-s3-store-'))
    s3 = clientWith()
    store = await storeAt('a')
  })
  after(async () => {
    await server.stop()
    await rm(folder, { recursive: true })
  })

  it('the client lists by pages, with keys of every kind, and reads ranges', async () => {
    const keys = ['list/a b+c&d.csv', 'list/größe=1/%25.csv', 'list/quote"<x>.csv', "list/it's (1)!*.csv"]
    for (const key of keys) await s3.put(key, text(key))
    for (let i = 0; i < 1100; i++) await s3.put(`list/many/${String(i).padStart(4, '0')}`, text('x'))
    const seen = []
    for await (const object of s3.list('list/')) seen.push(object)
    assert.equal(seen.length, 1104)
    for (const key of keys) {
      assert.ok(
        seen.some(o => o.key === key && o.bytes === text(key).length && o.etag.length > 10),
        key,
      )
      assert.equal((await collect((await s3.get(key)).body)).toString(), key)
    }
    const part = await s3.get(keys[0]!, { from: 5, to: 7 })
    assert.deepEqual([(await collect(part.body)).toString(), part.bytes], ['a b', 3])
    await assert.rejects(s3.get('list/none'), (e: AppError) => e.code === 'not_found' && /list\/none/.test(e.message))
    await assert.rejects(s3.get('list/../x'), (e: AppError) => e.code === 'invalid')
    await s3.remove('list/none')
    assert.equal(await s3.head('list/none'), undefined)
  })

  it('wrong keys, a missing bucket and a store that is away are said in words', async () => {
    const wrong = openS3({
      endpoint: server.endpoint,
      bucket: server.bucket,
      keys: { ...server.keys, secretAccessKey: 'wrong' },
    })
    await assert.rejects(
      wrong.put('x', text('x')),
      (e: AppError) => e.code === 'forbidden' && /access key/.test(e.hint!),
    )
    const nowhere = openS3({ endpoint: server.endpoint, bucket: 'no-such-bucket', keys: server.keys })
    await assert.rejects(nowhere.put('x', text('x')), (e: AppError) => e.code === 'not_found')
    const away = openS3({ endpoint: 'http://127.0.0.1:9', bucket: 'b', retries: 0 })
    await assert.rejects(
      away.get('x'),
      (e: AppError) => e.code === 'unavailable' && /cannot be reached/.test(e.message),
    )
  })

  it('a long object goes in parts; one that fails midway leaves nothing', async () => {
    const bytes = many(12 * 2 ** 20 + 17)
    await s3.upload('parts/whole', pieces(bytes, 70_001), { partBytes: 5 * 2 ** 20 })
    assert.equal(sha256(await collect((await s3.get('parts/whole')).body)), sha256(bytes))
    async function* broken() {
      yield* pieces(bytes.subarray(0, 11 * 2 ** 20), 1 << 20)
      throw new Error('the disk is gone')
    }
    await assert.rejects(s3.upload('parts/broken', broken(), { partBytes: 5 * 2 ** 20 }), /disk is gone/)
    assert.equal(await s3.head('parts/broken'), undefined)
    const unfinished = await readdir(join(server.folder, '.sgwtmp', 'multipart')).catch(() => [])
    assert.deepEqual(unfinished, [])
  })

  it('a request that fails for a passing cause is made again', async () => {
    let calls = 0
    const shaky = clientWith(async (url, init) => {
      if (calls++ === 0) return new Response('<Error><Code>SlowDown</Code></Error>', { status: 503 })
      if (calls === 2) throw new TypeError('socket hang up')
      return fetch(url, init)
    })
    await shaky.put('shaky', text('there'))
    assert.deepEqual([calls, (await s3.head('shaky'))?.bytes], [3, 5])
  })

  it('are named by their SHA-256, read back whole, and known to every process by one store id', async () => {
    const blob = await store.put(text('hello'), { expectedDigest: sha256('hello') })
    assert.deepEqual(blob, { digest: sha256('hello'), bytes: 5 })
    const other = await storeAt('b')
    assert.equal(other.id, store.id)
    assert.equal(new TextDecoder().decode(await other.readAll(blob.digest)), 'hello')
    const path = await other.pathOf(blob.digest)
    assert.equal(await readFile(path, 'utf8'), 'hello')
    assert.equal(await other.pathOf(blob.digest), path)
    await store.check()
    await assert.rejects(store.pathOf('../../etc/passwd'), (e: AppError) => e.code === 'not_found')
    await assert.rejects(
      store.put(text('x'), { expectedDigest: '0'.repeat(64) }),
      (e: AppError) => e.code === 'bad_request',
    )
    await assert.rejects(store.put(text('abcdef'), { maxBytes: 5 }), (e: AppError) => e.code === 'too_large')
    assert.deepEqual(await readdir(join(folder, 'a', 'tmp')), [])
  })

  it('two processes that open a new bucket at once agree on its id', async () => {
    const opened = await Promise.all(
      ['p', 'q', 'r'].map(name =>
        openS3Store(s3, 'fresh/', { folder: join(folder, name), cacheBytes: 1, now: () => systemClock.now() }),
      ),
    )
    assert.equal(new Set(opened.map(o => o.id)).size, 1)
  })

  it('a file is taken over, and a job reads it by path without asking the store again', async () => {
    const work = await store.temporaryFolder()
    await writeFile(join(work, 'made.parquet'), 'PAR1')
    const blob = await store.putFile(join(work, 'made.parquet'))
    assert.equal((await s3.head(`blobs/${blob.digest.slice(0, 2)}/${blob.digest}`))?.bytes, 4)
    let asked = 0
    const counting = await storeAt(
      'a',
      clientWith((url, init) => {
        if (url.includes(blob.digest)) asked++
        return fetch(url, init)
      }),
    )
    assert.equal(await readFile(await counting.pathOf(blob.digest), 'utf8'), 'PAR1')
    assert.equal(asked, 0)
  })

  it('damaged and missing bytes are an error, never wrong data', async () => {
    const blob = await store.put(text('precious'))
    const fresh = await storeAt('c')
    await s3.put(`blobs/${blob.digest.slice(0, 2)}/${blob.digest}`, text('precioux'))
    await assert.rejects(fresh.readAll(blob.digest), /damaged/)
    await assert.rejects(fresh.pathOf(blob.digest), /damaged/)
    await assert.rejects(collect(fresh.read(blob.digest)), /damaged/)
    await assert.rejects(fresh.readAll('f'.repeat(64)), /missing/)
    assert.deepEqual(await readdir(join(folder, 'c', 'files')), [])
  })

  it('a download that breaks off goes on where it was', async () => {
    const bytes = many(3 * 2 ** 20)
    const blob = await store.put(bytes)
    const ranges: (string | undefined)[] = []
    const cutting = await storeAt(
      'd',
      clientWith(async (url, init) => {
        const response = await fetch(url, init)
        if (init.method !== 'GET' || !url.includes(blob.digest)) return response
        ranges.push(init.headers.range)
        if (ranges.length > 2) return response
        let left = 2 ** 20
        const cut = response.body!.pipeThrough(
          new TransformStream<Uint8Array, Uint8Array>({
            transform(chunk, controller) {
              if (left <= 0) return controller.error(new Error('cut'))
              controller.enqueue(chunk.subarray(0, left))
              left -= chunk.length
            },
          }),
        )
        return new Response(cut, { status: response.status, headers: response.headers })
      }),
    )
    assert.equal(sha256(await cutting.readAll(blob.digest)), blob.digest)
    assert.equal(ranges.length, 3)
    assert.match(ranges[1] ?? '', /^bytes=\d+-$/)
  })

  it('the local copies stay below their bound; those longest not read go first', async () => {
    let now = systemClock.now()
    const small = await storeAt('e', s3, 2500, () => now)
    const blobs = []
    for (let i = 0; i < 4; i++) {
      blobs.push(await small.put(many(1000).fill(i)))
      now += 3 * 3_600_000
    }
    assert.deepEqual(
      (await readdir(join(folder, 'e', 'files'))).sort(),
      blobs
        .slice(2)
        .map(b => b.digest)
        .sort(),
    )
    assert.equal((await readFile(await small.pathOf(blobs[0]!.digest))).length, 1000)
  })

  it('pieces are kept apart by upload, and removed together', async () => {
    const [mine, other] = [newId(), newId()]
    await store.staging.write(mine, 0, pieces(text('one'), 2), { expectedDigest: sha256('one') })
    await store.staging.write(mine, 1, pieces(text('two'), 2), {})
    await store.staging.write(other, 0, pieces(text('else'), 2), {})
    await assert.rejects(
      store.staging.write(mine, 2, pieces(text('x'), 2), { expectedDigest: sha256('y') }),
      (e: AppError) => e.code === 'bad_request',
    )
    assert.equal((await collect(store.staging.read(mine, 1))).toString(), 'two')
    await store.staging.remove(mine)
    await assert.rejects(collect(store.staging.read(mine, 1)), (e: AppError) => e.code === 'not_found')
    assert.equal((await collect(store.staging.read(other, 0))).toString(), 'else')
  })

  it('only bytes that were put before the given instant are removed', async () => {
    const blob = await store.put(text('to be removed'))
    assert.equal(await store.remove(blob.digest, new Date(systemClock.now() - 3_600_000)), false)
    assert.equal(await store.remove(blob.digest, new Date(systemClock.now() + 3_600_000)), true)
    await assert.rejects(store.readAll(blob.digest), /missing/)
    await assert.rejects(store.pathOf(blob.digest), /missing/)
  })
})
