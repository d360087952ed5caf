import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { after, afterEach, before, describe, it } from 'node:test'
import { applicableParameters, listTrainers, loadPredictor } from '#ml/node.ts'
import type { Caller } from '#server/access/caller.ts'
import { saveRecipe } from '#server/data/index.ts'
import { newId } from '#server/kernel/ids.ts'
import { type TestKernel, testKernel } from '#server/platform/testing.ts'
import { type LaunchInput, launchInput } from '#server/training/contract.ts'
import {
  cancelRun,
  compareRuns,
  launchExperiment,
  readCurves,
  readRunLog,
  showExperiment,
  showRun,
} from '#server/training/index.ts'
import { addData } from '#server/training/testing.ts'
import { handlers } from '../handlers.ts'
import { startWorkerLoop, type WorkerLoop } from '../runtime/worker-loop.ts'
import {
  attemptsOf,
  BRIEF,
  bikes,
  ENDLESS,
  ended,
  isAlive,
  queueRun,
  setParams,
  trainingPid,
  until,
} from './testing.ts'

let kernel: TestKernel
let caller: Caller
let loop: WorkerLoop | undefined

const work = async (variables: Partial<TestKernel['env']> = {}) => {
  const its = Object.assign(Object.create(kernel) as TestKernel, { env: { ...kernel.env, ...variables } })
  loop = await startWorkerLoop(its, newId(), { interactive: 2, compute: 1, maintenance: 1 }, handlers)
}
before(async () => {
  kernel = await testKernel()
  kernel.log.level = 'fatal'
  caller = { actor: { kind: 'user', id: newId() }, scope: await kernel.project(), role: 'engineer' }
  await work()
  await addData(kernel, caller, 'bikes', await bikes(800), { target: 'cnt', time: 'dteday' })
  await loop!.stop()
})
afterEach(() => loop?.stop())
after(() => kernel.close())

const launch = (input: Partial<LaunchInput>) =>
  launchExperiment(
    kernel,
    caller,
    launchInput.parse({ data: 'bikes', target: 'cnt', ignore: ['casual', 'registered'], ...input }),
  )

const allEnded = (experiment: string) =>
  until(async () => {
    const shown = await showExperiment(kernel, caller, experiment)
    return shown.status !== 'running' && shown
  }, 'the end of the experiment')

describe('training', () => {
  it('a saved recipe comes first, the usual after it, and the run says so', async () => {
    await saveRecipe(kernel, caller, {
      name: 'calm',
      steps: [
        { step: 'clip', columns: ['windspeed'], lower: 0.05, upper: 0.95 },
        { step: 'interaction', columns: ['temp', 'hum'], operation: 'multiply', name: 'muggy' },
      ],
    })
    await assert.rejects(launch({ name: 'calm-wrong', recipe: 'calm', ignore: ['windspeed'] }), /“windspeed”/)
    await work()
    await launch({ name: 'calm', recipe: 'calm', trainers: ['linear'], trials: 1 })
    const run = await showRun(kernel, caller, (await allEnded('calm')).items[0]!.id)
    assert.deepEqual([run.status, run.recipeName], ['succeeded', 'calm@1'])
    assert.match(run.recipe[0]!, /^windspeed: kept between/)
    assert.ok(run.recipe.some(words => words === 'muggy: temp times hum.'))
  })

  it('launch → every run done, measured, explained, with a model that loads', async () => {
    const launched = await launch({ name: 'whole' })
    assert.deepEqual([launched.status, launched.task, launched.metric], ['running', 'regression', 'rmse'])
    assert.deepEqual(
      new Set(launched.items.map(r => r.trainer)),
      new Set(listTrainers().map(t => t.id)),
      'all trainers, without AutoML',
    )
    await work()
    const shown = await allEnded('whole')
    assert.deepEqual(
      shown.items.filter(r => r.status !== 'succeeded').map(r => [r.name, r.reason]),
      [],
    )
    assert.notEqual(shown.best!.trainer, 'baseline')
    assert.equal(shown.best!.value, Math.min(...shown.items.map(r => r.metrics.rmse!)))
    assert.equal(shown.items.filter(r => r.best).length, 1)
    for (const item of shown.items) {
      const run = await showRun(kernel, caller, item.run)
      const { value, low, high } = run.measured!
      assert.ok(low! <= value! && value! <= high!)
      assert.ok(run.recipe.length >= 1)
      assert.ok(run.peakMemoryBytes! > 20e6)
      assert.equal(run.environment!.node, process.version)
      assert.equal(run.rowsTrain! + run.rowsValidation!, 800)
      const { bundle } = loadPredictor(await kernel.blobs.readAll(run.digest!))
      const { parameters } = listTrainers().find(t => t.id === run.trainer)!
      const effective = applicableParameters(parameters, 'regression', bundle.parameters)
      assert.deepEqual([bundle.trainer, effective], [run.trainer, run.params])
      assert.ok(!('quantile' in run.params), 'parameters without effect are not stored')
      assert.ok(run.trainMs! > 0 && run.trainMs! <= Date.parse(run.endedAt!) - Date.parse(run.startedAt!))
      assert.equal(run.timing!.trainMs, run.trainMs)
      assert.ok(!bundle.signature.columns.some(c => c.name === 'casual'))
    }
    const network = shown.items.find(r => r.trainer === 'mlp')!
    const { items: curves } = await readCurves(kernel, caller, { runs: [network.run], points: 10 })
    const loss = curves.find(c => c.key === 'validation_loss')!
    assert.ok(loss.total > 10 && loss.points.length >= 5 && loss.points.length <= 10, `${loss.total} points`)
    const ranked = shown.items.map(r => r.run)
    const all = await readCurves(kernel, caller, { runs: ranked, points: 10 })
    const owners = ranked.filter(id => all.items.some(s => s.run === id))
    const first = await readCurves(kernel, caller, { runs: ranked, points: 10, most: 1 })
    assert.ok(owners.length > 0)
    assert.deepEqual(
      [...new Set(first.items.map(s => s.run))],
      owners.slice(0, 1),
      'runs without a curve take no place',
    )
    const { lines, next } = await readRunLog(kernel, caller, network.run, 0)
    assert.match(
      lines.map(l => l.text).join('\n'),
      /Training mlp on bikes v1: 800 rows[\s\S]*Epoch \d+: loss[\s\S]*Finished: rmse/,
    )
    assert.deepEqual((await readRunLog(kernel, caller, network.run, next)).lines, [])
    const linear = shown.items.filter(r => r.trainer === 'linear')
    const compared = await compareRuns(kernel, caller, [linear[0]!.run, linear[1]!.run])
    assert.deepEqual(Object.keys(compared.params)[0], 'alpha')
    assert.ok(compared.same.params.includes('tolerance'))
  })

  it('classes, missing cells and odd column names: two classes and several', async () => {
    await work()
    const cell = (i: number, text: string) => (i % 11 === 0 ? '' : text)
    const rows = Array.from(
      { length: 240 },
      (_, i) =>
        `${cell(i, `${(i * 7) % 50}`)},${cell(i + 3, 'äöü'[i % 3]!)},${(i * 7) % 50 > 25 ? 'yes' : 'no'},${'abc'[i % 3]}`,
    )
    await addData(kernel, caller, 'classes', `"my ""x""",Größe (m²),bought?,kind\n${rows.join('\n')}\n`)
    const two = await launch({ data: 'classes', target: 'bought?', ignore: [], trials: 3 })
    const several = await launch({ data: 'classes', target: 'kind', ignore: [], trials: 3 })
    assert.deepEqual(
      [two.task, two.metric, several.task, several.metric],
      ['binary', 'roc_auc', 'multiclass', 'f1_macro'],
    )
    for (const { experiment } of [two, several]) {
      const shown = await allEnded(experiment)
      assert.deepEqual(
        shown.items.map(r => [r.status, r.reason]),
        [0, 1, 2].map(() => ['succeeded', null]),
      )
      assert.ok(shown.best!.value > 0.8, `${shown.best!.value}`)
      const run = await showRun(kernel, caller, shown.best!.run)
      assert.equal(run.curves!.kind, 'classification')
      assert.ok(run.recipe.some(line => line.includes('my "x"')))
      const { importances, dependence, rows } = run.explanation!
      assert.equal(importances[0]!.name, run.target === 'kind' ? 'Größe (m²)' : 'my "x"')
      assert.equal(dependence[0]!.column, importances[0]!.name)
      assert.equal(rows, run.rowsValidation)
    }
  })

  it('networks train on what the instance says, and the run says why', async () => {
    await work({ FLEXIML_TENSORFLOW: 'wasm' })
    await launch({ name: 'on-wasm', trainers: ['mlp'], trials: 1 })
    const run = await showRun(kernel, caller, (await allEnded('on-wasm')).items[0]!.id)
    assert.equal(run.status, 'succeeded', run.reason ?? '')
    const { name, reason } = run.environment!.backend as { name: string; reason: string }
    assert.deepEqual([name, reason], ['wasm', 'FLEXIML_TENSORFLOW=wasm is set'])
  })

  it('AutoML is one run: what it tried, why the winner won, and a model that loads', async () => {
    await work()
    await launch({ name: 'auto', trainers: ['automl'], trials: 4, minutes: 1 })
    const shown = await allEnded('auto')
    assert.deepEqual(
      shown.items.map(r => [r.status, r.trainer, r.reason]),
      [['succeeded', 'automl', null]],
    )
    const run = await showRun(kernel, caller, shown.items[0]!.run)
    assert.ok(run.leaderboard.length >= 1 && run.leaderboard.length <= 4)
    assert.ok(run.leaderboard.some(row => row.weight > 0))
    assert.ok(run.notes.length >= 2 && run.notes.every(note => note.endsWith('.')))
    const { bundle } = loadPredictor(await kernel.blobs.readAll(run.digest!))
    assert.ok(!bundle.signature.columns.some(c => c.name === 'casual'))
  })

  it('a classifier is weighed, calibrated and given a threshold, and says so; a regression refuses them', async () => {
    await assert.rejects(launch({ name: 'no', calibration: 'platt' }), /Calibration needs probabilities/)
    await assert.rejects(launch({ name: 'no', threshold: 'f1' }), /needs a target of two classes/)
    const rows = Array.from({ length: 300 }, (_, i) => `${(i * 37) % 100},${(i * 37) % 100 > 88 ? 'yes' : 'no'}`)
    await work()
    await addData(kernel, caller, 'rare', `x,hit\n${rows.join('\n')}\n`)
    await launch({
      name: 'decided',
      data: 'rare',
      target: 'hit',
      ignore: [],
      trainers: ['linear'],
      trials: 1,
      classWeights: 'balanced',
      calibration: 'platt',
      threshold: { falseAlarm: 1, miss: 20 },
    })
    const run = await showRun(kernel, caller, (await allEnded('decided')).items[0]!.id)
    assert.equal(run.status, 'succeeded', run.reason ?? '')
    assert.deepEqual(run.decisions, {
      classWeights: 'balanced',
      calibration: 'platt',
      threshold: { falseAlarm: 1, miss: 20 },
    })
    assert.match(run.notes.join('\n'), /calibrated/)
    const { bundle } = loadPredictor(await kernel.blobs.readAll(run.digest!))
    assert.equal(bundle.calibration?.method, 'platt')
    assert.ok(bundle.threshold!.value < 0.5)
  })

  it('the same data, parameters and seed give the same bytes, in another process too', async () => {
    const wish = { trainers: ['linear', 'mlp'], trials: 3, seed: 7 }
    await launch({ ...wish, name: 'once' })
    await launch({ ...wish, name: 'twice' })
    await launch({ ...wish, name: 'other-seed', seed: 8 })
    await work()
    const [once, twice, other] = [await allEnded('once'), await allEnded('twice'), await allEnded('other-seed')]
    const digests = (e: typeof once) => e.items.map(r => r.digest)
    assert.ok(digests(once).every(Boolean), once.items.map(r => r.reason).join())
    assert.ok(digests(twice).every(Boolean), twice.items.map(r => `${r.reasonCode} ${r.reason}`).join())
    assert.deepEqual(digests(twice), digests(once))
    assert.notDeepEqual(digests(other), digests(once))
  })

  it('a queued run that is cancelled ends at once, without a worker', async () => {
    const run = await queueRun(kernel, caller, BRIEF)
    const cancelled = await cancelRun(kernel, caller, run)
    assert.deepEqual([cancelled.status, cancelled.reason], ['cancelled', 'Cancelled before it started.'])
    await work()
    const next = await queueRun(kernel, caller, BRIEF)
    assert.equal((await ended(kernel, caller, next)).status, 'succeeded')
    assert.equal((await showRun(kernel, caller, run)).status, 'cancelled')
    assert.equal((await cancelRun(kernel, caller, run)).status, 'cancelled')
    await assert.rejects(cancelRun(kernel, caller, next), /has already ended \(succeeded\)/)
  })

  it('a running one stops within two seconds, with its process, which never had a key', async () => {
    const run = await queueRun(kernel, caller, ENDLESS)
    await work()
    const pid = await trainingPid(kernel, caller, run)
    const environment = await readFile(`/proc/${pid}/environ`, 'utf8').catch(() => '')
    assert.doesNotMatch(environment, /postgres|FLEXIML|SECRET|KEY/)
    const asked = performance.now()
    await cancelRun(kernel, caller, run)
    const cancelled = await ended(kernel, caller, run)
    assert.ok(performance.now() - asked < 2_000)
    assert.deepEqual([cancelled.status, cancelled.reasonCode], ['cancelled', 'cancelled'])
    assert.equal(cancelled.digest, null)
    await until(async () => !(await isAlive(pid)), 'the end of the process')
  })

  it('a training process that is killed costs one attempt: the run is begun again', async () => {
    const run = await queueRun(kernel, caller, ENDLESS)
    await work()
    const pid = await trainingPid(kernel, caller, run)
    await setParams(kernel, run, BRIEF)
    process.kill(pid, 'SIGKILL')
    const done = await ended(kernel, caller, run)
    assert.equal(done.status, 'succeeded', done.reason ?? '')
    const attempts = await attemptsOf(kernel, caller, run)
    assert.deepEqual(
      attempts.map(a => [a.state, a.reasonCode]),
      [
        ['failed', 'process_crashed'],
        ['succeeded', null],
      ],
    )
    assert.match(attempts[0]!.reason!, /ended by SIGKILL/)
  })

  it('killed twice, the run fails with the reason, and the next one is trained', async () => {
    const run = await queueRun(kernel, caller, ENDLESS)
    await work()
    for (const attempt of [1, 2]) process.kill(await trainingPid(kernel, caller, run, attempt), 'SIGKILL')
    const failed = await ended(kernel, caller, run)
    assert.deepEqual([failed.status, failed.reasonCode], ['failed', 'process_crashed'])
    assert.match(failed.reason!, /ended by SIGKILL.*Tried 2 times/)
    const next = await queueRun(kernel, caller, BRIEF)
    assert.equal((await ended(kernel, caller, next)).status, 'succeeded')
  })

  it('over its memory limit a run is killed once, and says what it had and what it may have', async () => {
    const run = await queueRun(kernel, caller, ENDLESS)
    await work({ TRAINING_MEMORY_MB: 64 })
    const failed = await ended(kernel, caller, run)
    assert.deepEqual([failed.status, failed.reasonCode], ['failed', 'out_of_memory'])
    assert.match(failed.reason!, /used \d+ MB of memory; its limit is 64 MB/)
    assert.equal((await attemptsOf(kernel, caller, run)).length, 1)
  })

  it('runs not begun when the time is up end as cancelled, and say so', async () => {
    const run = await queueRun(kernel, caller, BRIEF, 1e-9)
    await until(async () => kernel.clock.now() > Date.parse((await showRun(kernel, caller, run)).createdAt) + 5, 'time')
    await work()
    const late = await ended(kernel, caller, run)
    assert.deepEqual([late.status, late.reasonCode], ['cancelled', 'time_is_up'])
    assert.match(late.reason!, /time limit of the experiment was reached/)
  })
})

describe('targets from which nothing can be learnt', () => {
  before(async () => {
    await work()
    const rows = Array.from(
      { length: 4000 },
      (_, i) => `${i % 7},1,,word${i},2011-01-${String((i % 28) + 1).padStart(2, '0')},${i % 3 ? 'a' : 'b'}`,
    )
    await addData(kernel, caller, 'odd', `x,same,empty,words,day,kind\n${rows.join('\n')}\n`)
    await loop!.stop()
  })
  const refusals: [string, Partial<LaunchInput>, RegExp][] = [
    ['constant', { target: 'same' }, /same value in every row/],
    ['empty', { target: 'empty' }, /has no values/],
    ['4,000 words', { target: 'words' }, /4,000 different values; at most 200 classes/],
    ['dates', { target: 'day' }, /holds dates/],
    ['absent', { target: 'nope' }, /has no column “nope”/],
    ['text as numbers', { target: 'kind', task: 'regression' }, /no regression can predict/],
    ['several values as yes or no', { target: 'x', task: 'binary' }, /needs two/],
    ['a target that is ignored', { target: 'x', ignore: ['x'] }, /cannot be ignored/],
    ['nothing to learn from', { target: 'x', ignore: ['kind', 'day'] }, /No feature column is left/],
    ['no such trainer', { target: 'x', trainers: ['magic'] }, /There is no trainer “magic”/],
    ['a metric of another task', { target: 'kind', metric: 'rmse' }, /does not measure binary/],
    ['a split by a time that is not there', { target: 'x', ignore: ['day'], split: 'time' }, /needs a time column/],
  ]
  for (const [what, input, words] of refusals)
    it(`${what}: refused in words, and nothing is queued`, async () => {
      await assert.rejects(launch({ data: 'odd', ignore: [], ...input }), (error: Error & { code?: string }) => {
        assert.match(error.message, words)
        return error.code === 'invalid'
      })
    })

  it('a name belongs to one data, target and task', async () => {
    await launch({ data: 'odd', target: 'kind', ignore: [], name: 'mine', trainers: ['baseline'] })
    const again = await launch({ data: 'odd', target: 'kind', ignore: ['x'], name: 'mine', trainers: ['baseline'] })
    assert.deepEqual(
      again.items.map(r => r.number),
      [1, 2],
    )
    await assert.rejects(
      launch({ data: 'odd', target: 'x', ignore: [], name: 'mine' }),
      (error: Error & { code?: string }) => /another target \(kind\)/.test(error.message) && error.code === 'conflict',
    )
  })
})
