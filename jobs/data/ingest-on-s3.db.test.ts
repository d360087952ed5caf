import assert from 'node:assert/strict'
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import type { Caller } from '#server/access/caller.ts'
import { findS3Server, NO_S3_SERVER, startTestS3, type TestS3 } from '#server/adapters/s3-testing.ts'
import {
  addDataset,
  beginUpload,
  completeUpload,
  openVersionBytes,
  showDataset,
  showIngestion,
  storeChunk,
  storeUpload,
} from '#server/data/index.ts'
import { newId, sha256 } from '#server/kernel/ids.ts'
import { openKernel } from '#server/platform/kernel.ts'
import { readReadiness } from '#server/platform/status.ts'
import { type TestKernel, testKernel } from '#server/platform/testing.ts'
import { handlers } from '../handlers.ts'
import { startWorkerLoop, type WorkerLoop } from '../runtime/worker-loop.ts'

const binary = findS3Server()

describe('data with the blobs in an object store', { skip: binary ? false : NO_S3_SERVER }, () => {
  let server: TestS3
  let kernel: TestKernel
  let loop: WorkerLoop
  let caller: Caller
  before(async () => {
    server = await startTestS3(binary!)
    kernel = await testKernel(server.variables)
    kernel.log.level = 'fatal'
    loop = await startWorkerLoop(kernel, newId(), { interactive: 2, compute: 1, maintenance: 1 }, handlers)
    caller = { actor: { kind: 'user', id: newId() }, scope: await kernel.project(), role: 'engineer' }
  })
  after(async () => {
    await loop.stop()
    await kernel.close()
    await server.stop()
  })

  const csv = new TextEncoder().encode(
    `x,kind\n${Array.from({ length: 20_000 }, (_, i) => `${i / 8},${['a', 'b'][i % 2]}`).join('\n')}\n`,
  )
  async function ingest(name: string, digest: string) {
    const { id } = await addDataset(kernel, caller, { name, fileName: `${name}.csv`, digest })
    for (let i = 0; i < 4000; i++) {
      const now = await showIngestion(kernel, caller, id)
      if (now.state === 'succeeded' || now.state === 'failed') return now
      await new Promise(resolve => setTimeout(resolve, 25))
    }
    throw new Error('the ingestion did not end')
  }

  it('a file becomes a version, whose bytes another machine reads', async () => {
    const { digest } = await storeUpload(
      kernel,
      caller,
      (async function* () {
        yield csv
      })(),
    )
    const made = await ingest('whole', digest)
    assert.deepEqual([made.state, made.rows, made.columns], ['succeeded', 20_000, 2], made.reason ?? '')
    const { version } = await openVersionBytes(kernel, caller, 'whole')
    const objects = await readdir(join(server.folder, 'blobs', version.digest.slice(0, 2)))
    assert.ok(objects.includes(version.digest))
    const other = await openKernel('command', {
      ...process.env,
      ...server.variables,
      DATABASE_URL: kernel.url,
      FLEXIML_HOME: join(kernel.home, 'another'),
      FLEXIML_ENCRYPTION_KEY: kernel.secrets.encryptionKey,
    })
    try {
      const { path } = await openVersionBytes(other, caller, 'whole')
      assert.ok(path.startsWith(join(kernel.home, 'another')))
      assert.equal(sha256(await other.blobs.readAll(version.digest)), version.digest)
    } finally {
      await other.close()
    }
    assert.equal((await showDataset(kernel, caller, 'whole')).rows, 20_000)
  })

  it('a file in pieces becomes a version, and its pieces leave the bucket', async () => {
    const bytes = new Uint8Array(Buffer.concat([csv, csv.subarray(7)]))
    const chunkBytes = 65_536
    const { id, chunks } = await beginUpload(kernel, caller, {
      fileName: 'pieces.csv',
      bytes: String(bytes.length),
      chunkBytes: String(chunkBytes),
    })
    for (let n = chunks - 1; n >= 0; n--) {
      const part = bytes.slice(n * chunkBytes, (n + 1) * chunkBytes)
      await storeChunk(
        kernel,
        caller,
        id,
        n,
        sha256(part),
        (async function* () {
          yield part
        })(),
      )
    }
    const { digest } = await completeUpload(kernel, caller, id)
    assert.equal(digest, sha256(bytes))
    const made = await ingest('pieces', digest)
    assert.deepEqual([made.state, made.rows], ['succeeded', 40_000], made.reason ?? '')
    assert.deepEqual(await readdir(join(server.folder, 'blobs', 'staging', id)).catch(() => []), [])
  })

  it('a process is not ready while the object store is away', async () => {
    assert.equal((await readReadiness(kernel)).blobs.ok, true)
    await server.stop()
    const readiness = await readReadiness(kernel)
    assert.deepEqual(
      [readiness.ready, readiness.blobs],
      [false, { ok: false, reason: 'The blob store cannot be used.' }],
    )
  })
})
