import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { NumberColumn } from './number-column.ts'
import { mulberry32 } from './testing.ts'

function profile(values: number[], options: { whole?: boolean; most?: number } = {}) {
  const finite = values.filter(Number.isFinite)
  const column = new NumberColumn({
    low: finite.reduce((a, b) => Math.min(a, b)),
    high: finite.reduce((a, b) => Math.max(a, b)),
    whole: options.whole ?? false,
    most: options.most ?? 100_000,
  })
  const chunks = Array.from({ length: Math.ceil(values.length / 2048) }, (_, i) =>
    Float64Array.from(values.slice(i * 2048, (i + 1) * 2048)),
  )
  for (const chunk of chunks) column.read(chunk, chunk.length)
  const again = column.needsSecondPass()
  if (again) for (const chunk of chunks) column.readAgain(chunk, chunk.length)
  return { column, again }
}

/** As numpy.quantile has it. */
function quantile(sorted: number[], q: number): number {
  const at = q * (sorted.length - 1)
  const low = Math.floor(at)
  return sorted[low]! + ((sorted[low + 1] ?? sorted[low]!) - sorted[low]!) * (at - low)
}
const random = mulberry32(5)
const many = Array.from({ length: 40_000 }, () => Math.exp(3 * random()) - 5 * random())

describe('a column of numbers', () => {
  for (const [name, most] of [
    ['all values told apart', 100_000],
    ['more values than are told apart', 2000],
  ] as const)
    it(`moments, quantiles and histogram are exact: ${name}`, () => {
      const { column, again } = profile(many, { most })
      assert.equal(again, most === 2000)
      const sorted = [...many].sort((a, b) => a - b)
      for (const [q, value] of Object.entries(column.quantiles!)) {
        const wanted = quantile(sorted, Number(q))
        assert.ok(Math.abs(value - wanted) < 1e-9, `${q}: ${value}, wanted ${wanted}`)
      }
      const mean = many.reduce((a, b) => a + b, 0) / many.length
      const variance = many.reduce((sum, x) => sum + (x - mean) ** 2, 0) / (many.length - 1)
      const third = many.reduce((sum, x) => sum + (x - mean) ** 3, 0) / many.length
      const population = (variance * (many.length - 1)) / many.length
      assert.ok(Math.abs(column.spread.mean! - mean) < 1e-9)
      assert.ok(Math.abs(column.spread.sd! - Math.sqrt(variance)) < 1e-9)
      assert.ok(Math.abs(column.spread.skewness! - third / population ** 1.5) < 1e-9)
      assert.equal(column.spread.negatives, many.filter(x => x < 0).length)
      for (const [i, bin] of column.histogram.entries()) {
        const last = i === column.histogram.length - 1
        const inside = many.filter(x => x >= bin.from && (last || x < bin.to)).length
        assert.ok(Math.abs(bin.count - inside) <= 1, `${bin.from}: ${bin.count}, wanted ${inside}`)
      }
      assert.equal(
        column.histogram.reduce((sum, b) => sum + b.count, 0),
        many.length,
      )
    })

  it('different values beyond the limit are estimated within three parts in a hundred', () => {
    const told = profile(many, { most: 8192 }).column.distinct!
    assert.equal(told.distinctExact, false)
    assert.ok(Math.abs(told.distinct / new Set(many).size - 1) < 0.03, String(told.distinct))
    assert.deepEqual(
      profile(
        many.map(x => Math.round(x)),
        { most: 8192 },
      ).column.distinct,
      {
        distinct: new Set(many.map(x => Math.round(x) + 0)).size,
        distinctExact: true,
      },
    )
  })

  it('a frequent value among very many is found and counted exactly', () => {
    const zeros = many.map((x, i) => (i % 3 === 0 ? 0 : x))
    const { column } = profile(zeros, { most: 1000 })
    assert.deepEqual(column.top, [{ value: '0', count: zeros.filter(x => x === 0).length }])
    assert.equal(column.spread.zeros, zeros.filter(x => x === 0).length)
  })

  it('infinite cells and holes are left out of everything else', () => {
    const { column } = profile([1, Number.NaN, 2, Number.POSITIVE_INFINITY, 3, Number.NEGATIVE_INFINITY])
    assert.equal(column.spread.infinite, 2)
    assert.equal(column.spread.mean, 2)
    assert.equal(column.quantiles!['0.5'], 2)
    assert.equal(column.spread.monotone, 'increasing')
  })

  it('order from row to row', () => {
    assert.equal(profile([1, 2, 2, 3]).column.spread.monotone, 'increasing')
    assert.equal(profile([3, 2, 2, 1]).column.spread.monotone, 'decreasing')
    assert.equal(profile([1, 3, 2]).column.spread.monotone, null)
    assert.equal(profile([2, 2, 2]).column.spread.monotone, null)
  })

  it('whole numbers get bins of as many of them, and huge ones overflow nothing', () => {
    const { column } = profile(
      Array.from({ length: 100 }, (_, i) => i),
      { whole: true },
    )
    assert.deepEqual(new Set(column.histogram.map(b => b.count)), new Set([5]))
    const huge = profile([-1.7e308, 0, 1.7e308]).column
    assert.deepEqual([huge.histogram, huge.spread.sd], [[], null])
    assert.equal(huge.quantiles!['0.5'], 0)
  })
})
