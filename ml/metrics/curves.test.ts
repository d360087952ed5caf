import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import test from 'node:test'
import { createRandom } from '../random.ts'
import { assertClose, golden } from '../testing.ts'
import { curvesOf } from './curves.ts'
import { getMetric } from './registry.ts'
import type { Scored } from './types.ts'

type Golden = {
  truth: number[]
  predicted: number[]
  roc: { fpr: number[]; tpr: number[] }
  pr: { precision: number[]; recall: number[] }
  calibration: { observed: number[]; predicted: number[] }
}
/** Values computed by scikit-learn (bench/golden/make-measures.py). */
const { curves: expected } = JSON.parse(
  readFileSync(new URL('../../bench/golden/measures.json', import.meta.url), 'utf8'),
) as { curves: Golden }

const scoredOf = (task: 'regression' | 'binary' | 'multiclass'): Scored => ({
  task,
  truth: Float64Array.from(golden[task].truth),
  predicted: Float64Array.from(golden[task].predicted),
  classCount: golden[task].classCount ?? 0,
})

for (const task of ['regression', 'binary', 'multiclass'] as const) {
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

const binaryCurves = (truth: ArrayLike<number>, predicted: ArrayLike<number>) => {
  const curves = curvesOf(
    { task: 'binary', truth: Float64Array.from(truth), predicted: Float64Array.from(predicted), classCount: 2 },
    ['no', 'yes'],
    1,
  )
  assert.ok(curves.kind === 'classification')
  return curves.byClass[0]!
}

test('ROC, precision–recall and calibration points are scikit-learn’s', () => {
  const { roc, pr, calibration } = binaryCurves(expected.truth, expected.predicted)
  const close = (actual: number[], wanted: number[]) => {
    assert.equal(actual.length, wanted.length)
    for (const [i, value] of wanted.entries()) assertClose(actual[i]!, value, 1e-12)
  }
  close(
    roc.map(p => p.falsePositiveRate),
    expected.roc.fpr,
  )
  close(
    roc.map(p => p.truePositiveRate),
    expected.roc.tpr,
  )
  // scikit-learn ends where all positives are found.
  const ends = expected.pr.recall.length
  close(
    pr.slice(0, ends).map(p => p.precision),
    expected.pr.precision,
  )
  close(
    pr.slice(0, ends).map(p => p.recall),
    expected.pr.recall,
  )
  close(
    calibration.map(b => b.observed),
    expected.calibration.observed,
  )
  close(
    calibration.map(b => b.predicted),
    expected.calibration.predicted,
  )
})

test('every threshold parts all rows, and the metrics at one half are the metrics', () => {
  const scored = scoredOf('binary')
  const { thresholds, gain } = binaryCurves(scored.truth, scored.predicted)
  for (const t of thresholds!) {
    assert.equal(t.truePositives + t.falsePositives + t.falseNegatives + t.trueNegatives, scored.truth.length)
  }
  const half = thresholds!.findLast(t => t.threshold > 0.5)!
  assertClose(
    (half.truePositives + half.trueNegatives) / scored.truth.length,
    getMetric('accuracy').compute(scored),
    1e-12,
  )
  assert.deepEqual([gain![0]!.share, gain![0]!.found], [0, 0])
  assert.deepEqual(gain!.at(-1), { share: 1, found: 1, lift: 1 })
  for (const point of gain!.slice(1)) assertClose(point.lift, point.found / point.share, 1e-12)
})

test('quantile bins hold about as many rows each and all rows together; equal probabilities stay together', () => {
  const random = createRandom(3)
  const p = Float64Array.from({ length: 1003 }, () => random.next() ** 3)
  const truth = p.map(value => Number(random.next() < value))
  const { calibrationQuantile } = binaryCurves(
    truth,
    [...p].flatMap(value => [1 - value, value]),
  )
  assert.deepEqual(
    calibrationQuantile!.map(b => b.rows),
    [101, 100, 100, 101, 100, 100, 101, 100, 100, 100],
  )
  for (const bin of calibrationQuantile!) assert.ok(Math.abs(bin.predicted - bin.observed) < 0.15)
  const tied = binaryCurves([0, 1, 0, 1], [0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5])
  assert.deepEqual(tied.calibrationQuantile, [{ predicted: 0.5, observed: 0.5, rows: 4 }])
})

test('errors that are normal lie on the diagonal of the quantile plot', () => {
  const random = createRandom(8)
  const truth = Float64Array.from({ length: 4000 }, () => 5 * random.normal())
  const curves = curvesOf({ task: 'regression', truth, predicted: truth.map(() => 1), classCount: 0 }, [], 1)
  assert.ok(curves.kind === 'regression')
  for (const { theoretical, sample } of curves.qq!.slice(3, -3)) assert.ok(Math.abs(theoretical - sample) < 0.12)
  const flat = curvesOf({ task: 'regression', truth, predicted: truth, classCount: 0 }, [], 1)
  assert.ok(flat.kind === 'regression' && flat.qq!.length === 0)
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
