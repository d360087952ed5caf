import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import {
  nearestIndex,
  niceRange,
  niceTicks,
  placeMarkers,
  rangeOf,
  scaleX,
  scaleY,
  spreadLabels,
  timeTicks,
  widened,
} from './plot.ts'

describe('ranges and ticks', () => {
  it('what is missing or infinite does not stretch a range', () => {
    assert.deepEqual(rangeOf([3, null, Number.NaN, Number.POSITIVE_INFINITY, -1]), { low: -1, high: 3 })
    assert.equal(rangeOf([null, undefined]), null)
  })
  it('a constant gets a range around it', () => {
    assert.deepEqual(widened({ low: 0, high: 0 }), { low: -1, high: 1 })
    const { low, high } = widened({ low: 5, high: 5 })
    assert.ok(low < 5 && high > 5)
  })
  it('ticks are round, inside, and without rounding noise', () => {
    assert.deepEqual(niceTicks({ low: 0, high: 1 }, 4), [0, 0.25, 0.5, 0.75, 1])
    assert.deepEqual(niceTicks({ low: 0.1, high: 0.35 }, 3), [0.1, 0.2, 0.3])
    assert.deepEqual(niceTicks({ low: -12, high: 31 }, 4), [0, 20])
    assert.deepEqual(niceTicks({ low: 1, high: 3 }, 8, true), [1, 2, 3])
  })
  it('a nice range contains the data and ends at ticks', () => {
    assert.deepEqual(niceRange({ low: 34.2, high: 91.7 }, 4), { low: 20, high: 100 })
    assert.deepEqual(niceRange({ low: 0, high: 1 }, 4), { low: 0, high: 1 })
  })
  it('instants are cut at whole hours of the viewer’s zone', () => {
    const midnight = Date.UTC(2026, 0, 5)
    const hour = 3_600_000
    assert.deepEqual(
      timeTicks({ low: midnight + 1, high: midnight + 24 * hour }, 4).map(t => (t - midnight) / hour),
      [6, 12, 18, 24],
    )
    assert.deepEqual(
      timeTicks({ low: midnight, high: midnight + 24 * hour }, 2, 2 * hour).map(t => (t - midnight) / hour),
      [10, 22],
    )
  })
})

describe('places', () => {
  it('scales put low left and bottom', () => {
    const box = { left: 10, top: 5, width: 100, height: 50 }
    assert.equal(scaleX({ low: 0, high: 2 }, box)(1), 60)
    assert.equal(scaleY({ low: 0, high: 2 }, box)(0), 55)
  })
  it('labels at the end of lines never overlap and keep their order', () => {
    const placed = spreadLabels([50, 51, 49, 10], 13, 0, 100)
    const sorted = [...placed].sort((a, b) => a - b)
    for (let i = 1; i < sorted.length; i++) assert.ok(sorted[i]! - sorted[i - 1]! >= 13)
    assert.ok(placed[2]! < placed[0]! && placed[0]! < placed[1]!)
    assert.equal(placed[3], 10)
  })
  it('labels pushed below the bottom move up together', () => {
    const placed = spreadLabels([99, 100], 13, 0, 100)
    assert.deepEqual(placed, [87, 100])
  })
  it('marker labels share two rows; what has no room keeps only its line', () => {
    const marks = [0, 5, 10, 90].map(x => ({ x, label: `at ${x}` }))
    assert.deepEqual(
      placeMarkers(marks, () => 30, 100).map(m => m.row),
      [0, 1, null, null],
    )
  })
  it('finds the nearest point', () => {
    const points = [0, 1, 2, 10].map(x => ({ x }))
    assert.equal(nearestIndex(points, 1.4), 1)
    assert.equal(nearestIndex(points, 7), 3)
    assert.equal(nearestIndex([], 7), -1)
  })
})
