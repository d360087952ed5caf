import assert from 'node:assert/strict'
import test from 'node:test'
import type { Explanation, PartialDependence } from '#ml/index.ts'
import { dependencePoints, dependenceSentence, importanceSentence } from './describe-explanation.ts'

const explanation: Explanation = {
  metric: 'rmse',
  base: { value: 2, low: null, high: null },
  rows: 200,
  importances: [{ name: 'price', value: 1.5, low: 1.4, high: 1.6 }],
  measured: 1,
  skipped: 0,
  dependence: [],
}
const dependence: PartialDependence = {
  column: 'price',
  type: 'number',
  grid: [1, 2],
  shares: [0.5, 0.5],
  rows: 3,
  average: [[10, 20]],
  curves: [
    [9, 19],
    [10, 20],
    [11, 21],
  ],
}

test('importance is said in the metric’s own words, with what was left out', () => {
  assert.equal(importanceSentence(explanation), 'Shuffling price worsens RMSE by 1.5 (200 rows).')
  assert.match(importanceSentence({ ...explanation, skipped: 2 }), /2 more columns were not computed in time\.$/)
  assert.match(
    importanceSentence({ ...explanation, importances: [{ name: 'a', value: 0 }] }),
    /^No column has a significant importance/,
  )
})

test('dependence names its ends and tints where most rows are', () => {
  assert.match(dependenceSentence(dependence, 'prediction'), /lowest, 10, at 1 and highest, 20, at 2;/)
  assert.match(dependenceSentence({ ...dependence, grid: ['red', 'blue'] }, 'prediction'), /highest, 20, at “blue”/)
  const yesNo = { ...dependence, type: 'boolean' as const, grid: [0, 1] }
  assert.match(dependenceSentence(yesNo, 'probability'), /lowest, 10, at no and highest, 20, at yes;/)
  assert.deepEqual(dependencePoints(dependence)[0], { x: 1, y: 10, low: 9, high: 11 })
})

test('places of a time column are dates', () => {
  const time = { ...dependence, type: 'datetime' as const, grid: [1.32e12, 1.35e12] }
  assert.match(dependenceSentence(time, 'prediction'), /lowest, 10, at 2011-10-30 and highest, 20, at 2012-10-12;/)
})
