import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import type { Caller } from '#server/access/caller.ts'
import { ownBlob } from '#server/adapters/blobs.ts'
import { systemClock } from '#server/kernel/clock.ts'
import type { AppError } from '#server/kernel/errors.ts'
import { newId, sha256 } from '#server/kernel/ids.ts'
import { change } from '#server/platform/change.ts'
import type { Relation, SubjectKind } from '#server/platform/subjects/contract.ts'
import { type TestKernel, testKernel } from '#server/platform/testing.ts'
import { listDatasets, showDataset, versionById, versionOf } from '../read-datasets.ts'
import { insertVersion, lockDataset } from '../store.ts'
import { cleanStorage } from './clean-storage.ts'
import { deleteVersions, previewDeletion, restoreVersions } from './delete-versions.ts'
import { cleanStorageJob } from './jobs.ts'
import { showDatasetStorage, showProjectStorage } from './read-storage.ts'

let kernel: TestKernel
let owner: Caller
/** Hours that the clock is ahead; stored instants are moved back along with it. */
let ahead = 0
before(async () => {
  kernel = await testKernel()
  kernel.clock = { now: () => systemClock.now() + ahead * 3_600_000 }
})
after(() => kernel.close())

const text = (s: string) => new TextEncoder().encode(s)
const fresh = async () => {
  owner = { actor: { kind: 'user', id: newId() }, scope: await kernel.project(), role: 'owner' }
}
async function put(content: string, scope = owner.scope) {
  const blob = await kernel.blobs.put(text(content))
  await ownBlob(kernel.db, scope.projectId, blob)
  return blob
}
async function add(name: string, content: string, source = `source of ${content}`) {
  const [file, from] = [await put(content), await put(source)]
  return change(kernel, owner.actor, async c => {
    const version = await insertVersion(c.tx, await lockDataset(c.tx, owner.scope, name, 'test'), {
      digest: file.digest,
      sourceDigest: from.digest,
      bytes: file.bytes,
      rows: 1,
      columnCount: 0,
      schema: [],
      source: {},
      warnings: [],
      createdBy: 'test',
    })
    await c.link(owner.scope.projectId, [
      {
        from: { kind: 'dataset-version', id: version.id },
        relation: 'read-from',
        to: { kind: 'blob', id: from.digest },
      },
    ])
    return version
  })
}
const use = (versionId: string, kind: SubjectKind = 'run', relation: Relation = 'trained-on') =>
  change(kernel, owner.actor, c =>
    c.link(owner.scope.projectId, [
      { from: { kind, id: newId() }, relation, to: { kind: 'dataset-version', id: versionId } },
    ]),
  )
const owned = async (scope = owner.scope) =>
  new Set(
    (await kernel.sql`SELECT digest FROM blob_owners WHERE project_id = ${scope.projectId}`).map(
      r => r.digest as string,
    ),
  )
const stored = (content: string) =>
  kernel.blobs.readAll(sha256(content)).then(
    () => true,
    () => false,
  )
/** Cleans up as often as nights pass in so many days. */
async function nights(count: number) {
  for (let i = 0; i < count; i++) {
    ahead += 25
    await cleanStorage(kernel, owner.scope)
  }
}

describe('what a deletion would hurt', () => {
  it('names what was made with it, what it frees, and what stays', async () => {
    await fresh()
    const one = await add('d', 'first', 'common')
    await add('d', 'second', 'common')
    await use(one.id)
    await use(one.id)
    await use(one.id, 'evaluation', 'measured-on')
    const used = await previewDeletion(kernel, owner, 'd@1')
    assert.deepEqual(used, {
      dataset: 'd',
      versions: [
        {
          version: 1,
          rows: 1,
          bytes: 5,
          bytesStay: true,
          usedBy: [
            { kind: 'evaluation', relation: 'measured-on', count: 1 },
            { kind: 'run', relation: 'trained-on', count: 2 },
          ],
        },
      ],
      wholeDataset: false,
      freesBytes: 0,
      runningJobs: [],
      restoreHours: 24,
    })
    assert.equal((await previewDeletion(kernel, owner, 'd@2')).freesBytes, 6)
    const whole = await previewDeletion(kernel, owner, 'd')
    assert.deepEqual([whole.wholeDataset, whole.freesBytes], [true, 6 + 6])
  })

  it('is refused while a job works with it', async () => {
    await fresh()
    const version = await add('busy', 'rows of busy')
    const job = await change(kernel, owner.actor, c =>
      c.enqueue(cleanStorageJob, {
        projectId: owner.scope.projectId,
        title: 'Profile busy v1',
        subject: { kind: 'dataset-version', id: version.id },
        payload: { v: 1 },
      }),
    )
    assert.deepEqual((await previewDeletion(kernel, owner, 'busy')).runningJobs, ['Profile busy v1'])
    await assert.rejects(
      deleteVersions(kernel, owner, 'busy'),
      (e: AppError) => e.code === 'conflict' && /Profile busy v1/.test(e.message),
    )
    await kernel.sql`UPDATE jobs SET state = 'succeeded' WHERE id = ${job.id}`
    assert.deepEqual((await deleteVersions(kernel, owner, 'busy')).versions, [1])
  })

  it('only an owner deletes; another project knows nothing of it', async () => {
    await fresh()
    await add('mine', 'rows of mine')
    const refused = deleteVersions(kernel, { ...owner, role: 'engineer' }, 'mine')
    await assert.rejects(refused, (e: AppError) => e.code === 'forbidden')
    const other = { ...owner, scope: await kernel.project() }
    for (const act of [previewDeletion, deleteVersions, restoreVersions, showDatasetStorage])
      await assert.rejects(act(kernel, other, 'mine'), (e: AppError) => e.code === 'not_found')
  })
})

describe('deleted versions', () => {
  it('are hidden by name and number, and known by id; the one before is then the newest', async () => {
    await fresh()
    await add('n', 'n one')
    const two = await add('n', 'n two')
    await deleteVersions(kernel, owner, 'n@2')
    assert.equal((await versionOf(kernel, owner.scope, 'n')).number, 1)
    await assert.rejects(versionOf(kernel, owner.scope, 'n@2'), (e: AppError) => e.code === 'not_found')
    assert.equal((await versionById(kernel, owner.scope, two.id)).number, 2)
    assert.deepEqual(
      (await listDatasets(kernel, owner)).items.map(i => [i.dataset, i.version]),
      [['n', 1]],
    )
    assert.deepEqual(
      (await showDataset(kernel, owner, 'n')).versions.map(v => v.version),
      [1],
    )
    const three = await add('n', 'n three')
    assert.equal(three.number, 3)
    const audit = await kernel.sql`SELECT action FROM audit_log WHERE project_id = ${owner.scope.projectId}`
    assert.ok(audit.some(a => a.action === 'data.delete-versions'))
  })

  it('a dataset goes with its last version, and comes back within a day', async () => {
    await fresh()
    await add('whole', 'whole one')
    await add('whole', 'whole two')
    assert.equal((await deleteVersions(kernel, owner, 'whole')).datasetGone, true)
    assert.deepEqual((await listDatasets(kernel, owner)).items, [])
    await assert.rejects(versionOf(kernel, owner.scope, 'whole'), (e: AppError) => /no dataset/.test(e.message))
    assert.ok((await showDatasetStorage(kernel, owner, 'whole')).versions.every(v => v.restorableUntil))
    assert.deepEqual((await restoreVersions(kernel, owner, 'whole')).versions.sort(), [1, 2])
    assert.equal((await versionOf(kernel, owner.scope, 'whole')).number, 2)
    await deleteVersions(kernel, owner, 'whole@1')
    ahead += 25
    await assert.rejects(restoreVersions(kernel, owner, 'whole@1'), (e: AppError) => /24 hours/.test(e.message))
  })
})

describe('the nightly clean-up', () => {
  it('frees what a deleted version alone had, and nothing that is there, shared or was used', async () => {
    await fresh()
    await add('c', 'gone', 'source gone')
    await add('c', 'stays', 'source shared')
    await add('c', 'also gone', 'source shared')
    const used = await add('c', 'used', 'source of used')
    await use(used.id)
    await deleteVersions(kernel, owner, 'c@1')
    await deleteVersions(kernel, owner, 'c@3')
    await deleteVersions(kernel, owner, 'c@4')
    await cleanStorage(kernel, owner.scope)
    assert.equal((await owned()).size, 7, 'within a day everything can be had back')
    await nights(1)
    assert.deepEqual(
      await owned(),
      new Set(['stays', 'source shared', 'used'].map(sha256)),
      'the project let go of what nothing reaches',
    )
    await nights(2)
    for (const content of ['gone', 'source gone', 'also gone', 'source of used'])
      assert.equal(await stored(content), false, content)
    for (const content of ['stays', 'source shared', 'used']) assert.equal(await stored(content), true, content)
    const rows = await kernel.sql`SELECT digest FROM blobs WHERE digest = ${sha256('gone')}`
    assert.equal(rows.length, 0)
  })

  it('bytes that another project has stay for it', async () => {
    await fresh()
    const other = await kernel.project()
    await add('o', 'in two projects')
    await put('in two projects', other)
    await change(kernel, owner.actor, c =>
      c.link(other.projectId, [
        {
          from: { kind: 'run', id: newId() },
          relation: 'uses',
          to: { kind: 'blob', id: sha256('in two projects') },
        },
      ]),
    )
    await deleteVersions(kernel, owner, 'o')
    await nights(3)
    await cleanStorage(kernel, other)
    assert.equal((await owned()).size, 0)
    assert.equal(await stored('in two projects'), true)
  })

  it('bytes that were uploaded and never added go; uploaded again meanwhile they stay', async () => {
    await fresh()
    const { digest } = await put('never added')
    await put('again')
    await nights(2)
    // Marked by now, and wanted again.
    await kernel.blobs.put(text('again'))
    await ownBlob(kernel.db, owner.scope.projectId, { digest: sha256('again'), bytes: 5 })
    await kernel.sql`UPDATE blob_owners SET created_at = now() + make_interval(hours => ${ahead}) WHERE digest = ${sha256('again')}`
    await cleanStorage(kernel, owner.scope)
    ahead += 13
    await cleanStorage(kernel, owner.scope)
    assert.deepEqual([await stored('never added'), await stored('again')], [false, true])
    assert.deepEqual(await owned(), new Set([sha256('again')]))
    assert.equal((await kernel.sql`SELECT 1 FROM blobs WHERE digest = ${digest}`).length, 0)
  })

  it('says what a project keeps, shares and could free', async () => {
    await fresh()
    await add('s', 'aaaa', 'ssssssss')
    await add('s', 'bbbbbb', 'ssssssss')
    await add('t', 'cc', 'cc')
    assert.deepEqual(await showProjectStorage(kernel, owner), {
      datasets: [
        { dataset: 's', versions: 2, bytes: 18 },
        { dataset: 't', versions: 1, bytes: 2 },
      ],
      bytes: 20,
      uploadBytes: 0,
      reclaimableBytes: 0,
      quota: { bytes: null, isDefault: true },
    })
    const shown = await showDatasetStorage(kernel, owner, 's')
    assert.deepEqual(
      [shown.bytes, shown.sharedBytes, shown.versions.map(v => [v.version, v.bytes, v.sourceBytes, v.shared])],
      [
        18,
        8,
        [
          [2, 6, 8, true],
          [1, 4, 8, true],
        ],
      ],
    )
    await deleteVersions(kernel, owner, 's@1')
    ahead += 25
    assert.equal((await showProjectStorage(kernel, owner)).reclaimableBytes, 4)
  })
})
