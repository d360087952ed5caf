import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import test from 'node:test'
import fc from 'fast-check'
import type { Frame, FrameColumn } from '../frame/frame.ts'
import { createRandom } from '../random.ts'
import { assertClose } from '../testing.ts'
import { binNumbers } from './bins.ts'
import { classifierTest } from './classifier-test.ts'
import { kolmogorovTail, ksPValue, ksStatistic } from './kolmogorov.ts'
import { andersonDarling, cramerVonMises, mannWhitney, normedWasserstein, wasserstein } from './samples.ts'
import { adjustPValues, chooseDriftTest, listDriftTests, runDriftTest } from './tests.ts'
import { chiSquare, chiSquareFit, hellinger, jensenShannon, klDivergence, proportionTest, psi } from './two-sample.ts'

type Pair = [number, number]
type Golden = {
  samples: {
    a: number[]
    b: number[]
    ks: Pair
    wasserstein: number
    normedWasserstein: number
    andersonDarling: Pair
    cramerVonMises: Pair
    mannWhitney: Pair
    binned: [number[], number[]]
    jensenShannon: number
  }[]
  tables: {
    a: number[]
    b: number[]
    jensenShannon: number
    hellinger: number
    chiSquare: Pair
    chiSquareFit?: Pair
    kl?: number | null
  }[]
  kolmogorovTails: [n: number, d: number, p: number][]
}
/** Values computed by SciPy (bench/golden/make-measures.py). */
const { drift: golden } = JSON.parse(
  readFileSync(new URL('../../bench/golden/measures.json', import.meta.url), 'utf8'),
) as { drift: Golden }

const closePair = (actual: { statistic: number; pValue: number }, [statistic, pValue]: Pair, what: string) => {
  assertClose(actual.statistic, statistic, 1e-9, `${what} statistic`)
  assertClose(actual.pValue, pValue, 1e-9, `${what} p`)
}

test('tests and distances of two samples equal SciPy’s to 1e-9', () => {
  for (const [i, each] of golden.samples.entries()) {
    const [a, b] = [Float64Array.from(each.a), Float64Array.from(each.b)]
    const statistic = ksStatistic(a, b)
    closePair({ statistic, pValue: ksPValue(statistic, a.length, b.length) }, each.ks, `KS ${i}`)
    assertClose(wasserstein(a, b), each.wasserstein, 1e-9, `Wasserstein ${i}`)
    assertClose(normedWasserstein(a, b), each.normedWasserstein, 1e-9)
    closePair(andersonDarling(a, b), each.andersonDarling, `Anderson–Darling ${i}`)
    closePair(cramerVonMises(a, b), each.cramerVonMises, `Cramér–von Mises ${i}`)
    const { auc, pValue } = mannWhitney(a, b)
    closePair({ statistic: auc, pValue }, each.mannWhitney, `Mann–Whitney ${i}`)
    const [p, q] = binNumbers(a, b)
    assert.deepEqual(
      [p, q].map(counts => counts.toSorted()),
      each.binned.map(counts => counts.toSorted()),
    )
    assertClose(jensenShannon(p, q), each.jensenShannon, 1e-9)
  }
})

test('tests and distances of counts equal SciPy’s to 1e-9', () => {
  for (const { a, b, ...expected } of golden.tables) {
    assertClose(jensenShannon(a, b), expected.jensenShannon, 1e-9)
    assertClose(hellinger(a, b), expected.hellinger, 1e-9)
    closePair(chiSquare(a, b), expected.chiSquare, 'chi-square')
    if (expected.chiSquareFit) closePair(chiSquareFit(a, b), expected.chiSquareFit, 'fit')
    if (typeof expected.kl === 'number') assertClose(klDivergence(a, b), expected.kl, 1e-9)
  }
  // A level new in the current sample does not fit shares that know nothing of it.
  assert.deepEqual(chiSquareFit([5, 5, 0], [5, 5, 1]), { statistic: Number.POSITIVE_INFINITY, pValue: 0 })
})

test('the tail of the one-sample Kolmogorov statistic equals SciPy’s kstwo', () => {
  for (const [n, d, p] of golden.kolmogorovTails)
    assertClose(kolmogorovTail(n, d), p, n > 200_000 ? 1e-7 : 1e-9, `${n} ${d}`)
})

test('published figures of Evidently’s tests', () => {
  const z = proportionTest(30, 100, 36, 80)
  assertClose(z.statistic, -2.075143, 1e-6)
  assertClose(z.pValue, 0.037973, 1e-6)
  assert.equal(proportionTest(5, 5, 7, 7).pValue, 1)
  const [a, b] = [
    Float64Array.from({ length: 100 }, (_, i) => i),
    Float64Array.from({ length: 80 }, (_, i) => 10 + 1.1 * i),
  ]
  const [p, q] = binNumbers(a, b)
  assert.equal(p.length, 9)
  assertClose(jensenShannon(p, q), 0.154945, 1e-6)
  assertClose(hellinger(p, q), 0.16096, 1e-5)
  assertClose(psi([50, 30, 20], [30, 30, 20]), 0.063853, 1e-6)
})

test('distances are symmetric where they should be, zero for the same sample, and within their bounds', () => {
  const sample = fc.array(fc.double({ min: -50, max: 50, noNaN: true }), { minLength: 1, maxLength: 60 })
  fc.assert(
    fc.property(sample, sample, (x, y) => {
      const [a, b] = [Float64Array.from(x).sort(), Float64Array.from(y).sort()]
      assertClose(wasserstein(a, b), wasserstein(b, a), 1e-9)
      assert.equal(wasserstein(a, a), 0)
      assert.equal(ksStatistic(a, b), ksStatistic(b, a))
      assertClose(andersonDarling(a, b).statistic, andersonDarling(b, a).statistic, 1e-9)
      const [p, q] = binNumbers(a, b)
      assert.equal(p.reduce((s, n) => s + n, 0) + q.reduce((s, n) => s + n, 0), a.length + b.length)
      assert.ok(jensenShannon(p, q) <= 0.8326 && hellinger(p, q) <= 1)
      // A shift moves the distribution by itself.
      assertClose(
        wasserstein(
          a,
          a.map(value => value + 3),
        ),
        3,
        1e-9,
      )
    }),
  )
})

const normals = (count: number, mean: number, seed: number) => {
  const random = createRandom(seed)
  return { kind: 'numeric' as const, values: Float64Array.from({ length: count }, () => mean + random.normal()) }
}
const letters = (count: number, alphabet: string, seed: number) => {
  const random = createRandom(seed)
  return {
    kind: 'category' as const,
    values: Array.from({ length: count }, () => alphabet[random.integer(alphabet.length)]!),
  }
}

test('every test sees a large change and lets an equal sample pass', () => {
  for (const { id, kinds } of listDriftTests()) {
    for (const kind of kinds) {
      const [reference, same, other] =
        kind === 'numeric'
          ? [normals(600, 0, 1), normals(500, 0, 2), normals(500, 1.5, 3)]
          : [letters(600, 'aabbc', 1), letters(500, 'aabbc', 2), letters(500, 'abbbbccc', 3)]
      // Chi-square counts values one by one: it says nothing about numbers that hardly repeat.
      if (id.startsWith('chi') && kind === 'numeric') continue
      assert.equal(runDriftTest(id, reference, other).drifted, !(id === 'z' && kind === 'numeric'), `${id} ${kind}`)
      if (id === 'kl' || id === 'psi' || id === 'jensen-shannon' || id === 'hellinger') continue
      assert.equal(runDriftTest(id, reference, same).drifted, false, `${id} ${kind}`)
    }
  }
})

test('the choice of test is Evidently’s', () => {
  assert.equal(chooseDriftTest(normals(1000, 0, 1), normals(50, 0, 2)), 'ks')
  assert.equal(chooseDriftTest(normals(1001, 0, 1), normals(50, 0, 2)), 'wasserstein')
  assert.equal(chooseDriftTest(letters(100, 'abc', 1), letters(50, 'abc', 2)), 'chi-square-fit')
  assert.equal(chooseDriftTest(letters(100, 'ab', 1), letters(50, 'ab', 2)), 'z')
  assert.equal(chooseDriftTest(letters(2000, 'ab', 1), letters(50, 'ab', 2)), 'jensen-shannon')
  assert.equal(runDriftTest('auto', normals(2000, 0, 1), normals(500, 1, 2)).test, 'wasserstein')
})

test('few rows are not judged, unknown tests and wrong kinds are refused in words', () => {
  const few = runDriftTest('ks', normals(1000, 0, 1), { kind: 'numeric', values: [99, 98, Number.NaN] })
  assert.deepEqual([few.judged, few.drifted, few.rowsCurrent], [false, false, 2])
  assert.equal(runDriftTest('ks', normals(40, 0, 1), { kind: 'numeric', values: [] }).judged, false)
  assert.throws(() => runDriftTest('guess', normals(9, 0, 1), normals(9, 0, 1)), /no drift test “guess”/)
  assert.throws(() => runDriftTest('ks', letters(9, 'ab', 1), letters(9, 'ab', 1)), /compares numbers/)
  assert.throws(() => runDriftTest('psi', letters(9, 'ab', 1), normals(9, 0, 1)), /cannot be compared/)
})

test('adjusted p-values are Benjamini and Hochberg’s', () => {
  // scipy.stats.false_discovery_control([0.01, 0.04, 0.03, 0.2])
  const expected = [0.04, 0.05333333333333334, 0.05333333333333334, 0.2]
  for (const [i, p] of adjustPValues([0.01, 0.04, 0.03, 0.2]).entries()) assertClose(p, expected[i]!, 1e-12)
  assert.deepEqual(adjustPValues([]), [])
})

const frameOf = (rows: number, seed: number, mean: number, levels: string): Frame => {
  const random = createRandom(seed)
  return {
    rows,
    columns: new Map<string, FrameColumn>([
      ['a', { name: 'a', type: 'number', values: Float64Array.from({ length: rows }, () => mean + random.normal()) }],
      ['b', { name: 'b', type: 'number', values: Float64Array.from({ length: rows }, () => random.normal()) }],
      [
        'c',
        {
          name: 'c',
          type: 'category',
          dictionary: [...levels],
          codes: Int32Array.from({ length: rows }, () => random.integer(levels.length)),
        },
      ],
    ]),
  }
}

test('a classifier tells a changed window apart and names the column; of an equal one it cannot', async () => {
  const columns = (['a', 'b', 'c'] as const).map(name => ({
    name,
    type: name === 'c' ? ('category' as const) : ('number' as const),
    role: 'feature' as const,
    nullable: false,
  }))
  const timing = { signal: new AbortController().signal, now: () => performance.now() }
  const compare = (current: Frame) =>
    classifierTest({ reference: frameOf(500, 1, 0, 'xyz'), current, columns, seed: 1, ...timing })
  const same = await compare(frameOf(400, 2, 0, 'zyx'))
  assert.ok(same.judged && !same.drifted && Math.abs(same.auc - 0.5) < 0.1)
  const moved = await compare(frameOf(400, 3, 0.8, 'xyz'))
  assert.ok(moved.drifted && moved.pValue < 1e-6 && moved.auc > 0.65)
  assert.equal(moved.columns[0]!.name, 'a')
  const renamed = await compare(frameOf(400, 4, 0, 'xyw'))
  assert.ok(renamed.drifted)
  assert.equal(renamed.columns[0]!.name, 'c')
  assert.deepEqual(await compare(frameOf(400, 4, 0, 'xyw')), renamed)
  assert.equal((await compare(frameOf(40, 5, 3, 'xyz'))).judged, false)
})
