import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import {
  formatDelta,
  formatEstimate,
  formatInterval,
  formatNumber,
  formatRate,
  formatShare,
  formatWithError,
} from './format.ts'

describe('numbers as they are written everywhere', () => {
  it('the digits of an estimate follow its interval', () => {
    assert.equal(formatWithError({ value: 0.875432, low: 0.861, high: 0.889 }), '0.875 ± 0.014')
    assert.equal(formatEstimate({ value: 22711.4321, low: 20_000, high: 25_400 }), '22,711')
    assert.equal(formatInterval({ value: 0.875432, low: 0.8612, high: 0.8893 }), '0.861 to 0.889')
    assert.equal(formatEstimate({ value: 0.875432 }), '0.8754')
    assert.equal(formatWithError({ value: null, low: null, high: null }), '–')
  })

  it('a share is written in percent', () => {
    assert.equal(formatEstimate({ value: 1.44 }, 'percent'), '144 %')
    assert.equal(formatWithError({ value: 1.4412, low: 1.3, high: 1.58 }, 'percent'), '144 ± 14 %')
  })

  it('a difference has the digits of the values it is of', () => {
    const like = { value: 0.75, low: 0.74, high: 0.76 }
    assert.equal(formatDelta(0.0000270123, like), '±0.000')
    assert.equal(formatDelta(-0.0123456, like), '−0.012')
    assert.equal(formatDelta(0.031, { value: 1.44 }, 'percent'), '+3.1 points')
    assert.equal(formatDelta(null, like), '–')
  })

  it('none and all are the only shares written as 0 % and 100 %', () => {
    assert.deepEqual([0, 0.00001, 0.0004, 0.004, 0.04, 0.5, 0.994, 0.9996, 0.99999, 1, 1.44].map(formatShare), [
      '0 %',
      '< 0.01 %',
      '0.04 %',
      '0.4 %',
      '4 %',
      '50 %',
      '99.4 %',
      '99.96 %',
      '> 99.99 %',
      '100 %',
      '144 %',
    ])
    fc.assert(
      fc.property(fc.double({ min: Number.MIN_VALUE, max: 1 - 2 ** -52, noNaN: true }), share => {
        assert.ok(!['0 %', '100 %'].includes(formatShare(share)), `${share}: ${formatShare(share)}`)
      }),
    )
  })

  it('a rate has a whole part', () => {
    assert.deepEqual(
      [0, 1 / 60, 0.5, 1, 12.345, 1234, 1 / 3600, 1 / 90_000].map(r => formatRate(r)),
      ['0 req/s', '1 req/min', '30 req/min', '1 req/s', '12.3 req/s', '1,230 req/s', '1 req/h', '0.04 req/h'],
    )
  })

  it('every number has a text', () => {
    for (const n of [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 0, -0, 1e300, 1e-300])
      for (const text of [formatNumber(n), formatEstimate({ value: n }), formatDelta(n, { value: 1 }), formatShare(n)])
        assert.ok(text.length > 0 && !/undefined|null/.test(text))
  })
})
