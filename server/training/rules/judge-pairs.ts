import { getMetric, holm, type PairedMetric, scaleToAll, verdictOf } from '#ml/index.ts'
import type { ComparedMetric, NotCompared, PairedComparison, Versus } from '../comparison/contract.ts'
import type { ScoresCompared } from '../comparison/tasks.ts'

export const unknown = (code: NotCompared): Versus => ({
  verdict: 'unknown',
  code,
  difference: null,
  differenceLow: null,
  differenceHigh: null,
  p: null,
})

export const notCompared = (code: NotCompared): PairedComparison => ({
  code,
  rows: null,
  rowsTrainedOn: 0,
  metrics: [],
})

/** Fewest common rows for a comparison of models that were measured on different rows. */
const FEWEST_COMMON = 20

type Values = Record<string, { value: number | null } | undefined>

/**
 * Judges what two runs scored. `sameRows`: both must have been measured on exactly the same rows, whose values are given for
 * comparisons of a part of them.
 */
export function judgePair(
  compared: ScoresCompared | undefined,
  { sameRows, base = {}, other = {} }: { sameRows: boolean; base?: Values; other?: Values },
): PairedComparison {
  if (compared === undefined) return notCompared('failed')
  if ('reason' in compared) return notCompared(compared.reason)
  const { rows, leftOut, isWhole, measured, testable } = compared
  if (sameRows && !isWhole) return { ...notCompared('other_rows'), rows }
  if (!sameRows && rows < FEWEST_COMMON) return { ...notCompared('few_rows'), rows, rowsTrainedOn: leftOut }
  const metrics = compared.metrics.map(part => {
    const [before, after] = [base[part.metric]?.value, other[part.metric]?.value]
    const isPart = isWhole && measured > rows && before != null && after != null
    const whole = isPart ? scaleToAll(part, { base: before, other: after, kept: rows, measured }) : part
    return toCompared(whole, testable ? 'no_value' : 'few_of_class')
  })
  const isScaled = isWhole && Object.keys(base).length > 0
  return { code: null, rows: isScaled ? measured : rows, rowsTrainedOn: leftOut, metrics }
}

const toCompared = (m: PairedMetric, why: NotCompared): ComparedMetric => ({
  name: m.metric,
  reference: m.base,
  value: m.other,
  verdict: m.verdict,
  code: m.verdict === 'unknown' ? (m.difference === null ? 'no_value' : why) : null,
  difference: m.difference,
  differenceLow: m.low,
  differenceHigh: m.high,
  p: m.p,
  method: m.method,
})

/** Corrects verdicts against one best run for the number of runs (Holm). */
export function correctForRuns(metric: string, list: readonly Versus[]): Versus[] {
  const tested = list.flatMap((versus, i) => (versus.p === null ? [] : [{ i, p: versus.p }]))
  const adjusted = holm(tested.map(({ p }) => p))
  const byIndex = new Map(tested.map(({ i }, k) => [i, adjusted[k]!]))
  return list.map((versus, i) => {
    const p = byIndex.get(i)
    if (p === undefined || versus.difference === null) return versus
    return { ...versus, p, verdict: verdictOf(getMetric(metric), versus.difference, p) }
  })
}
