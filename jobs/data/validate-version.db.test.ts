import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import type { Caller } from '#server/access/caller.ts'
import type { ExpectationInput } from '#server/data/expectations/contract.ts'
import {
  listDatasets,
  overrideVersion,
  saveSuite,
  showExpectations,
  showValidation,
  suggestSuite,
  validateVersion,
} from '#server/data/index.ts'
import { requireUsableVersion, versionOf } from '#server/data/service.ts'
import { newId } from '#server/kernel/ids.ts'
import { type TestKernel, testKernel } from '#server/platform/testing.ts'
import { launchInput } from '#server/training/contract.ts'
import { launchExperiment, showRun } from '#server/training/index.ts'
import { addData } from '#server/training/testing.ts'
import { handlers } from '../handlers.ts'
import { startWorkerLoop, type WorkerLoop } from '../runtime/worker-loop.ts'

let kernel: TestKernel
let loop: WorkerLoop
let caller: Caller
let approver: Caller
before(async () => {
  kernel = await testKernel()
  kernel.log.level = 'fatal'
  loop = await startWorkerLoop(kernel, newId(), { interactive: 2, compute: 0, maintenance: 1 }, handlers)
  caller = { actor: { kind: 'user', id: newId() }, scope: await kernel.project(), role: 'engineer' }
  approver = { ...caller, actor: { kind: 'user', id: newId() }, role: 'approver' }
})
after(async () => {
  await loop.stop()
  await kernel.close()
})

async function until<T>(ask: () => Promise<T>, done: (value: T) => boolean): Promise<T> {
  for (let i = 0; i < 2000; i++) {
    const value = await ask()
    if (done(value)) return value
    await new Promise(resolve => setTimeout(resolve, 25))
  }
  throw new Error('it did not come')
}
const ended = (state: string | undefined) => state === 'succeeded' || state === 'failed'
const validated = (dataset: string) =>
  until(
    () => showExpectations(kernel, caller, dataset),
    s => ended(s.validation?.state) && s.validation?.suite === s.suite,
  )
const suggested = (dataset: string) =>
  until(
    () => suggestSuite(kernel, caller, dataset),
    s => ended(s.state),
  )

/** A hundred rentals: `age` up to `oldest`. */
const rentals = (oldest: number) =>
  `id,season,age,rentals\n${Array.from({ length: 100 }, (_, i) => `r${i},${['spring', 'summer'][i % 2]},${i === 99 ? oldest : 20 + (i % 50)},${i * 3}`).join('\n')}\n`
const expectation = (type: string, column: string | null, parameters: object, severity: 'block' | 'warn' = 'block') =>
  ({ type, column, parameters, severity }) as ExpectationInput
const launch = (data: string) =>
  launchExperiment(kernel, caller, launchInput.parse({ data, target: 'rentals', trainers: ['baseline'], trials: 1 }))

describe('validation of versions', () => {
  it('suggestions pass on the version they came from, and are versioned', async () => {
    await addData(kernel, caller, 'rentals', rentals(69), { target: 'rentals' })
    const { suggestions } = await suggested('rentals')
    assert.ok(suggestions.length >= 6, JSON.stringify(suggestions))
    for (const s of suggestions) assert.ok(s.reason.length > 10)
    const saved = await saveSuite(kernel, caller, { dataset: 'rentals', expectations: suggestions, basedOn: 0 })
    assert.deepEqual([saved.suite, saved.created], [1, true])
    const shown = await validated('rentals')
    assert.equal(shown.validation?.verdict, 'pass', shown.validation?.sentence ?? '')
    const again = await saveSuite(kernel, caller, { dataset: 'rentals', expectations: suggestions })
    assert.deepEqual([again.suite, again.created], [1, false])
    assert.equal((await suggested('rentals')).suggestions.length, 0)
    await requireUsableVersion(kernel, caller.scope, await versionOf(kernel, caller.scope, 'rentals'))
  })

  it('the list says that nothing is expected, and what is not checked yet', async () => {
    const [rentals] = (await listDatasets(kernel, caller)).items
    assert.deepEqual(rentals!.checks.state, 'checked')
    assert.ok(rentals!.checks.total >= 6 && rentals!.checks.failing === 0)
    await addData(kernel, caller, 'bare', 'a,b\n1,2\n3,4\n')
    const bare = (await listDatasets(kernel, caller)).items.find(d => d.dataset === 'bare')!
    assert.deepEqual(bare.checks, { state: 'none', total: 0, failing: 0, blocking: 0 })
    assert.deepEqual(bare.leaks, { state: 'none', found: 0 })
    const stranger: Caller = { ...caller, scope: await kernel.project() }
    assert.deepEqual((await listDatasets(kernel, stranger)).items, [])
  })

  it('a change made on an old suite is refused', async () => {
    const { expectations } = await showExpectations(kernel, caller, 'rentals')
    const more = [...expectations, expectation('between', 'age', { min: 0, max: 100 })]
    await assert.rejects(saveSuite(kernel, caller, { dataset: 'rentals', expectations: more, basedOn: 0 }), {
      code: 'conflict',
    })
    await saveSuite(kernel, caller, { dataset: 'rentals', expectations: more, basedOn: 1 })
    const shown = await validated('rentals')
    assert.deepEqual([shown.suite, shown.validation?.verdict], [2, 'pass'])
    // Who they are stays, so that their history does.
    assert.deepEqual(
      shown.expectations.slice(0, expectations.length).map(e => e.id),
      expectations.map(e => e.id),
    )
  })

  it('a new version is checked by itself; one that fails is not trained on, in words', async () => {
    await addData(kernel, caller, 'rentals', rentals(400), { target: 'rentals' })
    const shown = await validated('rentals@2')
    assert.equal(shown.validation?.verdict, 'fail')
    const [listed] = (await listDatasets(kernel, caller)).items
    assert.deepEqual([listed!.version, listed!.checks.state], [2, 'checked'])
    assert.deepEqual(
      [listed!.checks.failing, listed!.checks.blocking],
      [shown.validation!.results.filter(r => !r.passed).length, 1],
    )
    assert.equal(listed!.checks.total, shown.validation!.results.length)
    assert.match(
      shown.validation?.sentence ?? '',
      /“age”: 1 of 100 values \(1 %\) are outside 0 to 100 \(found: 20 to 400\)/,
    )
    assert.deepEqual(
      shown.history.map(h => [h.version, h.verdict]),
      [
        [2, 'fail'],
        [1, 'pass'],
      ],
    )
    await assert.rejects(launch('rentals@2'), (error: Error & { code?: string; hint?: string }) => {
      assert.equal(error.code, 'conflict')
      assert.match(error.message, /rentals v2 fails its expectations: “age”/)
      assert.match(error.hint ?? '', /approver/)
      return true
    })
    assert.equal((await launch('rentals@1')).items.length, 1)
  })

  it('an approver lets it through with a reason that stays with the run; an engineer may not', async () => {
    const input = { dataset: 'rentals@2', reason: 'The age of 400 is a tortoise, which is right.' }
    await assert.rejects(overrideVersion(kernel, caller, input), { code: 'forbidden' })
    await assert.rejects(overrideVersion(kernel, approver, { ...input, reason: 'ok' }))
    await assert.rejects(
      overrideVersion(kernel, approver, { ...input, dataset: 'rentals@1' }),
      /no failed blocking expectation/,
    )
    await overrideVersion(kernel, approver, input)
    const { validation } = await showExpectations(kernel, caller, 'rentals@2')
    assert.deepEqual([validation?.verdict, validation?.override?.reason], ['fail', input.reason])
    const { items } = await launch('rentals@2')
    const run = await showRun(kernel, caller, items[0]!.run)
    assert.equal(run.dataOverride?.reason, input.reason)
    const audited = await kernel.sql`SELECT details FROM audit_log WHERE action = 'data.override-expectations'`
    assert.equal(audited.length, 1)
    assert.match(JSON.stringify(audited[0]), /tortoise/)
  })

  it('an override does not cover what fails anew', async () => {
    const { expectations } = await showExpectations(kernel, caller, 'rentals')
    await saveSuite(kernel, caller, {
      dataset: 'rentals',
      expectations: [...expectations, expectation('in-set', 'season', { values: ['winter'] })],
    })
    await validated('rentals@2')
    await assert.rejects(launch('rentals@2'), /“season”/)
  })

  it('a version that was not checked against what blocks now is not used until it is', async () => {
    await assert.rejects(launch('rentals@1'), /has not been checked/)
    const { id } = await validateVersion(kernel, caller, 'rentals@1')
    const done = await until(
      () => showValidation(kernel, caller, id),
      v => ended(v.state),
    )
    assert.equal(done.verdict, 'fail')
  })

  it('what only warns or is off does not stop training', async () => {
    const expectations = [
      expectation('in-set', 'season', { values: ['winter'] }, 'warn'),
      { ...expectation('in-set', 'season', { values: ['autumn'] }), enabled: false },
    ]
    await saveSuite(kernel, caller, { dataset: 'rentals', expectations })
    assert.equal((await validated('rentals')).validation?.verdict, 'warn')
    assert.equal((await launch('rentals@1')).items.length > 0, true)
  })

  it('predicates and patterns that could never be checked are not kept', async () => {
    for (const [bad, words] of [
      [expectation('sql', null, { predicate: "(SELECT count(*) FROM read_csv('/etc/passwd')) > 0" }), /subquery/],
      [expectation('sql', null, { predicate: 'salary > 0' }), /“salary”/],
      [expectation('regex', 'season', { pattern: '(' }), /cannot be parsed/],
    ] as const)
      await assert.rejects(saveSuite(kernel, caller, { dataset: 'rentals', expectations: [bad] }), words)
    for (const bad of [
      expectation('between', 'age', {}),
      expectation('between', 'age', { min: 3, max: 2 }),
      expectation('nothing', 'age', {}),
      expectation('not-null', null, {}),
      expectation('in-set', 'age', { values: [] }),
    ])
      await assert.rejects(saveSuite(kernel, caller, { dataset: 'rentals', expectations: [bad] }), { name: 'ZodError' })
  })

  it('other projects see none of it, and viewers change none of it', async () => {
    const other: Caller = { ...caller, scope: await kernel.project() }
    const { validation } = await showExpectations(kernel, caller, 'rentals')
    await assert.rejects(showExpectations(kernel, other, 'rentals'), { code: 'not_found' })
    await assert.rejects(showValidation(kernel, other, validation!.id), { code: 'not_found' })
    const viewer: Caller = { ...caller, role: 'viewer' }
    assert.equal((await showExpectations(kernel, viewer, 'rentals')).dataset, 'rentals')
    for (const refused of [
      () => saveSuite(kernel, viewer, { dataset: 'rentals', expectations: [] }),
      () => validateVersion(kernel, viewer, 'rentals'),
      () => overrideVersion(kernel, viewer, { dataset: 'rentals', reason: 'because I want to' }),
    ])
      await assert.rejects(refused, { code: 'forbidden' })
  })
})
