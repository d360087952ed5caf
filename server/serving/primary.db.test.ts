import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { and, eq } from 'drizzle-orm'
import { auditLog, endpointTargets } from '#db/schema/index.ts'
import type { ProjectScope } from '#server/kernel/scope.ts'
import { type TestKernel, testKernel } from '#server/platform/testing.ts'
import { registerVersion, showModel } from '#server/registry/index.ts'
import { choosePrimary, listEndpoints, promoteVersion, rollbackEndpoint, showEndpoint } from './index.ts'
import { insertRevision, listDesired, listRevisions, lockEndpoint } from './store.ts'
import { callerOf, insertDoneRun, trainBundle } from './testing.ts'

let kernel: TestKernel
let scope: ProjectScope
let bundles: Uint8Array[]
before(async () => {
  kernel = await testKernel({ LOG_LEVEL: 'fatal' })
  scope = await kernel.project()
  bundles = await Promise.all([1, 2].map(offset => trainBundle(offset)))
})
after(() => kernel.close())

const engineer = () => callerOf(scope)
const owner = () => callerOf(scope, 'owner')
const championOf = async (model: string) => (await showModel(kernel, engineer(), model)).aliases.champion
const promote = (model: string, endpoint: string) => promoteVersion(kernel, engineer(), { model, endpoint })

/** A model with two versions. */
async function register(name: string) {
  for (const bundle of bundles)
    await registerVersion(kernel, engineer(), { run: await insertDoneRun(kernel, scope, bundle), name })
}

describe('two endpoints of one model', () => {
  it('the first is primary: its promotions and rollbacks move the champion, those of the other never do', async () => {
    await register('two')
    assert.equal((await promote('two@1', 'two-live')).primary, true)
    assert.equal(await championOf('two'), 1)
    assert.equal((await promote('two@2', 'two-test')).primary, false)
    assert.equal(await championOf('two'), 1)
    await promote('two@1', 'two-test')
    assert.equal((await rollbackEndpoint(kernel, engineer(), { endpoint: 'two-test', to: 2 })).primary, false)
    assert.equal(await championOf('two'), 1)
    await promote('two@2', 'two-live')
    assert.equal(await championOf('two'), 2)
    assert.equal((await rollbackEndpoint(kernel, engineer(), { endpoint: 'two-live' })).primary, true)
    assert.equal(await championOf('two'), 1)
    const { items } = await listEndpoints(kernel, engineer())
    assert.deepEqual(
      items.filter(e => e.model === 'two').map(e => [e.endpoint, e.version, e.primary]),
      [
        ['two-live', 1, true],
        ['two-test', 2, false],
      ],
    )
  })

  it('an owner changes the primary endpoint: the champion moves to the version there, in the audit log', async () => {
    await register('moved')
    await promote('moved@1', 'moved-a')
    await promote('moved@2', 'moved-b')
    const input = { model: 'moved', endpoint: 'moved-b' }
    await assert.rejects(choosePrimary(kernel, engineer(), input), { code: 'forbidden' })
    assert.deepEqual(await choosePrimary(kernel, owner(), input), {
      model: 'moved',
      endpoint: 'moved-b',
      previous: 'moved-a',
      version: 2,
    })
    assert.equal(await championOf('moved'), 2)
    await promote('moved@2', 'moved-a')
    await promote('moved@1', 'moved-b')
    assert.equal(await championOf('moved'), 1)
    const written = () =>
      kernel.db
        .select({ details: auditLog.details })
        .from(auditLog)
        .where(
          and(
            eq(auditLog.projectId, scope.projectId),
            eq(auditLog.action, 'serving.choose-primary'),
            eq(auditLog.outcome, 'done'),
          ),
        )
    assert.deepEqual((await written())[0]!.details, { ...input, previous: 'moved-a', version: 2 })
    // Choosing it again changes and records nothing.
    assert.equal((await choosePrimary(kernel, owner(), input)).previous, 'moved-b')
    assert.equal((await written()).length, 1)
  })

  it('an endpoint that serves another model cannot be primary; unknown ones are not found', async () => {
    await register('left')
    await register('right')
    await promote('left', 'left')
    await promote('right', 'right')
    await assert.rejects(choosePrimary(kernel, owner(), { model: 'left', endpoint: 'right' }), { code: 'conflict' })
    await assert.rejects(choosePrimary(kernel, owner(), { model: 'left', endpoint: 'nowhere' }), { code: 'not_found' })
    await assert.rejects(choosePrimary(kernel, owner(), { model: 'nothing', endpoint: 'left' }), { code: 'not_found' })
  })

  it('promotions and a change at the same time end with the champion at the primary endpoint', async () => {
    await register('race')
    await promote('race@1', 'race-a')
    await promote('race@1', 'race-b')
    await Promise.all([
      promote('race@2', 'race-a'),
      promote('race@2', 'race-b'),
      choosePrimary(kernel, owner(), { model: 'race', endpoint: 'race-b' }),
      promote('race@1', 'race-a'),
    ])
    const { version, primary } = await showEndpoint(kernel, engineer(), 'race-b')
    assert.deepEqual([await championOf('race'), primary], [version, true])
  })
})

describe('targets of a revision', () => {
  it('a promotion makes one champion with all requests', async () => {
    await register('single')
    await promote('single@2', 'single')
    const shown = await showEndpoint(kernel, engineer(), 'single')
    assert.deepEqual(shown.targets, [{ model: 'single', version: 2, role: 'champion', weight: 100 }])
    const desired = (await listDesired(kernel.db)).find(d => d.endpoint === 'single')!
    assert.deepEqual(
      desired.targets.map(t => [t.version, t.role, t.weight]),
      [[2, 'champion', 100]],
    )
  })

  it('a revision may have more targets, the champion first, and never two champions', async () => {
    await register('split')
    await promote('split@2', 'split')
    const { versions } = await showModel(kernel, engineer(), 'split')
    assert.equal(versions.length, 2)
    const add = (roles: ['champion' | 'canary', 'champion' | 'canary']) =>
      kernel.db.transaction(async tx => {
        const endpoint = (await lockEndpoint(tx, scope, 'split'))!
        const past = await listRevisions(tx, scope, endpoint.id)
        const [first] = await tx
          .select()
          .from(endpointTargets)
          .where(eq(endpointTargets.revisionId, past[0]!.revision.id))
        return insertRevision(tx, endpoint, {
          action: 'promote',
          targets: roles.map((role, i) => ({ versionId: first!.versionId, role, weight: i === 0 ? 10 : 90 })),
          previousVersionId: null,
          modelId: endpoint.modelId,
          timeColumn: null,
          reason: '',
          createdBy: 'system:test',
        })
      })
    await add(['canary', 'champion'])
    const { targets, version } = await showEndpoint(kernel, engineer(), 'split')
    assert.equal(version, 2)
    assert.deepEqual(
      targets.map(t => [t.role, t.weight]),
      [
        ['champion', 90],
        ['canary', 10],
      ],
    )
    await assert.rejects(add(['champion', 'champion']))
  })
})
