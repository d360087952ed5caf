import assert from 'node:assert/strict'
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { gzipSync } from 'node:zlib'
import type { Caller } from '#server/access/caller.ts'
import { ownBlob } from '#server/adapters/blobs.ts'
import { addDataset, setQuota, showIngestion } from '#server/data/index.ts'
import { newId } from '#server/kernel/ids.ts'
import { change } from '#server/platform/change.ts'
import { type TestKernel, testKernel } from '#server/platform/testing.ts'
import { handlers } from '../handlers.ts'
import { startWorkerLoop, type WorkerLoop } from '../runtime/worker-loop.ts'

let kernel: TestKernel
let loop: WorkerLoop
let caller: Caller
before(async () => {
  kernel = await testKernel()
  kernel.log.level = 'fatal'
  loop = await startWorkerLoop(kernel, newId(), { interactive: 2, compute: 1, maintenance: 1 }, handlers)
  caller = { actor: { kind: 'user', id: newId() }, scope: await kernel.project(), role: 'engineer' }
})
after(async () => {
  await loop.stop()
  await kernel.close()
})

let count = 0
async function start(content: Uint8Array | string, fileName: string): Promise<{ id: string }> {
  const blob = await kernel.blobs.put(typeof content === 'string' ? new TextEncoder().encode(content) : content)
  await ownBlob(kernel.db, caller.scope.projectId, blob)
  return addDataset(kernel, caller, { name: `limits-${++count}`, fileName, digest: blob.digest })
}
async function ended(id: string) {
  for (let i = 0; i < 4000; i++) {
    const ingestion = await showIngestion(kernel, caller, id)
    if (!['queued', 'running'].includes(ingestion.state)) return ingestion
    await sleep(25)
  }
  throw new Error('the ingestion did not end')
}
const temporaryFiles = () => readdir(join(kernel.home, 'blobs', 'tmp'))

describe('an ingestion has limits', () => {
  it('a file that expands too far is refused in words, and nothing of it stays', async () => {
    const bomb = gzipSync(Buffer.alloc(300 * 2 ** 20, 'a,b\n1,2\n'), { level: 9 })
    const made = await ended((await start(bomb, 'bomb.csv.gz')).id)
    assert.equal(made.state, 'failed')
    assert.match(made.reason ?? '', /decompresses to more than 200 times its size/)
    assert.deepEqual(await temporaryFiles(), [])
  })

  it('a cancel ends it within two seconds while it reads, and nothing of it stays', async () => {
    const text = `a,b,c\n${Array.from({ length: 1000 }, (_, i) => `${i},word ${i % 7},${i / 7}`).join('\n')}\n`
    const large = Buffer.from(`${text}${text.slice(6).repeat(6000)}`)
    const { id } = await start(large, 'large.csv')
    const [job] = await kernel.sql`SELECT id FROM jobs WHERE subject_id = ${id}`
    const attempt = async () => (await kernel.sql`SELECT child_pid FROM attempts WHERE job_id = ${job!.id}`)[0]
    while (!(await attempt())?.child_pid) await sleep(10)
    const asked = performance.now()
    await change(kernel, caller.actor, c => c.cancelJob(caller.scope, job!.id))
    const made = await ended(id)
    assert.ok(performance.now() - asked < 2_000, `${Math.round(performance.now() - asked)} ms`)
    assert.notEqual(made.state, 'succeeded')
    assert.deepEqual(await temporaryFiles(), [])
  })

  it('a time limit ends it in words', async () => {
    const minutes = kernel.env.FLEXIML_DATA_MINUTES
    kernel.env.FLEXIML_DATA_MINUTES = 0.001
    try {
      const made = await ended((await start(`a,b\n${'1,2\n'.repeat(3_000_000)}`, 'slow.csv')).id)
      assert.equal(made.state, 'failed')
      assert.match(made.reason ?? '', /^Reading slow\.csv took longer than 0\.06 s and was stopped/)
      assert.match(made.reason ?? '', /FLEXIML_DATA_MINUTES/)
    } finally {
      kernel.env.FLEXIML_DATA_MINUTES = minutes
    }
  })

  it('a memory limit ends it in words', async () => {
    const memory = kernel.env.FLEXIML_INGESTION_MEMORY_MB
    kernel.env.FLEXIML_INGESTION_MEMORY_MB = 32
    try {
      const made = await ended((await start(`a,b\n${'1,2\n'.repeat(3_000_000)}`, 'hungry.csv')).id)
      assert.equal(made.state, 'failed')
      assert.match(made.reason ?? '', /its limit is 32 MB/)
    } finally {
      kernel.env.FLEXIML_INGESTION_MEMORY_MB = memory
    }
  })

  it('a project without room for the version gets none, in words', async () => {
    const owner: Caller = { ...caller, role: 'owner' }
    const { id } = await start(`a,b\n${'1,2\n'.repeat(500_000)}`, 'quota.csv')
    await setQuota(kernel, owner, { bytes: 1_000 })
    const made = await ended(id)
    await setQuota(kernel, owner, { bytes: null })
    assert.equal(made.state, 'failed')
    assert.match(made.reason ?? '', /The storage quota of this project is 1000 bytes; 0 bytes are free/)
  })

  it('one line of 200 MB and ten thousand columns end quickly', async () => {
    const line = gzipSync(Buffer.alloc(200_000_000, 'a'), { level: 9 })
    const wide = `${Array.from({ length: 10_000 }, (_, i) => `c${i}`)}\n${`${'1,'.repeat(9_999)}1\n`.repeat(5)}`
    const begun = performance.now()
    const [refused, read] = await Promise.all(
      [await start(line, 'line.csv.gz'), await start(wide, 'wide.csv')].map(({ id }) => ended(id)),
    )
    assert.equal(refused!.state, 'failed')
    assert.deepEqual([read!.state, read!.rows, read!.columns], ['succeeded', 5, 10_000], read!.reason ?? '')
    assert.ok(performance.now() - begun < 90_000)
  })
})
