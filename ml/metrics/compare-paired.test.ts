import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { describe, it } from 'node:test'
import { createRandom } from '../random.ts'
import { correctedResampledT, holm } from '../statistics/corrected-t.ts'
import { assertClose } from '../testing.ts'
import { warnAboutClasses } from './class-warnings.ts'
import { comparePaired, scaleToAll } from './compare-paired.ts'
import { compareAreas } from './delong.ts'
import { combineMoments, momentsOf } from './moments.ts'
import { getMetric, metricIntervals } from './registry.ts'
import type { Scored } from './types.ts'

interface Pair {
  truth: number[]
  a: number[]
  b: number[]
  delong?: { a: number; b: number; variance: number }
  errors: Record<string, number>
  pValues: Record<string, number>
}
/** Computed with SciPy and scikit-learn (bench/golden/make-paired.py). */
const golden = JSON.parse(readFileSync(new URL('../../bench/golden/paired.json', import.meta.url), 'utf8')) as {
  binary: Pair[]
  regression: Pair[]
  folds: {
    differences: number[]
    rowsTrain: number
    rowsValidation: number
    low: number
    high: number
    p: number
  }[]
  holm: { p: number[]; adjusted: number[] }[]
}

const binaryOf = (truth: ArrayLike<number>, scores: readonly number[]): Scored => ({
  task: 'binary',
  classCount: 2,
  truth: Float64Array.from(truth),
  predicted: Float64Array.from(scores.flatMap(p => [1 - p, p])),
})
const regressionOf = (truth: number[], predicted: number[]): Scored => ({
  task: 'regression',
  classCount: 0,
  truth: Float64Array.from(truth),
  predicted: Float64Array.from(predicted),
})

describe('a difference on the same rows', () => {
  for (const [at, { truth, a, b, delong }] of golden.binary.entries())
    it(`of areas under the ROC curve has DeLong’s variance, case ${at + 1}`, () => {
      const areas = compareAreas(truth, 1, Float64Array.from(a), Float64Array.from(b))!
      assertClose(areas.a, delong!.a, 1e-12)
      assertClose(areas.b, delong!.b, 1e-12)
      assertClose(areas.variance, delong!.variance, 1e-12)
    })

  for (const [task, pairs] of [
    ['binary', golden.binary],
    ['regression', golden.regression],
  ] as const)
    for (const [at, { truth, a, b, errors, pValues }] of pairs.entries())
      it(`of other metrics has the standard error of formula or bootstrap, ${task} case ${at + 1}`, () => {
        const of = (scores: number[]) => (task === 'binary' ? binaryOf(truth, scores) : regressionOf(truth, scores))
        for (const result of comparePaired(Object.keys(errors), of(a), of(b), 1)) {
          const expected = errors[result.metric]!
          const error = (result.high! - result.low!) / 2 / 1.97
          assert.ok(Math.abs(error / expected - 1) < 0.15, `${result.metric}: ${error} for ${expected}`)
          const p = pValues[result.metric]
          // Where a formula exists the verdict is its verdict, unless p is as good as 0.05.
          if (p !== undefined && Math.abs(p - 0.05) > 0.02)
            assert.equal(result.verdict === 'tied', p >= 0.05, `${result.metric}: ${result.p} for ${p}`)
          assert.equal(result.verdict === 'tied', result.low! <= 0 && result.high! >= 0, 'verdict and interval agree')
        }
      })

  it('is found where the intervals of the two values overlap', () => {
    const random = createRandom(7)
    const truth = Array.from({ length: 400 }, () => random.normal() * 20)
    const shared = truth.map(() => random.normal() * 10)
    const a = truth.map((value, i) => value + shared[i]! + random.normal())
    const b = truth.map((value, i) => value + shared[i]! * 1.15 + random.normal())
    const [x, y] = [regressionOf(truth, a), regressionOf(truth, b)]
    const [before, after] = [metricIntervals(['rmse'], x, 1).rmse!, metricIntervals(['rmse'], y, 1).rmse!]
    assert.ok(after.low! < before.high!, 'overlap')
    const [result] = comparePaired(['rmse'], x, y, 1)
    assert.equal(result!.verdict, 'worse')
    assert.equal(comparePaired(['rmse'], y, x, 1)[0]!.verdict, 'better')
  })

  it('of a model with itself is zero and tied', () => {
    const { truth, a } = golden.binary[0]!
    for (const result of comparePaired(['roc_auc', 'f1', 'log_loss'], binaryOf(truth, a), binaryOf(truth, a), 1))
      assert.deepEqual([result.difference, result.p, result.verdict], [0, 1, 'tied'])
  })

  it('is not judged with few rows of a class, or where a metric has no value', () => {
    const truth = Array.from({ length: 60 }, (_, i) => (i < 4 ? 1 : 0))
    const scores = truth.map((_, i) => i / 60)
    const [few] = comparePaired(['f1'], binaryOf(truth, scores), binaryOf(truth, scores.toReversed()), 1)
    assert.deepEqual([few!.verdict, few!.p], ['unknown', null])
    const none = truth.map(() => 0)
    const [empty] = comparePaired(['roc_auc'], binaryOf(none, scores), binaryOf(none, scores), 1)
    assert.deepEqual([empty!.verdict, empty!.difference], ['unknown', null])
  })

  it('of a part of the rows is that of all of them with their smaller error', () => {
    const { truth, a, b } = golden.regression[0]!
    const [part] = comparePaired(['rmse'], regressionOf(truth, a), regressionOf(truth, b), 1)
    const whole = scaleToAll(part!, { base: 5, other: 6, kept: 300, measured: 1200 })
    assert.deepEqual([whole.base, whole.other, whole.difference], [5, 6, 1])
    assertClose((whole.high! - whole.low!) / (part!.high! - part!.low!), 0.5, 0.01)
    assert.equal(whole.verdict, 'worse')
  })

  it('is tied about 95 times of 100 when there is none', () => {
    const random = createRandom(3)
    let tied = 0
    for (let n = 0; n < 200; n++) {
      const truth = Array.from({ length: 80 }, () => random.normal())
      const near = () => truth.map(value => value + random.normal())
      const [result] = comparePaired(['rmse'], regressionOf(truth, near()), regressionOf(truth, near()), n)
      tied += result!.verdict === 'tied' ? 1 : 0
    }
    assert.ok(tied >= 180 && tied <= 198, String(tied))
  })
})

describe('means over rows', () => {
  it('give the value of the metric they stand for', () => {
    const weights = (rows: number) => new Float64Array(rows).map((_, i) => (i % 2 === 0 ? 2 : 0))
    const [binary, numbers] = [golden.binary[0]!, golden.regression[0]!]
    for (const [ids, scored] of [
      [['accuracy', 'log_loss', 'brier'], binaryOf(binary.truth, binary.a)],
      [['rmse', 'mae', 'r2'], regressionOf(numbers.truth, numbers.a)],
    ] as const)
      for (const id of ids) {
        const drawn = weights(scored.truth.length)
        const value = getMetric(id).compute({ ...scored, weights: drawn })
        assertClose(combineMoments(momentsOf(id, scored)!, drawn), value, 1e-10, id)
      }
  })
})

describe('several comparisons', () => {
  for (const each of golden.folds)
    it(`by fold use the corrected t-test: ${each.differences.join(', ')}`, () => {
      const tested = correctedResampledT(each.differences.map(difference => ({ ...each, difference })))!
      assertClose(tested.low, each.low, 1e-9)
      assertClose(tested.high, each.high, 1e-9)
      assertClose(tested.p, each.p, 1e-9)
    })
  for (const { p, adjusted } of golden.holm)
    it(`are corrected for their number: ${p.join(', ')}`, () => {
      for (const [i, value] of holm(p).entries()) assertClose(value, adjusted[i]!, 1e-12)
    })
})

describe('few rows of a class', () => {
  it('make a wide interval instead of a certain 1', () => {
    const truth = [1, ...new Array<number>(47).fill(0)]
    const scores = truth.map(code => (code === 1 ? 0.9 : 0.1))
    const metrics = metricIntervals(['roc_auc', 'f1', 'mcc', 'accuracy'], binaryOf(truth, scores), 1)
    for (const id of ['roc_auc', 'f1']) {
      assert.equal(metrics[id]!.value, 1)
      assertClose(metrics[id]!.low!, 0.2065, 1e-3, id)
      assert.equal(metrics[id]!.high, 1)
    }
    assert.ok(metrics.mcc!.low! < -0.5)
    assert.equal(metrics.accuracy!.low, 1, 'counts all rows')
  })

  it('and classes without rows or predictions are named', () => {
    assert.deepEqual(
      warnAboutClasses({
        classes: ['good', 'bad'],
        counts: [
          [97, 0],
          [6, 0],
        ],
      }),
      [{ code: 'predicts_one_class', facts: { class: 'good', rows: 103, missed: 6 } }],
    )
    assert.deepEqual(
      warnAboutClasses({
        classes: ['a', 'b', 'c'],
        counts: [
          [20, 0, 0],
          [1, 2, 0],
          [0, 0, 0],
        ],
      }),
      [
        { code: 'class_missing', facts: { classes: ['c'], rows: 23 } },
        { code: 'class_rare', facts: { class: 'b', rows: 3 } },
      ],
    )
    assert.deepEqual(
      warnAboutClasses({
        classes: ['a', 'b'],
        counts: [
          [0, 0],
          [0, 9],
        ],
      }),
      [{ code: 'class_missing', facts: { classes: ['a'], rows: 9 } }],
      'with one true class, one predicted class is right',
    )
  })
})
