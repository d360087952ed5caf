import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { eq } from 'drizzle-orm'
import { metricPoints, metricSeries } from '#db/schema/index.ts'
import type { ProjectScope } from '#server/kernel/scope.ts'
import { type TestKernel, testKernel } from '#server/platform/testing.ts'
import { insertExperiment, insertRuns } from '../store.ts'
import { appendPoints, dropPoints, type MetricPoint, readPoints } from './store.ts'

let kernel: TestKernel
let scope: ProjectScope
before(async () => {
  kernel = await testKernel()
  scope = await kernel.project()
})
after(() => kernel.close())

let made = 0
const newRun = () =>
  kernel.db.transaction(async tx => {
    const by = { createdBy: 'system:test' }
    const experiment = await insertExperiment(tx, scope, { ...by, name: `e${++made}`, settings: {} })
    const run = { ...by, trainer: 'x', params: {}, seed: 0, state: 'running' }
    const [row] = await insertRuns(tx, experiment, [{ ...run, name: n => `x-${n}` }])
    return row!.id
  })
const append = (run: string, points: MetricPoint[]) => kernel.db.transaction(tx => appendPoints(tx, scope, run, points))
const at = (step: number, value: number, key = 'loss'): MetricPoint => ({ key, step, time: step, value })
const seriesOf = (run: string) => kernel.db.select().from(metricSeries).where(eq(metricSeries.runId, run))

describe('metric points', () => {
  it('last, least and greatest are kept as points come, in whatever order and batches', async () => {
    const run = await newRun()
    await append(run, [at(3, 5), at(1, 9)])
    await append(run, [at(2, -1), at(4, 2)])
    const [series] = await seriesOf(run)
    const { last, lastStep, min, minStep, max, maxStep, count } = series!
    assert.deepEqual([last, lastStep, min, minStep, max, maxStep, count], [2, 4, -1, 2, 9, 1, 4])
  })

  it('NaN and infinite values are stored; NaN is least or greatest only when alone', async () => {
    const run = await newRun()
    await append(run, [at(1, Number.NaN)])
    assert.ok(Number.isNaN((await seriesOf(run))[0]!.max))
    await append(run, [at(2, 7), at(3, Number.NaN), at(4, Number.NEGATIVE_INFINITY)])
    await append(run, [at(5, Number.NaN)])
    const [series] = await seriesOf(run)
    assert.deepEqual([series!.min, series!.max, series!.minStep, series!.maxStep], [Number.NEGATIVE_INFINITY, 7, 4, 2])
    assert.ok(Number.isNaN(series!.last))
    const points = await readPoints(kernel.db, [series!.id], 100)
    assert.deepEqual(
      points.map(p => p.value),
      [null, 7, null, null, null],
    )
  })

  it('the same points sent twice are there once', async () => {
    const run = await newRun()
    await append(run, [at(1, 1), at(2, 2)])
    await append(run, [at(1, 1), at(2, 2)])
    const [series] = await seriesOf(run)
    assert.equal((await readPoints(kernel.db, [series!.id], 100)).length, 2)
    assert.equal(series!.count, 2)
  })

  it('a long series is bucketed and keeps its only spike', async () => {
    const run = await newRun()
    const values = Array.from({ length: 12_000 }, (_, i) => at(i, i === 7_777 ? 1e6 : Math.sin(i / 900)))
    await append(run, [...values, ...values.map(p => ({ ...p, key: 'other', value: -p.value }))])
    const all = await seriesOf(run)
    const points = await readPoints(
      kernel.db,
      all.map(s => s.id),
      200,
    )
    const mine = points.filter(p => p.seriesId === all.find(s => s.key === 'loss')!.id)
    assert.ok(mine.length <= 200 && mine.length >= 100, `${mine.length} points`)
    assert.ok(mine.some(p => p.step === 7_777 && p.value === 1e6))
    assert.deepEqual(
      mine.map(p => p.step),
      mine.map(p => p.step).toSorted((a, b) => a - b),
    )
  })

  it('what an attempt wrote can be taken away, and nothing else', async () => {
    const [run, other] = [await newRun(), await newRun()]
    await append(run, [at(1, 1)])
    await append(other, [at(1, 1)])
    const [gone] = await seriesOf(run)
    await kernel.db.transaction(tx => dropPoints(tx, scope, run))
    assert.deepEqual(await seriesOf(run), [])
    assert.deepEqual(await kernel.db.select().from(metricPoints).where(eq(metricPoints.seriesId, gone!.id)), [])
    assert.equal((await seriesOf(other)).length, 1)
  })
})
