import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import type { Role } from '#server/access/contract.ts'
import { trainingRouter } from '#server/api/routers/training.ts'
import { createCallerFactory, router } from '#server/api/trpc.ts'
import { newId } from '#server/kernel/ids.ts'
import type { ProjectScope } from '#server/kernel/scope.ts'
import { type TestKernel, testKernel } from '#server/platform/testing.ts'
import { createDefaultExperiment } from '#server/training/index.ts'
import { addData } from '#server/training/testing.ts'
import { handlers } from '../handlers.ts'
import { startWorkerLoop } from '../runtime/worker-loop.ts'
import { bikes } from './testing.ts'

/** `alive` says `survived` in words, `tens` says `age` in another unit, `sex` says nothing. */
const people = (rows: number): string =>
  [
    'survived,alive,sex,age,tens,class',
    ...Array.from({ length: rows }, (_, i) => {
      const survived = i % 3 === 0
      const age = 20 + ((i * 7) % 41)
      return [
        survived ? 1 : 0,
        survived ? 'yes' : 'no',
        i % 2 ? 'male' : 'female',
        age,
        age * 10 + 3,
        'abc'[i % 5 ? 0 : 1],
      ]
    }),
  ].join('\n')

let kernel: TestKernel
let scope: ProjectScope
before(async () => {
  kernel = await testKernel()
  kernel.log.level = 'fatal'
  scope = await kernel.project()
  await kernel.db.transaction(tx => createDefaultExperiment(tx, scope, 'system:test'))
  const loop = await startWorkerLoop(kernel, newId(), { interactive: 1, compute: 1, maintenance: 1 }, handlers)
  const caller = { actor: { kind: 'user', id: newId() }, scope, role: 'engineer' } as const
  await addData(kernel, caller, 'bikes', await bikes(300), { target: 'cnt', time: 'dteday' })
  await addData(kernel, caller, 'people', people(60), { target: 'survived' })
  await loop.stop()
})
after(() => kernel.close())

const api = (role: Role, project = scope) =>
  createCallerFactory(router({ training: trainingRouter }))({
    kernel,
    requestId: 'test',
    callerIn: async () => ({ actor: { kind: 'user', id: newId() }, scope: project, role }),
    requireAnyone: async () => undefined,
  }).training
const code = (wanted: string) => (error: { code: string }) => error.code === wanted
const wish = { data: 'bikes', target: 'cnt', ignore: ['casual', 'registered'], name: 'counts' }

describe('training routes', () => {
  it('a project has its experiment 0 from the start', async () => {
    const { items } = await api('viewer').list({})
    assert.deepEqual(
      items.map(e => [e.experiment, e.number, e.dataset, e.best]),
      [['Default', 0, null, null]],
    )
    assert.equal((await api('viewer').show({ experiment: 'Default' })).status, 'empty')
  })

  it('the form is told task, split, metrics, trainers, and which columns give the target away', async () => {
    const options = await api('viewer').options({ data: 'bikes', target: 'cnt' })
    assert.deepEqual([options.task, options.split], ['regression', 'time'])
    assert.equal(options.metrics.find(m => m.default)!.id, 'rmse')
    assert.ok(options.trainers.every(t => t.settings > 0))
    const warned = options.columns.filter(c => c.warning).map(c => [c.name, c.warning])
    assert.deepEqual(warned, [
      ['casual', 'casual + registered = cnt'],
      ['registered', 'casual + registered = cnt'],
    ])
    assert.equal(options.columns.find(c => c.name === 'instant')!.used, false)
  })

  it('a column that says the target in other words, or in another unit, gives it away', async () => {
    const warned = async (target: string) =>
      (await api('viewer').options({ data: 'people', target })).columns.filter(c => c.warning).map(c => c.name)
    assert.deepEqual(await warned('survived'), ['alive'])
    assert.deepEqual(await warned('age'), ['tens'])
    assert.deepEqual(await warned('sex'), [])
  })

  it('launching queues a job per run and adds to an experiment of the same name', async () => {
    const first = await api('engineer').launch({ ...wish, trials: 3 })
    assert.deepEqual(
      first.items.map(r => [r.number, r.status, r.trainer]),
      [
        [1, 'queued', 'baseline'],
        [2, 'queued', 'linear'],
        [3, 'queued', 'gbdt'],
      ],
    )
    const more = await api('engineer').launch({ ...wish, trainers: ['linear'], trials: 9, seed: 1 })
    assert.deepEqual([more.number, more.items.length, more.items.at(-1)!.number], [1, 12, 12])
    const [listed] = (await api('viewer').list({})).items
    assert.deepEqual(
      [listed!.experiment, listed!.runs.queued, listed!.dataset, listed!.version],
      ['counts', 12, 'bikes', 1],
    )
    const run = await api('viewer').run({ run: more.items[0]!.run })
    assert.deepEqual([run.id.replaceAll('-', ''), run.dataset, run.target, run.curves], [run.run, 'bikes', 'cnt', null])
    assert.deepEqual(await api('viewer').log({ run: run.run }), { lines: [], next: 0 })
    assert.deepEqual(await api('viewer').curves({ runs: [run.run] }), { items: [] })
  })

  it('without a name, a launch that cannot be compared gets an experiment of its own', async () => {
    const { name, ...unnamed } = wish
    const one = await api('engineer').launch({ ...unnamed, trials: 1 })
    const same = await api('engineer').launch({ ...unnamed, trials: 1 })
    const other = await api('engineer').launch({ ...unnamed, trials: 1, split: 'random' })
    assert.deepEqual([one.experiment, same.experiment, other.experiment], ['bikes-cnt', 'bikes-cnt', 'bikes-cnt-2'])
    assert.ok(name)
  })

  it('two launches at the same time get numbers of their own', async () => {
    const [a, b] = await Promise.all([1, 2].map(() => api('engineer').launch({ ...wish, name: 'both', trials: 5 })))
    assert.equal(a!.number, b!.number)
    const { items } = await api('viewer').show({ experiment: 'both' })
    assert.deepEqual(
      items.map(r => r.number),
      Array.from({ length: 10 }, (_, i) => i + 1),
    )
  })

  it('a viewer may not launch or cancel; what is of another project is not found', async () => {
    const { items } = await api('viewer').show({ experiment: 'counts' })
    const { run } = items[0]!
    await assert.rejects(api('viewer').launch(wish), code('FORBIDDEN'))
    await assert.rejects(api('viewer').cancel({ run }), code('FORBIDDEN'))
    const stranger = api('owner', await kernel.project())
    await assert.rejects(stranger.show({ experiment: 'counts' }), code('NOT_FOUND'))
    await assert.rejects(stranger.launch(wish), code('NOT_FOUND'))
    for (const ask of [stranger.run, stranger.cancel, stranger.log])
      await assert.rejects(ask({ run }), code('NOT_FOUND'))
    await assert.rejects(stranger.curves({ runs: [run] }), code('NOT_FOUND'))
    await assert.rejects(stranger.compare({ runs: [run, items[1]!.run] }), code('NOT_FOUND'))
    await assert.rejects(stranger.run({ run: 'no-such-run' }), code('NOT_FOUND'))
  })
})
