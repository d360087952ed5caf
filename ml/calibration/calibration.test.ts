import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import test from 'node:test'
import { createRandom } from '../random.ts'
import { assertClose } from '../testing.ts'
import { logit } from '../trainers/ensemble.ts'
import { type Calibration, compileCalibration, fitCalibration } from './calibration.ts'
import { applyIsotonic, fitIsotonic } from './isotonic.ts'
import { fitPlatt } from './platt.ts'
import { chooseThreshold, type ThresholdChoice } from './threshold.ts'

type Case = {
  p: number[]
  y: number[]
  w: number[] | null
  grid: number[]
  isotonic: number[]
  platt: number[]
  sklearnPlatt: number[]
}
/** bench/golden/make-calibration.py */
const { cases } = JSON.parse(readFileSync(new URL('../../bench/golden/calibration.json', import.meta.url), 'utf8')) as {
  cases: Case[]
}
const f64 = (values: number[] | null) => (values ? Float64Array.from(values) : undefined)

test('isotonic calibration is that of scikit-learn, with ties and weights', () => {
  for (const { p, y, w, grid, isotonic } of cases) {
    const fitted = fitIsotonic(f64(p)!, f64(y)!, f64(w))
    for (const [k, x] of grid.entries()) assertClose(applyIsotonic(fitted, x), isotonic[k]!, 1e-9, `at ${x}`)
  }
})

test('Platt calibration is at the minimum that scikit-learn approaches', () => {
  for (const { p, y, w, platt, sklearnPlatt } of cases) {
    const { slope, offset } = fitPlatt(Float64Array.from(p, logit), f64(y)!, f64(w))
    assertClose(slope, platt[0]!, 1e-9)
    assertClose(offset, platt[1]!, 1e-9)
    assertClose(slope, sklearnPlatt[0]!, 1e-4)
    assertClose(offset, sklearnPlatt[1]!, 1e-4)
  }
})

test('Platt survives perfect scores, one class and one row', () => {
  for (const y of [[0, 0, 1, 1], [1, 1, 1, 1], [0, 0, 0, 0], [1]]) {
    const scores = Float64Array.from(y, code => (code === 1 ? 20 : -20))
    const { slope, offset } = fitPlatt(scores, Float64Array.from(y))
    assert.ok(Number.isFinite(slope) && Number.isFinite(offset))
  }
})

const brier = (truth: Float64Array, predicted: Float64Array, classes: number) => {
  let sum = 0
  for (const [i, code] of truth.entries()) {
    for (let k = 0; k < classes; k++) sum += (predicted[i * classes + k]! - (code === k ? 1 : 0)) ** 2
  }
  return sum / truth.length
}

test('calibrating an overconfident model makes it better on other rows, for two classes and three', () => {
  for (const classes of [2, 3]) {
    const random = createRandom(4)
    const draw = (rows: number) => {
      const truth = new Float64Array(rows)
      const predicted = new Float64Array(rows * classes)
      for (let i = 0; i < rows; i++) {
        truth[i] = random.integer(classes)
        const scores = Array.from({ length: classes }, (_, k) => random.normal() + (truth[i] === k ? 1 : 0))
        // Four times too sure.
        const powers = scores.map(score => Math.exp(4 * score))
        const sum = powers.reduce((a, b) => a + b, 0)
        for (let k = 0; k < classes; k++) predicted[i * classes + k] = powers[k]! / sum
      }
      return { truth, predicted }
    }
    const [known, other] = [draw(3000), draw(3000)]
    const before = brier(other.truth, other.predicted, classes)
    for (const method of ['platt', 'isotonic'] as const) {
      const calibration = fitCalibration(method, known.truth, known.predicted, classes)
      const again = JSON.parse(JSON.stringify(calibration)) as Calibration
      const calibrated = other.predicted.slice()
      compileCalibration(again, classes)(calibrated)
      assert.ok(brier(other.truth, calibrated, classes) < before - 0.05, method)
      for (let i = 0; i < calibrated.length; i += classes) {
        const sum = calibrated.subarray(i, i + classes).reduce((a, b) => a + b, 0)
        assert.ok(Math.abs(sum - 1) < 1e-12)
      }
    }
  }
})

test('a damaged calibration is refused', () => {
  const damaged: unknown[] = [
    { method: 'magic', classes: [] },
    { method: 'platt', classes: [] },
    { method: 'platt', classes: [{ slope: null, offset: 0 }] },
    { method: 'isotonic', classes: [{ x: [0, 1], y: [1, 0] }] },
    { method: 'isotonic', classes: [{ x: [1, 0], y: [0, 1] }] },
    { method: 'isotonic', classes: [{ x: [0], y: [2] }] },
    { method: 'isotonic', classes: [{ x: [], y: [] }] },
  ]
  for (const each of damaged) {
    assert.throws(() => compileCalibration(each as Calibration, 2), /calibration of the model is damaged/)
  }
})

test('a threshold is where its measure is best, checked by trying all', () => {
  const random = createRandom(8)
  const truth = Float64Array.from({ length: 300 }, () => (random.next() < 0.2 ? 1 : 0))
  const probability = Float64Array.from(truth, code => Math.round(20 * (0.7 * random.next() + 0.3 * code)) / 20)
  const count = (value: number) => {
    const c = { hit: 0, alarm: 0, miss: 0, quiet: 0 }
    for (const [i, code] of truth.entries()) {
      if (probability[i]! >= value) c[code === 1 ? 'hit' : 'alarm']++
      else c[code === 1 ? 'miss' : 'quiet']++
    }
    return c
  }
  const measures: [ThresholdChoice, (c: ReturnType<typeof count>) => number][] = [
    [{ by: 'f1' }, c => (2 * c.hit) / (2 * c.hit + c.alarm + c.miss)],
    [{ by: 'balanced_accuracy' }, c => c.hit / (c.hit + c.miss) + c.quiet / (c.quiet + c.alarm)],
    [{ by: 'youden' }, c => c.hit / (c.hit + c.miss) - c.alarm / (c.quiet + c.alarm)],
    [
      {
        by: 'cost',
        cost: [
          [0, 1],
          [7, -1],
        ],
      },
      c => -(c.alarm + 7 * c.miss - c.hit),
    ],
  ]
  for (const [choice, measure] of measures) {
    const { value, words } = chooseThreshold(truth, probability, choice)
    const best = Math.max(...Array.from({ length: 103 }, (_, k) => measure(count(k / 100 - 0.001))))
    assert.ok(Math.abs(measure(count(value)) - best) < 1e-9, choice.by)
    assert.ok(words.endsWith('.'))
  }
})
