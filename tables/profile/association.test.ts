import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { describe, it } from 'node:test'
import {
  correlationRatio,
  cramersV,
  inTenths,
  mutualInformation,
  numberSeries,
  pearson,
  spearman,
} from './association.ts'

type Pair = [a: string, b: string, value: number]
interface Golden {
  numbers: Record<string, (number | null)[]>
  groups: Record<string, (number | null)[]>
  pearson: Pair[]
  spearman: Pair[]
  cramersV: Pair[]
  eta2: Pair[]
  mutualInformation: Pair[]
}
const golden = JSON.parse(
  readFileSync(new URL('../../bench/golden/associations.json', import.meta.url), 'utf8'),
) as Golden
const numbers = (name: string) => numberSeries(Float64Array.from(golden.numbers[name]!, v => v ?? Number.NaN))
const groups = (name: string) => {
  const codes = Int32Array.from(golden.groups[name]!, v => v ?? -1)
  return { codes, levels: Math.max(...codes) + 1 }
}
const near = (got: number | null, wanted: number, what: string) =>
  assert.ok(got !== null && Math.abs(got - wanted) < 1e-9, `${what}: ${got}, wanted ${wanted}`)

describe('how two columns go together', () => {
  it('Pearson and Spearman are those of SciPy, over the rows that have both', () => {
    assert.ok(golden.pearson.length >= 28)
    for (const [a, b, value] of golden.pearson) near(pearson(numbers(a), numbers(b)), value, `pearson ${a}, ${b}`)
    for (const [a, b, value] of golden.spearman) near(spearman(numbers(a), numbers(b)), value, `spearman ${a}, ${b}`)
  })

  it('Cramér’s V is bias-corrected, η² and mutual information are those of NumPy', () => {
    for (const [a, b, value] of golden.cramersV) near(cramersV(groups(a), groups(b)), value, `V ${a}, ${b}`)
    for (const [a, b, value] of golden.eta2) near(correlationRatio(numbers(a), groups(b)), value, `η² ${a}, ${b}`)
    for (const [a, b, value] of golden.mutualInformation)
      near(mutualInformation(groups(a), groups(b)), value, `information ${a}, ${b}`)
  })

  it('says nothing where nothing can be said', () => {
    assert.equal(pearson(numbers('x'), numbers('constant')), null)
    assert.equal(spearman(numbers('x'), numbers('constant')), null)
    assert.equal(pearson(numbers('holes'), numbers('constant')), null)
    const empty = numberSeries(new Float64Array(300).fill(Number.NaN))
    assert.equal(pearson(numbers('x'), empty), null)
    assert.equal(correlationRatio(empty, groups('few')), null)
    assert.equal(cramersV(groups('few'), { codes: new Int32Array(300), levels: 1 }), null)
  })

  it('tenths hold about equally many, and equal values stay together', () => {
    const { codes } = inTenths(numberSeries(Float64Array.from({ length: 1000 }, (_, i) => (i * 7) % 1000)))
    const counts = new Array<number>(10).fill(0)
    for (const code of codes) counts[code]!++
    assert.deepEqual(counts, new Array(10).fill(100))
    const tied = inTenths(numberSeries(Float64Array.from({ length: 100 }, (_, i) => (i < 60 ? 0 : i)))).codes
    assert.equal(new Set(tied.slice(0, 60)).size, 1)
  })
})
