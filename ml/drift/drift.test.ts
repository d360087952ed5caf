import assert from 'node:assert/strict'
import test from 'node:test'
import fc from 'fast-check'
import { createRandom } from '../random.ts'
import { upperGamma } from '../statistics/distributions.ts'
import { assertClose, golden } from '../testing.ts'
import { describeDrift, driftOf, ksFromBins } from './drift.ts'
import { ksPValue, ksStatistic } from './kolmogorov.ts'
import { type CategorySummary, mergeSummaries, type NumericSummary, summarizeColumn } from './summary.ts'
import { chiSquare, psi } from './two-sample.ts'

const normals = (count: number, mean: number, deviation: number, seed: number) => {
  const random = createRandom(seed)
  return Float64Array.from({ length: count }, () => mean + deviation * random.normal())
}
const numbers = (values: ArrayLike<number>) => ({ kind: 'numeric' as const, values })
const levels = (values: ArrayLike<string | null>) => ({ kind: 'category' as const, values })

test('KS statistic and p-value equal SciPy’s', () => {
  for (const { a, b, n, m, statistic, pValue } of golden.drift.ks) {
    if (a && b) assertClose(ksStatistic(Float64Array.from(a).sort(), Float64Array.from(b).sort()), statistic, 1e-9)
    // Of the largest pair SciPy was asked for its approximation; ours is exact.
    assertClose(ksPValue(statistic, n, m), pValue, n * m <= 4_000_000 ? 1e-9 : 1e-3)
  }
})

test('PSI, chi-square and the gamma function equal SciPy’s', () => {
  for (const { a, b, psi: expected, statistic, pValue } of golden.drift.tables) {
    assertClose(psi(a, b), expected, 1e-9)
    assertClose(chiSquare(a, b).statistic, statistic, 1e-9)
    assertClose(chiSquare(a, b).pValue, pValue, 1e-9)
  }
  for (const { a, x, q } of golden.drift.gamma) assertClose(upperGamma(a, x), q, 1e-12)
})

test('a shifted number drifts, the same distribution does not', () => {
  const baseline = summarizeColumn(numbers(normals(5000, 0, 1, 1)))
  assert.equal(driftOf(baseline, numbers(normals(800, 0, 1, 2))).drifted, false)
  const drift = driftOf(baseline, numbers(normals(800, 0.5, 1, 3)))
  assert.deepEqual([drift.test, drift.drifted, drift.rows], ['ks', true, 800])
  assert.match(describeDrift('price', drift), /“price” has drifted/)
})

test('a small difference in a large window is no drift, however small its p-value', () => {
  const drift = driftOf(summarizeColumn(numbers(normals(20_000, 0, 1, 1))), numbers(normals(20_000, 0.08, 1, 2)))
  assert.ok(drift.pValue < 0.01 && !drift.drifted)
})

test('false alarms are rare, at any window size', () => {
  const baseline = summarizeColumn(numbers(normals(3000, 0, 1, 1)))
  const random = createRandom(5)
  const draw = (count: number) => Array.from({ length: count }, () => 'abcdefgh'[random.integer(8)]!)
  const shares = summarizeColumn(levels(draw(3000)))
  let alarms = 0
  for (let k = 0; k < 200; k++) {
    if (driftOf(baseline, numbers(normals(30 + k, 0, 1, 100 + k))).drifted) alarms++
    if (driftOf(shares, levels(draw(30 + k))).drifted) alarms++
  }
  assert.ok(alarms <= 8, `${alarms} of 400`)
})

test('categories drift by PSI; new levels count', () => {
  const baseline = summarizeColumn(levels([...Array(300).fill('a'), ...Array(100).fill('b'), null]))
  const same = [...Array(75).fill('a'), ...Array(25).fill('b')]
  assert.equal(driftOf(baseline, levels(same)).drifted, false)
  const drift = driftOf(baseline, levels([...same.slice(0, 70), ...Array(30).fill('new')]))
  assert.deepEqual([drift.test, drift.drifted], ['psi', true])
})

test('numbers with few values are compared value by value', () => {
  const baseline = summarizeColumn(numbers(Array.from({ length: 200 }, (_, i) => i % 3)))
  assert.deepEqual((baseline as NumericSummary).edges, [0, 1])
  assert.equal(driftOf(baseline, numbers(Array(100).fill(2))).test, 'psi')
})

test('too few rows are not judged', () => {
  const drift = driftOf(summarizeColumn(numbers(normals(1000, 0, 1, 1))), numbers([100, 101, Number.NaN]))
  assert.deepEqual([drift.judged, drift.drifted, drift.rows], [false, false, 2])
  assert.match(describeDrift('x', drift), /too few rows \(2\)/)
  const empty = driftOf(summarizeColumn(numbers([])), numbers([]))
  assert.equal(empty.drifted, false)
})

test('summaries are JSON and windows add up to what one summary of all would say', () => {
  fc.assert(
    fc.property(
      fc.array(fc.double({ noNaN: true, min: -1e6, max: 1e6 }), { minLength: 1, maxLength: 200 }),
      fc.array(fc.double({ min: -1e6, max: 1e6 }), { maxLength: 200 }),
      (a, b) => {
        const like = summarizeColumn(numbers([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]))
        const sum = mergeSummaries(
          summarizeColumn(numbers(a), like),
          summarizeColumn(numbers(b), like),
        ) as NumericSummary
        const whole = summarizeColumn(numbers([...a, ...b]), like) as NumericSummary
        assert.deepEqual(JSON.parse(JSON.stringify(sum)), JSON.parse(JSON.stringify(sum)))
        assertClose(sum.mean!, whole.mean!, 1e-9)
        assertClose(sum.squares, whole.squares, 1e-6)
        assert.deepEqual({ ...sum, mean: 0, squares: 0 }, { ...whole, mean: 0, squares: 0 })
      },
    ),
  )
  const category = mergeSummaries(
    summarizeColumn(levels(['a', 'b', null])),
    summarizeColumn(levels(['b', 'c'])),
  ) as CategorySummary
  assert.deepEqual(category, {
    kind: 'category',
    rows: 5,
    missing: 1,
    top: [
      ['b', 2],
      ['a', 1],
      ['c', 1],
    ],
    other: 0,
    distinct: 3,
  })
})

test('merged sketches stay close to the truth', () => {
  let merged = summarizeColumn(numbers(normals(3000, 0, 1, 1)))
  const all = [...normals(3000, 0, 1, 1)]
  for (let k = 0; k < 10; k++) {
    const part = normals(1500, k / 10, 1, 50 + k)
    all.push(...part)
    merged = mergeSummaries(merged, summarizeColumn(numbers(part), merged))
  }
  const exact = Float64Array.from(all).sort()
  assert.ok(ksStatistic((merged as NumericSummary).sketch, exact) < 0.005)
})

test('bins alone give a close lower bound of the KS statistic', () => {
  const baseline = summarizeColumn(numbers(normals(4000, 0, 1, 1))) as NumericSummary
  const values = normals(1000, 0.6, 1, 2)
  const window = summarizeColumn(numbers(values), baseline) as NumericSummary
  const exact = driftOf(baseline, numbers(values)).statistic
  const { statistic, pValue } = ksFromBins(baseline, window)
  assert.ok(statistic <= exact + 0.001 && statistic > exact - 0.05 && pValue < 1e-6)
})

test('levels beyond the fifty largest are pooled, and a baseline with many levels meets itself without drift', () => {
  const many = Array.from({ length: 4000 }, (_, i) => `level ${i % 400}`)
  const baseline = summarizeColumn(levels(many)) as CategorySummary
  assert.deepEqual([baseline.top.length, baseline.distinct, baseline.other], [50, 400, 3500])
  assert.equal(driftOf(baseline, levels(many)).statistic, 0)
})

const emptied = (count: number, present: number) =>
  Array.from({ length: count }, (_, i) => (i < present ? i : Number.NaN))

test('a window that is emptied drifts by its missing cells, whether training had missing cells or not', () => {
  for (const baseline of [
    summarizeColumn(numbers(emptied(500, 480))),
    summarizeColumn(numbers(normals(500, 0, 1, 1))),
    summarizeColumn(levels(Array.from({ length: 500 }, (_, i) => (i < 20 ? null : i % 2 ? 'a' : 'b')))),
    summarizeColumn(levels(Array.from({ length: 500 }, (_, i) => (i % 2 ? 'a' : 'b')))),
  ]) {
    const empty = baseline.kind === 'numeric' ? numbers(Array(60).fill(Number.NaN)) : levels(Array(60).fill(null))
    const drift = driftOf(baseline, empty)
    assert.deepEqual([drift.test, drift.drifted, drift.judged, drift.rows], ['missing', true, true, 0])
    assert.deepEqual([drift.missing.current, drift.missing.rows], [1, 60])
    for (const figure of [drift.statistic, drift.pValue, drift.missing.statistic]) assert.ok(Number.isFinite(figure))
    assert.match(describeDrift('num', drift), /“num” has drifted .*missing cells [04] % → 100 %/)
  }
})

test('a shifted share of missing cells drifts although the present cells did not', () => {
  const baseline = summarizeColumn(numbers([...normals(480, 0, 1, 1), ...Array(20).fill(Number.NaN)]))
  const window = (present: number, missing: number) =>
    driftOf(baseline, numbers([...normals(present, 0, 1, 2), ...Array(missing).fill(Number.NaN)]))
  assert.deepEqual([window(80, 120).test, window(80, 120).drifted], ['missing', true])
  assert.deepEqual([window(192, 8).test, window(192, 8).drifted], ['ks', false])
  // Missing cells that vanish are a change of the source too.
  const half = summarizeColumn(numbers([...normals(300, 0, 1, 1), ...Array(300).fill(Number.NaN)]))
  assert.equal(driftOf(half, numbers(normals(200, 0, 1, 2))).drifted, true)
})

test('when both drift, the test of the present values stays and the missing share is beside it', () => {
  const drift = driftOf(
    summarizeColumn(numbers(normals(2000, 0, 1, 1))),
    numbers([...normals(300, 2, 1, 2), ...Array(100).fill(Number.NaN)]),
  )
  assert.deepEqual([drift.test, drift.drifted, drift.missing.drifted, drift.missing.current], ['ks', true, true, 0.25])
})

test('few missing cells, tiny windows and constant columns are no drift of the missing share', () => {
  const never = summarizeColumn(numbers(normals(3000, 0, 1, 1)))
  const window = (present: number, missing: number) =>
    driftOf(never, numbers([...normals(present, 0, 1, 2), ...Array(missing).fill(Number.NaN)]))
  assert.equal(window(29, 1).drifted, false)
  assert.equal(window(1990, 10).drifted, false, 'half a percent')
  assert.deepEqual([window(0, 29).drifted, window(0, 29).judged], [false, false])
  const constant = summarizeColumn(numbers(Array(200).fill(7)))
  assert.equal(driftOf(constant, numbers(Array(200).fill(7))).drifted, false)
  const nothing = summarizeColumn(numbers(Array(200).fill(Number.NaN)))
  const still = driftOf(nothing, numbers(Array(200).fill(Number.NaN)))
  assert.deepEqual(
    [still.drifted, still.judged, still.missing.judged, still.missing.drifted],
    [false, false, true, false],
  )
})

test('false alarms of the missing share are rare, at any window size', () => {
  const random = createRandom(11)
  const draw = (count: number) => Array.from({ length: count }, () => (random.next() < 0.04 ? null : 'a'))
  const baseline = summarizeColumn(levels(draw(3000)))
  let alarms = 0
  for (let k = 0; k < 400; k++) if (driftOf(baseline, levels(draw(30 + k))).drifted) alarms++
  assert.ok(alarms <= 4, `${alarms} of 400`)
})
