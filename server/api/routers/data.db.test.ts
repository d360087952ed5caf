import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import type { Role } from '#server/access/contract.ts'
import { ownBlob } from '#server/adapters/blobs.ts'
import { newId } from '#server/kernel/ids.ts'
import type { ProjectScope } from '#server/kernel/scope.ts'
import { type TestKernel, testKernel } from '#server/platform/testing.ts'
import { createCallerFactory, router } from '../trpc.ts'
import { dataRouter } from './data.ts'

let kernel: TestKernel
let scope: ProjectScope
before(async () => {
  kernel = await testKernel()
  scope = await kernel.project()
})
after(() => kernel.close())

const api = (role: Role) =>
  createCallerFactory(router({ data: dataRouter }))({
    kernel,
    requestId: 'test',
    callerIn: async () => ({ actor: { kind: 'user', id: newId() }, scope, role }),
    requireAnyone: async () => undefined,
  }).data

describe('data routes', () => {
  it('adding answers with an ingestion that can be asked for', async () => {
    const blob = await kernel.blobs.put(new TextEncoder().encode('a,b\n1,2\n'))
    await ownBlob(kernel.db, scope.projectId, blob)
    const made = await api('engineer').add({ name: 'd', fileName: 'f.csv', digest: blob.digest })
    assert.equal(made.state, 'queued')
    assert.ok(made.jobId)
    assert.equal((await api('viewer').ingestion({ id: made.id })).state, 'queued')
    const list = await api('viewer').list({})
    assert.deepEqual([list.items.length, list.ingestions[0]!.id], [0, made.id])
  })

  it('a viewer may not add or review; what is not there is not found', async () => {
    const code = (wanted: string) => (error: { code: string }) => error.code === wanted
    const viewer = api('viewer')
    await assert.rejects(viewer.add({ name: 'd', fileName: 'f', digest: 'e'.repeat(64) }), code('FORBIDDEN'))
    await assert.rejects(viewer.reviewSchema({ dataset: 'd', columns: [{ name: 'a' }] }), code('FORBIDDEN'))
    for (const ask of [viewer.show, viewer.profile, viewer.columns.rows])
      await assert.rejects(ask({ dataset: 'nope' }), code('NOT_FOUND'))
  })

  it('names that cannot be are refused before anything happens', async () => {
    const code = (error: { code: string }) => error.code === 'BAD_REQUEST'
    await assert.rejects(api('viewer').show({ dataset: 'd@99999999999999999999' }), code)
    await assert.rejects(api('engineer').add({ name: '../x', fileName: 'f', digest: 'e'.repeat(64) }), code)
    await assert.rejects(api('viewer').show({ dataset: 'a@b' }), code)
  })
})
