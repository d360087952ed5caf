import { EngineError } from '../errors.ts'
import { binDistinct, binLevels, binNumbers, countDistinct, sortedNumbers } from './bins.ts'
import { ksPValue, ksStatistic } from './kolmogorov.ts'
import { andersonDarling, cramerVonMises, normedWasserstein } from './samples.ts'
import type { ColumnValues } from './summary.ts'
import { chiSquare, chiSquareFit, hellinger, jensenShannon, klDivergence, proportionTest, psi } from './two-sample.ts'

/** With fewer present cells on either side, no test is run: any distance could be chance. */
export const MIN_ROWS = 30

export type DriftTest = {
  id: string
  label: string
  /** Description, one sentence. */
  help: string
  /** Column kinds it applies to. */
  kinds: ColumnValues['kind'][]
  /** `pValue`: drift when it is below the threshold. `distance`: drift when the statistic reaches it. */
  score: 'pValue' | 'distance'
  threshold: number
}

export type DriftTestResult = {
  test: string
  statistic: number
  /** Null for a distance. */
  pValue: number | null
  threshold: number
  /** False with fewer than 30 present cells on a side. */
  drifted: boolean
  judged: boolean
  rowsReference: number
  rowsCurrent: number
}

/** Both samples without missing cells: numbers ascending, levels unordered. */
type Samples =
  | { kind: 'numeric'; a: Float64Array; b: Float64Array }
  | { kind: 'category'; a: readonly string[]; b: readonly string[] }
type Outcome = { statistic: number; pValue: number | null }
type Implemented = DriftTest & { compute(samples: Samples): Outcome }

const counts = (samples: Samples, bin = binNumbers): [number[], number[]] =>
  samples.kind === 'numeric' ? bin(samples.a, samples.b) : binLevels(samples.a, samples.b)
const levels = ({ a, b }: Samples): [number[], number[]] => binLevels<number | string>(a, b)
const numbers = (samples: Samples): [Float64Array, Float64Array] => {
  if (samples.kind === 'numeric') return [samples.a, samples.b]
  throw new EngineError(
    'drift-test',
    'This test compares numbers, and the column holds categories.',
    'Choose another test.',
  )
}
const distance = (statistic: number): Outcome => ({ statistic, pValue: null })

/** Share of values other than the smallest one; for booleans, the share of true. */
function compareShares({ a, b }: Samples): Outcome {
  let smallest: number | string | undefined
  for (const values of [a, b])
    for (const value of values) if (smallest === undefined || value < smallest) smallest = value
  const others = (values: Iterable<number | string>) => {
    let count = 0
    for (const value of values) if (value !== smallest) count++
    return count
  }
  return proportionTest(others(a), a.length, others(b), b.length)
}

const both: ColumnValues['kind'][] = ['numeric', 'category']

/** Thresholds are those of Evidently. */
const tests: readonly Implemented[] = [
  {
    id: 'ks',
    label: 'Kolmogorov–Smirnov',
    help: 'Largest distance of the two distribution functions; suits numbers in small samples.',
    kinds: ['numeric'],
    score: 'pValue',
    threshold: 0.05,
    compute(samples) {
      const [a, b] = numbers(samples)
      const statistic = ksStatistic(a, b)
      return { statistic, pValue: ksPValue(statistic, a.length, b.length) }
    },
  },
  {
    id: 'wasserstein',
    label: 'Wasserstein (normed)',
    help: 'How far values have moved on average, in standard deviations of the reference; suits numbers in large samples.',
    kinds: ['numeric'],
    score: 'distance',
    threshold: 0.1,
    compute: samples => distance(normedWasserstein(...numbers(samples))),
  },
  {
    id: 'psi',
    label: 'Population stability index',
    help: 'Difference of shares by bin; the usual measure in credit scoring.',
    kinds: both,
    score: 'distance',
    threshold: 0.1,
    compute: samples => distance(psi(...counts(samples))),
  },
  {
    id: 'jensen-shannon',
    label: 'Jensen–Shannon',
    help: 'Distance of shares by bin between 0 and 0.83; suits categories in large samples.',
    kinds: both,
    score: 'distance',
    threshold: 0.1,
    compute: samples => distance(jensenShannon(...counts(samples))),
  },
  {
    id: 'kl',
    label: 'Kullback–Leibler',
    help: 'What coding the reference by the current shares costs; infinite when something vanished.',
    kinds: both,
    score: 'distance',
    threshold: 0.1,
    compute: samples => distance(klDivergence(...counts(samples))),
  },
  {
    id: 'hellinger',
    label: 'Hellinger',
    help: 'Distance of shares by bin between 0 and 1.',
    kinds: both,
    score: 'distance',
    threshold: 0.1,
    compute: samples => distance(hellinger(...counts(samples, binDistinct))),
  },
  {
    id: 'chi-square',
    label: 'Chi-square',
    help: 'Whether both samples have the same shares; suits categories in small samples.',
    kinds: both,
    score: 'pValue',
    threshold: 0.05,
    compute: samples => chiSquare(...levels(samples)),
  },
  {
    id: 'chi-square-fit',
    label: 'Chi-square (fit)',
    help: 'Whether the current sample fits the reference’s shares, taken as exact.',
    kinds: both,
    score: 'pValue',
    threshold: 0.05,
    compute: samples => chiSquareFit(...levels(samples)),
  },
  {
    id: 'z',
    label: 'Two-proportion z',
    help: 'Whether the share of one of two values is the same.',
    kinds: both,
    score: 'pValue',
    threshold: 0.05,
    compute: compareShares,
  },
  {
    id: 'anderson-darling',
    label: 'Anderson–Darling',
    help: 'As Kolmogorov–Smirnov, but more sensitive in the tails; p between 0.001 and 0.25.',
    kinds: ['numeric'],
    score: 'pValue',
    threshold: 0.1,
    compute: samples => andersonDarling(...numbers(samples)),
  },
  {
    id: 'cramer-von-mises',
    label: 'Cramér–von Mises',
    help: 'Squared distance of the two distribution functions over all values.',
    kinds: ['numeric'],
    score: 'pValue',
    threshold: 0.1,
    compute: samples => cramerVonMises(...numbers(samples)),
  },
]

/** Returns the tests for columns of a kind (all without one). */
export function listDriftTests(kind?: ColumnValues['kind']): DriftTest[] {
  return tests
    .filter(test => kind === undefined || test.kinds.includes(kind))
    .map(({ compute: _, ...described }) => described)
}

/** Returns the test that Evidently would use: by kind, number of distinct values and reference rows (1000 or fewer are few). */
export function chooseDriftTest(reference: ColumnValues, current: ColumnValues): string {
  const samples = samplesOf(reference, current)
  const few = samples.a.length <= 1000
  if (samples.kind === 'numeric') {
    const pooled = new Float64Array([...samples.a, ...samples.b]).sort()
    const distinct = countDistinct(pooled, 6)
    if (distinct > 5) return few ? 'ks' : 'wasserstein'
    return few ? (distinct > 2 ? 'chi-square-fit' : 'z') : 'jensen-shannon'
  }
  const distinct = new Set([...samples.a, ...samples.b]).size
  return few ? (distinct > 2 ? 'chi-square-fit' : 'z') : 'jensen-shannon'
}

/**
 * Compares two samples of a column. Missing cells (NaN, infinite, null) are ignored.
 * @param id of `listDriftTests`, or `auto` for `chooseDriftTest`.
 * @throws EngineError `drift-test` for an unknown test, or a numeric test on categories.
 */
export function runDriftTest(id: string, reference: ColumnValues, current: ColumnValues): DriftTestResult {
  const wanted = id === 'auto' ? chooseDriftTest(reference, current) : id
  const test = tests.find(each => each.id === wanted)
  if (!test) {
    throw new EngineError(
      'drift-test',
      `There is no drift test “${id}”.`,
      `Known ones: ${tests.map(t => t.id).join(', ')}.`,
    )
  }
  const samples = samplesOf(reference, current)
  const [rowsReference, rowsCurrent] = [samples.a.length, samples.b.length]
  const judged = Math.min(rowsReference, rowsCurrent) >= MIN_ROWS
  const { statistic, pValue } =
    rowsReference === 0 || rowsCurrent === 0 ? { statistic: 0, pValue: null } : test.compute(samples)
  const beyond = pValue === null ? test.score === 'distance' && statistic >= test.threshold : pValue < test.threshold
  return {
    test: test.id,
    statistic,
    pValue,
    threshold: test.threshold,
    drifted: judged && beyond,
    judged,
    rowsReference,
    rowsCurrent,
  }
}

function samplesOf(reference: ColumnValues, current: ColumnValues): Samples {
  if (reference.kind === 'numeric' && current.kind === 'numeric') {
    return { kind: 'numeric', a: sortedNumbers(reference.values), b: sortedNumbers(current.values) }
  }
  if (reference.kind === 'category' && current.kind === 'category') {
    const present = (values: ArrayLike<string | null>) =>
      Array.from(values).filter((value): value is string => value !== null)
    return { kind: 'category', a: present(reference.values), b: present(current.values) }
  }
  throw new EngineError('drift-kind', 'Numbers cannot be compared with categories.', 'Check the column’s type.')
}

/**
 * Adjusts p-values for multiple columns: with 0.05 as the limit, at most one in twenty columns reported as drifted is a false alarm on
 * average (Benjamini and Hochberg 1995). Keeps the given order.
 */
export function adjustPValues(pValues: readonly number[]): number[] {
  const order = [...pValues.keys()].sort((a, b) => pValues[b]! - pValues[a]!)
  const adjusted = new Array<number>(pValues.length)
  let least = 1
  for (const [k, i] of order.entries()) {
    least = Math.min(least, (pValues[i]! * pValues.length) / (pValues.length - k))
    adjusted[i] = least
  }
  return adjusted
}
