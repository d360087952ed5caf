import assert from 'node:assert/strict'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { after, before, describe, it } from 'node:test'
import { bombGraph, bundleAround, doublingGraph, heavyGraph, wideGraph } from '#ml/interop/onnx/testing.ts'
import type { Caller } from '#server/access/caller.ts'
import { ownBlob } from '#server/adapters/blobs.ts'
import { newId } from '#server/kernel/ids.ts'
import { type TestKernel, testKernel } from '#server/platform/testing.ts'
import { importVersion, listModels } from './index.ts'
import { tryBundle } from './try-bundle.ts'

let kernel: TestKernel
let caller: Caller
before(async () => {
  kernel = await testKernel({ LOG_LEVEL: 'fatal', FLEXIML_FOREIGN_MODEL_MEMORY_MB: '500' })
  caller = { actor: { kind: 'user', id: newId() }, scope: await kernel.project(), role: 'engineer' }
})
after(() => kernel.close())

async function importFile(bytes: Uint8Array, name = 'm') {
  const blob = await kernel.blobs.put(bytes)
  await ownBlob(kernel.db, caller.scope.projectId, blob)
  return importVersion(kernel, caller, { digest: blob.digest, name, target: 'y' })
}

async function tryFile(bytes: Uint8Array) {
  const blob = await kernel.blobs.put(bundleAround(bytes))
  await tryBundle(kernel, await kernel.blobs.pathOf(blob.digest))
}

describe('importing a model', () => {
  it('refuses a file in which cells decide sizes, and one that takes too much for many rows; nothing is stored', async () => {
    await assert.rejects(importFile(bombGraph()), { code: 'invalid', message: /values of its cells decide how large/ })
    await assert.rejects(importFile(wideGraph(8)), { code: 'invalid', message: /needed more than 500 MB of memory/ })
    assert.deepEqual((await listModels(kernel, caller)).items, [])
  })

  it('tries large cells within the memory that the model will have: what no check of the file finds', async () => {
    await assert.rejects(tryFile(bombGraph()), { code: 'invalid', message: /needed more than 500 MB of memory/ })
    await tryFile(doublingGraph())
  })

  it('takes a model that is slow but within its limits', async () => {
    const begun = performance.now()
    const made = await importFile(heavyGraph(400, 20), 'heavy')
    assert.deepEqual([made.version, made.columns], [1, ['x1']])
    assert.ok(performance.now() - begun < 30_000)
  })

  it('leaves the event loop free while a file of millions of parts is read', async () => {
    const parts = new Uint8Array(60 * 2 ** 20)
    for (let k = 0; k < parts.length; k += 2) parts.set([0x08, 0x01], k)
    const delay = monitorEventLoopDelay({ resolution: 10 })
    const blob = await kernel.blobs.put(parts)
    await ownBlob(kernel.db, caller.scope.projectId, blob)
    delay.enable()
    const input = { digest: blob.digest, name: 'parts', target: 'y' }
    await assert.rejects(importVersion(kernel, caller, input), { code: 'invalid', message: /too many parts/ })
    delay.disable()
    assert.ok(delay.max / 1e6 < 500, `${delay.max / 1e6} ms`)
  })
})
