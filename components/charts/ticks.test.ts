import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { logTicks, niceRange, niceTicks, rangeOf, timeTicks, widen } from './ticks.ts'

describe('ranges and ticks', () => {
  it('what is missing or infinite does not stretch a range', () => {
    assert.deepEqual(rangeOf([3, null, Number.NaN, Number.POSITIVE_INFINITY, -1]), { low: -1, high: 3 })
    assert.equal(rangeOf([null, undefined]), null)
  })
  it('a constant gets a range around it', () => {
    assert.deepEqual(widen({ low: 0, high: 0 }), { low: -1, high: 1 })
    const { low, high } = widen({ low: 5, high: 5 })
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
  it('a logarithmic axis has powers of ten around the data', () => {
    assert.deepEqual(logTicks({ low: 0.02, high: 30 }), [0.01, 0.1, 1, 10, 100])
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
