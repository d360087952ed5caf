import assert from 'node:assert/strict'
import test from 'node:test'
import fc from 'fast-check'
import { createRandom } from '../../random.ts'
import { ksStatistic } from '../kolmogorov.ts'
import { addToDistinct, emptyDistinct, estimateDistinct, mergeDistinct } from './distinct.ts'
import { addToQuantiles, emptyQuantiles, ksOfSketches, mergeQuantiles, quantileOf, rankOf } from './quantiles.ts'
import { addToTopLevels, emptyTopLevels, mergeTopLevels } from './top-levels.ts'

const parts = <T>(item: fc.Arbitrary<T>, most = 400) =>
  fc.array(fc.array(item, { maxLength: most, size: 'max' }), { minLength: 1, maxLength: 6, size: 'max' })

test('ranks of merged quantile sketches lie within the error they state, in any order of merging', () => {
  const value = fc.oneof(fc.integer({ min: -20, max: 20 }), fc.double({ min: -20, max: 20, noNaN: true }))
  fc.assert(
    fc.property(parts(value), fc.boolean(), (groups, backwards) => {
      const sketches = groups.map(group => addToQuantiles(emptyQuantiles(16), group))
      if (backwards) sketches.reverse()
      const merged = sketches.reduce(mergeQuantiles)
      const all = groups.flat()
      assert.equal(merged.count, all.length)
      assert.equal(
        merged.levels.reduce((sum, level, h) => sum + level.length * 2 ** h, 0),
        all.length,
      )
      if (all.length === 0) return
      assert.deepEqual([merged.min, merged.max], [Math.min(...all), Math.max(...all)])
      for (const x of [-25, -7.5, -1, 0, 0.3, 4, 12, 25, all[0]!]) {
        const exact = all.filter(each => each <= x).length
        assert.ok(Math.abs(rankOf(merged, x) * all.length - exact) <= merged.error + 1e-6)
      }
      assert.ok(merged.levels.every(level => level.length < 16))
    }),
    { numRuns: 60 },
  )
})

test('a sketch of windows is as good as one of everything, and small', () => {
  const random = createRandom(4)
  const windows = Array.from({ length: 40 }, (_, w) =>
    Float64Array.from({ length: 5000 }, () => w / 40 + random.normal()),
  )
  const merged = windows.map(values => addToQuantiles(emptyQuantiles(), values)).reduce(mergeQuantiles)
  const all = Float64Array.from(windows.flatMap(values => [...values])).sort()
  assert.ok(merged.error / merged.count < 0.01)
  for (const share of [0.01, 0.25, 0.5, 0.9, 0.999]) {
    const value = quantileOf(merged, share)!
    let rank = 0
    while (rank < all.length && all[rank]! <= value) rank++
    assert.ok(Math.abs(rank / all.length - share) < 0.005)
  }
  assert.ok(merged.levels.flat().length < 9000)
  const other = addToQuantiles(
    emptyQuantiles(),
    all.map(value => value + 0.2),
  )
  const { statistic, error } = ksOfSketches(merged, other)
  const exact = ksStatistic(
    all,
    all.map(value => value + 0.2),
  )
  assert.ok(Math.abs(statistic - exact) <= error && error < 0.02)
  assert.deepEqual(JSON.parse(JSON.stringify(merged)), merged)
})

test('an empty sketch has no quantile, missing cells are left out, unequal ones do not merge', () => {
  assert.equal(quantileOf(emptyQuantiles(), 0.5), null)
  const sketch = addToQuantiles(emptyQuantiles(), [Number.NaN, 2, Number.POSITIVE_INFINITY, 1])
  assert.deepEqual([sketch.count, quantileOf(sketch, 0), quantileOf(sketch, 0.5), quantileOf(sketch, 1)], [2, 1, 1, 2])
  assert.throws(() => mergeQuantiles(sketch, emptyQuantiles(16)), /capacity/)
})

test('counts of frequent levels are never too large, short by no more than stated, and nothing frequent is lost', () => {
  const level = fc.oneof(
    { weight: 3, arbitrary: fc.constantFrom('a', 'b', 'c') },
    { weight: 1, arbitrary: fc.integer({ min: 0, max: 40 }).map(String) },
  )
  fc.assert(
    fc.property(parts(level, 120), groups => {
      const merged = groups.map(group => addToTopLevels(emptyTopLevels(6), group)).reduce(mergeTopLevels)
      const all = groups.flat()
      const exact = new Map<string, number>()
      for (const each of all) exact.set(each, (exact.get(each) ?? 0) + 1)
      assert.equal(merged.count, all.length)
      assert.ok(merged.levels.length <= 6 && merged.error <= all.length / 7)
      const kept = new Map(merged.levels)
      for (const [name, count] of exact) {
        const estimate = kept.get(name) ?? 0
        assert.ok(estimate <= count && estimate >= count - merged.error)
      }
    }),
  )
})

test('merged distinct counts equal one of everything, and are within a few per cent', () => {
  fc.assert(
    fc.property(parts(fc.oneof(fc.string(), fc.double(), fc.integer({ min: 0, max: 50 })), 60), groups => {
      const merged = groups.map(group => addToDistinct(emptyDistinct(), group)).reduce(mergeDistinct)
      assert.deepEqual(merged, addToDistinct(emptyDistinct(), groups.flat()))
    }),
    { numRuns: 40 },
  )
  for (const count of [1, 30, 1000, 20_000, 150_000]) {
    const texts = addToDistinct(
      emptyDistinct(),
      Array.from({ length: count }, (_, i) => `customer ${i}`),
    )
    const numbers = addToDistinct(
      emptyDistinct(),
      Float64Array.from({ length: 2 * count }, (_, i) => i % count),
    )
    for (const sketch of [texts, numbers]) {
      assert.ok(Math.abs(estimateDistinct(sketch) / count - 1) < 0.08, `${count}: ${estimateDistinct(sketch)}`)
    }
  }
  assert.equal(Math.round(estimateDistinct(addToDistinct(emptyDistinct(), [null, Number.NaN]))), 0)
})
