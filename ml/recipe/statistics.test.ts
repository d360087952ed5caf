import assert from 'node:assert/strict'
import test from 'node:test'
import fc from 'fast-check'
import { createRandom } from '../random.ts'
import { meanAndDeviation, modeOf, quantileOf, selectQuantiles } from './statistics.ts'

test('quantiles by selection are those of the sorted values', () => {
  const share = fc.oneof(fc.constantFrom(0, 0.5, 1), fc.double({ min: 0, max: 1, noNaN: true }))
  // Selection tells 0 and −0 not apart.
  const unsigned = (value: number) => Math.fround(value) + 0
  fc.assert(
    fc.property(
      fc.float64Array({ minLength: 1, noNaN: true, noDefaultInfinity: true }),
      fc.array(share, { minLength: 1, maxLength: 3 }),
      (values, shares) => {
        const sorted = values.slice().sort()
        assert.deepEqual(
          selectQuantiles(values.slice(), shares).map(unsigned),
          shares.map(each => unsigned(quantileOf(sorted, each))),
        )
      },
    ),
  )
  // The difference of the two is no number.
  assert.equal(quantileOf(Float64Array.from([-1.7e308, 3.5e293]), 0), -1.7e308)
  assert.equal(quantileOf(Float64Array.from([-1.7e308, 1.7e308]), 0.5), 0)
  const random = createRandom(2)
  for (const make of [() => random.normal(), () => random.integer(5), () => 1]) {
    const many = Float64Array.from({ length: 5000 }, make)
    const sorted = many.slice().sort()
    const shares = [0.5, 0.01, 0.99, 0, 1]
    assert.deepEqual(
      selectQuantiles(many, shares),
      shares.map(each => quantileOf(sorted, each)),
    )
  }
})

test('the mode of equally common values is the smallest; rounding makes no deviation of a constant', () => {
  assert.equal(modeOf(Float64Array.from([3, 1, 2, 3, 1])), 1)
  assert.equal(meanAndDeviation(Float64Array.from([0.1, 0.1, 0.1])).deviation, 0)
})
