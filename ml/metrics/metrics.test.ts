import assert from 'node:assert/strict'
import test from 'node:test'
import { createRandom } from '../random.ts'
import { assertClose, golden } from '../testing.ts'
import { curvesOf } from './curves.ts'
import { defaultMetric, getMetric, isBetter, listMetrics, metricInterval, metricIntervals } from './registry.ts'
import type { Scored } from './types.ts'

const scoredOf = (task: 'regression' | 'binary' | 'multiclass'): Scored => ({
  task,
  truth: Float64Array.from(golden[task].truth),
  predicted: Float64Array.from(golden[task].predicted),
  classCount: golden[task].classCount ?? 0,
})

for (const task of ['regression', 'binary', 'multiclass'] as const) {
  test(`every ${task} metric equals scikit-learn to 1e-9`, () => {
    const scored = scoredOf(task)
    assert.deepEqual(
      listMetrics(task)
        .map(metric => metric.id)
        .sort(),
      Object.keys(golden[task].metrics).sort(),
    )
    for (const [id, expected] of Object.entries(golden[task].metrics)) {
      assertClose(getMetric(id).compute(scored), expected, 1e-9, id)
    }
  })

  test(`${task} curves are JSON of at most 300 points a series`, () => {
    const scored = scoredOf(task)
    const curves = curvesOf(scored, task === 'regression' ? [] : ['a', 'b', 'c', 'd'].slice(0, scored.classCount), 1)
    assert.deepEqual(JSON.parse(JSON.stringify(curves)), curves)
    const longest = (value: unknown): number =>
      Array.isArray(value)
        ? Math.max(value.length, ...value.map(longest))
        : value !== null && typeof value === 'object'
          ? Math.max(0, ...Object.values(value).map(longest))
          : 0
    assert.ok(longest(curves) <= 300)
  })
}

test('metrics without meaning are null, not numbers', () => {
  const oneClass: Scored = {
    task: 'binary',
    truth: Float64Array.of(0, 0),
    predicted: Float64Array.of(0.9, 0.1, 0.8, 0.2),
    classCount: 2,
  }
  const values = metricIntervals(['roc_auc', 'pr_auc', 'accuracy', 'mcc', 'kappa'], oneClass, 1)
  assert.deepEqual(values.roc_auc, { value: null, low: null, high: null })
  assert.equal(values.pr_auc!.value, null)
  assert.equal(values.accuracy!.value, 1)
  assert.equal(values.mcc!.value, 0)
})

test('R² of a constant truth is 1 when perfect, else 0', () => {
  const r2 = getMetric('r2')
  const scored = (predicted: number) => ({
    task: 'regression' as const,
    truth: Float64Array.of(4, 4),
    predicted: Float64Array.of(predicted, predicted),
    classCount: 0,
  })
  assert.equal(r2.compute(scored(4)), 1)
  assert.equal(r2.compute(scored(5)), 0)
})

test('the bootstrap interval is seeded and holds the value', () => {
  const scored = scoredOf('binary')
  const a = metricInterval('roc_auc', scored, 9)
  assert.deepEqual(metricInterval('roc_auc', scored, 9), a)
  assert.notDeepEqual(metricInterval('roc_auc', scored, 10), a)
  assert.ok(a.low! < a.value! && a.value! < a.high!)
})

test('better follows the direction and nothing is worse than undefined', () => {
  assert.ok(isBetter(getMetric('rmse'), 1, 2))
  assert.ok(isBetter(getMetric('r2'), 0.9, 0.8))
  assert.ok(isBetter(getMetric('r2'), -5, Number.NaN))
  assert.ok(!isBetter(getMetric('r2'), Number.NaN, -5))
  for (const task of ['regression', 'binary', 'multiclass'] as const) getMetric(defaultMetric(task))
})

test('a confusion table counts every row once', () => {
  const curves = curvesOf(scoredOf('multiclass'), ['a', 'b', 'c', 'd'], 1)
  assert.ok(curves.kind === 'classification')
  assert.equal(
    curves.confusion.counts.flat().reduce((sum, n) => sum + n, 0),
    golden.multiclass.truth.length,
  )
  const roc = curves.byClass[0]!.roc
  assert.deepEqual([roc[0]!.falsePositiveRate, roc.at(-1)!.truePositiveRate], [0, 1])
})

test('intervals of many rows are as narrow as theory says, though fewer are drawn', () => {
  const random = createRandom(6)
  const rows = 80_000
  const truth = new Float64Array(rows)
  const predicted = Float64Array.from(truth, () => Math.abs(random.normal()))
  const { low, high } = metricInterval('mae', { task: 'regression', truth, predicted, classCount: 0 }, 1)
  const expected = (2 * 1.96 * Math.sqrt(1 - 2 / Math.PI)) / Math.sqrt(rows)
  assert.ok(Math.abs((high! - low!) / expected - 1) < 0.35)
})
