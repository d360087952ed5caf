import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import test from 'node:test'
import fc from 'fast-check'
import { createRandom } from '../random.ts'
import { assertClose, golden } from '../testing.ts'
import { ascendingOrder } from './order.ts'
import {
  defaultMetric,
  getMetric,
  isBetter,
  listMetrics,
  measure,
  metricInterval,
  metricIntervals,
} from './registry.ts'
import type { Scored } from './types.ts'

type Case = Scored & { name: string; weights: number[] | null; metrics: Record<string, number | null> }

/** Values computed by scikit-learn (bench/golden/make-measures.py). */
const cases = (
  JSON.parse(readFileSync(new URL('../../bench/golden/measures.json', import.meta.url), 'utf8')) as { scored: Case[] }
).scored

const TASKS = ['regression', 'binary', 'multiclass'] as const

const scoredOf = (task: (typeof TASKS)[number]): Scored => ({
  task,
  truth: Float64Array.from(golden[task].truth),
  predicted: Float64Array.from(golden[task].predicted),
  classCount: golden[task].classCount ?? 0,
})

const fromCase = ({ task, classCount, truth, predicted, weights }: Case): Scored => ({
  task,
  classCount,
  truth: Float64Array.from(truth),
  predicted: Float64Array.from(predicted),
  ...(weights ? { weights: Float64Array.from(weights) } : {}),
})

for (const each of cases) {
  test(`${each.task} metrics equal scikit-learn to 1e-9: ${each.name}`, () => {
    const scored = fromCase(each)
    assert.deepEqual(
      listMetrics(each.task)
        .map(metric => metric.id)
        .sort(),
      Object.keys(each.metrics).sort(),
    )
    const intervals = metricIntervals(Object.keys(each.metrics), scored, 1)
    for (const [id, expected] of Object.entries(each.metrics)) {
      const { value, reason } = measure(getMetric(id), scored)
      assert.equal(intervals[id]!.value, value, 'sharing work between metrics changes nothing')
      if (expected === null) assert.ok(value === null && reason!.length > 10, id)
      else assertClose(value!, expected, 1e-9, id)
    }
  })
}

for (const task of TASKS) {
  test(`every ${task} metric of the older golden values is as it was`, () => {
    for (const [id, expected] of Object.entries(golden[task].metrics)) {
      assertClose(getMetric(id).compute(scoredOf(task)), expected, 1e-9, id)
    }
  })

  test(`a ${task} weight of two is the row twice, of zero the row left out`, () => {
    const all = scoredOf(task)
    const width = Math.max(1, all.classCount)
    const weights = Float64Array.from(all.truth, (_, i) => i % 3)
    const rows = [...all.truth.keys()].flatMap(i => new Array<number>(i % 3).fill(i))
    const repeated: Scored = {
      ...all,
      truth: Float64Array.from(rows, i => all.truth[i]!),
      predicted: Float64Array.from(rows.flatMap(i => [...all.predicted.slice(i * width, (i + 1) * width)])),
    }
    for (const metric of listMetrics(task)) {
      const [a, b] = [metric.compute({ ...all, weights }), metric.compute(repeated)]
      if (Number.isNaN(b)) assert.ok(Number.isNaN(a), metric.id)
      else assertClose(a, b, 1e-10, metric.id)
    }
  })

  test(`${task} metrics lie in their range and a perfect prediction is best`, () => {
    const scored = scoredOf(task)
    const perfect: Scored = { ...scored, truth: scored.truth.map(Math.abs) }
    perfect.predicted =
      task === 'regression'
        ? perfect.truth.map(value => Math.max(1e-6, value))
        : Float64Array.from({ length: scored.predicted.length }, (_, i) =>
            perfect.truth[Math.floor(i / scored.classCount)] === i % scored.classCount ? 1 : 0,
          )
    for (const metric of listMetrics(task)) {
      const { value } = measure(metric, scored)
      if (value === null) continue
      assert.ok(value >= (metric.range[0] ?? -Infinity) && value <= (metric.range[1] ?? Infinity), metric.id)
      const best = metric.compute(perfect)
      assert.ok(best === value || isBetter(metric, best, value), metric.id)
      assert.ok(metric.label.length > 0 && metric.help.endsWith('.'))
    }
  })
}

test('metrics without meaning are null with the reason, not numbers', () => {
  const oneClass: Scored = {
    task: 'binary',
    truth: Float64Array.of(0, 0),
    predicted: Float64Array.of(0.9, 0.1, 0.8, 0.2),
    classCount: 2,
  }
  const values = metricIntervals(
    ['roc_auc', 'pr_auc', 'accuracy', 'mcc', 'kappa', 'f1', 'recall', 'balanced_accuracy'],
    oneClass,
    1,
  )
  const { reason, ...rest } = values.roc_auc!
  assert.deepEqual(rest, { value: null, low: null, high: null })
  assert.match(reason!, /one class/)
  assert.equal(values.pr_auc!.value, null)
  assert.equal(values.accuracy!.value, 1)
  // No row of one class: these would be 0 or 1 whatever the model.
  for (const id of ['mcc', 'kappa', 'f1', 'recall', 'balanced_accuracy']) assert.equal(values[id]!.value, null, id)
  const none = { ...oneClass, truth: new Float64Array(0), predicted: new Float64Array(0) }
  assert.match(metricInterval('accuracy', none, 1).reason!, /no rows/)
  assert.match(metricInterval('accuracy', { ...oneClass, weights: Float64Array.of(0, 0) }, 1).reason!, /weight/)
  assert.match(
    metricInterval('log_loss', { ...oneClass, predicted: Float64Array.of(Number.NaN, 1, 0, 1) }, 1).reason!,
    /finite/,
  )
})

test('AUC does not change under monotone transforms, and turns around with the sign', () => {
  const row = fc.record({ p: fc.double({ min: 0, max: 1, noNaN: true }), y: fc.boolean() })
  fc.assert(
    fc.property(fc.array(row, { minLength: 2, maxLength: 60 }), rows => {
      const auc = (transform: (p: number) => number) =>
        getMetric('roc_auc').compute({
          task: 'binary',
          classCount: 2,
          truth: Float64Array.from(rows, r => Number(r.y)),
          predicted: Float64Array.from(rows.flatMap(r => [0, transform(Math.round(r.p * 100) / 100)])),
        })
      const plain = auc(p => p)
      if (Number.isNaN(plain)) return
      assertClose(
        auc(p => Math.exp(3 * p) - 7),
        plain,
        1e-12,
      )
      assertClose(
        auc(p => -p),
        1 - plain,
        1e-12,
      )
      // Mann and Whitney's count of pairs is the same number.
      let [pairs, won] = [0, 0]
      for (const a of rows) {
        for (const b of rows) {
          if (!a.y || b.y) continue
          pairs++
          const gap = Math.round(a.p * 100) - Math.round(b.p * 100)
          won += gap > 0 ? 1 : gap === 0 ? 0.5 : 0
        }
      }
      assertClose(plain, won / pairs, 1e-12)
    }),
  )
})

test('the radix order is that of a stable comparison sort', () => {
  const value = fc.oneof(fc.double({ noNaN: true }), fc.integer({ min: -3, max: 3 }), fc.constant(-0))
  fc.assert(
    fc.property(fc.array(value, { minLength: 400, maxLength: 900, size: 'max' }), values => {
      const array = Float64Array.from(values)
      const expected = [...array.keys()].sort((a, b) =>
        array[a]! < array[b]! ? -1 : array[a]! > array[b]! ? 1 : a - b,
      )
      assert.deepEqual([...ascendingOrder(array)], expected)
    }),
    { numRuns: 30 },
  )
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
  for (const task of TASKS) getMetric(defaultMetric(task))
})

test('intervals of many rows are as narrow as theory says, though only a part is resampled', () => {
  const random = createRandom(6)
  const rows = 80_000
  const truth = new Float64Array(rows)
  const predicted = Float64Array.from(truth, () => Math.abs(random.normal()))
  const { value, low, high } = metricInterval('mae', { task: 'regression', truth, predicted, classCount: 0 }, 1)
  const expected = (2 * 1.96 * Math.sqrt(1 - 2 / Math.PI)) / Math.sqrt(rows)
  assert.ok(Math.abs((high! - low!) / expected - 1) < 0.25)
  assert.ok(low! < value! && value! < high!)
})

test('bootstrap intervals hold the true value about 95 times of 100', () => {
  let held = 0
  for (let k = 0; k < 200; k++) {
    const random = createRandom(1000 + k)
    const truth = Float64Array.from({ length: 100 }, () => random.normal())
    const { low, high } = metricInterval(
      'rmse',
      { task: 'regression', truth, predicted: truth.map(() => 0), classCount: 0 },
      k,
    )
    if (low! <= 1 && 1 <= high!) held++
  }
  assert.ok(held > 175 && held < 200, `${held} of 200`)
})
