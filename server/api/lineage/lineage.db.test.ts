import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import type { Caller } from '#server/access/caller.ts'
import { ownBlob } from '#server/adapters/blobs.ts'
import { insertVersion, lockDataset } from '#server/data/store.ts'
import { newId } from '#server/kernel/ids.ts'
import type { ProjectScope } from '#server/kernel/scope.ts'
import { promoteRentals } from '#server/monitoring/testing.ts'
import { change } from '#server/platform/change.ts'
import { type TestKernel, testKernel } from '#server/platform/testing.ts'
import { lineageOfModel, lineageOfVersion } from './read-lineage.ts'

let kernel: TestKernel
let caller: Caller
before(async () => {
  kernel = await testKernel({ LOG_LEVEL: 'fatal' })
  caller = { actor: { kind: 'user', id: newId() }, scope: await kernel.project(), role: 'viewer' }
  await promoteRentals(kernel, caller.scope)
  await addVersion(caller.scope)
})
after(() => kernel.close())

/** A version on which the project's run is said to have been trained. */
async function addVersion(scope: ProjectScope): Promise<void> {
  const blob = await kernel.blobs.put(new TextEncoder().encode('PAR1'))
  await ownBlob(kernel.db, scope.projectId, blob)
  await change(kernel, caller.actor, async c => {
    const version = await insertVersion(c.tx, await lockDataset(c.tx, scope, 'bikes', 'test'), {
      digest: blob.digest,
      sourceDigest: blob.digest,
      bytes: blob.bytes,
      rows: 7,
      columnCount: 0,
      schema: [],
      source: { v: 1, kind: 'upload', fileName: 'bikes.csv' },
      warnings: [],
      createdBy: 'test',
    })
    const [run] = await kernel.sql<{ id: string }[]>`SELECT id FROM runs WHERE project_id = ${scope.projectId}`
    await c.link(scope.projectId, [
      { from: { kind: 'run', id: run!.id }, relation: 'trained-on', to: { kind: 'dataset-version', id: version.id } },
    ])
  })
}

describe('lineage through the links of every domain', () => {
  it('is the same chain from the rows and from the model', async () => {
    const [down, up] = await Promise.all([
      lineageOfVersion(kernel, caller, 'bikes@1'),
      lineageOfModel(kernel, caller, 'rentals', 1),
    ])
    for (const { nodes, edges, truncated } of [down, up]) {
      assert.deepEqual(nodes.map(n => n.kind).sort(), ['endpoint', 'model', 'run', 'source', 'version'])
      assert.deepEqual(edges.map(e => e.words).sort(), ['read', 'registered as', 'serves', 'trained'])
      assert.equal(truncated, false)
    }
    assert.equal(down.nodes.find(n => n.here)?.kind, 'version')
    assert.equal(up.nodes.find(n => n.here)?.kind, 'model')
  })

  it('ends at the project', async () => {
    const theirs = await kernel.project()
    const other: Caller = { ...caller, scope: theirs }
    await assert.rejects(lineageOfVersion(kernel, other, 'bikes@1'), /no dataset/)
    await assert.rejects(lineageOfModel(kernel, other, 'rentals', 1))
  })
})
