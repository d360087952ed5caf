import { sortedNumbers } from './bins.ts'
import { ksPValue, ksStatistic } from './kolmogorov.ts'
import { type CellCounts, describeMissing, type MissingDrift, missingDriftOf } from './missing-share.ts'
import {
  type CategorySummary,
  type ColumnSummary,
  type ColumnValues,
  type NumericSummary,
  summarizeColumn,
} from './summary.ts'
import { MIN_ROWS } from './tests.ts'
import { chiSquare, psi } from './two-sample.ts'

const KS_THRESHOLD = 0.1
const PSI_THRESHOLD = 0.2
const SIGNIFICANCE = 0.01

/** `missing`: the share of missing cells, when that drifted and the present values did not. */
export type DriftTestName = 'ks' | 'psi' | 'missing'

export type Drift = {
  test: DriftTestName
  statistic: number
  /** Drift needs statistic ≥ threshold and pValue < 0.01. */
  threshold: number
  /** Of the KS test; for PSI, of the chi-square test on the same bins; for `missing`, of the two-proportion test. */
  pValue: number
  /** The present values or the share of missing cells drifted. */
  drifted: boolean
  /** False when either side has fewer than 30 present cells and the share of missing cells did not drift. */
  judged: boolean
  /** Present cells in the current window. */
  rows: number
  missing: MissingDrift
}

/**
 * Compares a window with the baseline.
 *
 * Numbers with more than five values: two-sample Kolmogorov–Smirnov. Categories, booleans and numbers with few values:
 * population stability index. These are the usual pairings (Evidently uses KS for small numeric samples). P-values
 * shrink with the number of rows, and distances grow by chance in small windows, so both must agree: distance at
 * the customary limit (D ≥ 0.1; PSI ≥ 0.2, Siddiqi 2006 "significant shift") and p < 0.01.
 *
 * The share of missing cells is compared separately (`missing`): present values show nothing of a column that is emptied.
 * @param current raw values, or their summary made with `summarizeColumn(values, baseline)`.
 * @param counted cells of the whole tables, when the values are samples of them.
 */
export function driftOf(
  baseline: ColumnSummary,
  current: ColumnValues | ColumnSummary,
  counted?: { baseline: CellCounts; current: CellCounts },
): Drift {
  const window = 'values' in current ? summarizeColumn(current, baseline) : current
  if (baseline.kind !== window.kind) throw new RangeError('The baseline and the window are of different kinds.')
  const reference = baseline.rows - baseline.missing
  const rows = window.rows - window.missing
  const judged = Math.min(reference, rows) >= MIN_ROWS
  const missing = missingDriftOf(counted?.baseline ?? baseline, counted?.current ?? window)
  const verdict = (test: DriftTestName, statistic: number, threshold: number, pValue: number): Drift => {
    const drifted = judged && statistic >= threshold && pValue < SIGNIFICANCE
    return drifted || !missing.drifted
      ? { test, statistic, threshold, pValue, drifted, judged, rows, missing }
      : { ...pick(missing), test: 'missing', drifted: true, judged: true, rows, missing }
  }
  if (baseline.kind === 'numeric' && window.kind === 'numeric' && baseline.edges.length >= 5) {
    const exact = 'values' in current && current.kind === 'numeric'
    const values = exact ? sortedNumbers(current.values) : window.sketch
    const statistic = ksStatistic(baseline.sketch, values)
    return verdict('ks', statistic, KS_THRESHOLD, ksPValue(statistic, reference, rows))
  }
  const [p, q] = pairCounts(baseline, window)
  return verdict('psi', psi(p, q), PSI_THRESHOLD, chiSquare(p, q).pValue)
}

const pick = ({ statistic, threshold, pValue }: MissingDrift) => ({ statistic, threshold, pValue })

/** Computes KS from bin counts: the largest distance at the bin edges, a lower bound of the true statistic. */
export function ksFromBins(baseline: NumericSummary, window: NumericSummary): { statistic: number; pValue: number } {
  const [n, m] = [baseline.rows - baseline.missing, window.rows - window.missing]
  let [a, b, statistic] = [0, 0, 0]
  if (n > 0 && m > 0) {
    for (let k = 0; k < baseline.edges.length; k++) {
      a += baseline.counts[k]! / n
      b += window.counts[k]! / m
      statistic = Math.max(statistic, Math.abs(a - b))
    }
  }
  return { statistic, pValue: ksPValue(statistic, n, m) }
}

function pairCounts(baseline: ColumnSummary, window: ColumnSummary): [number[], number[]] {
  if (baseline.kind === 'numeric' && window.kind === 'numeric') return [baseline.counts, window.counts]
  const [a, b] = [baseline as CategorySummary, window as CategorySummary]
  const now = new Map(b.top)
  const p = a.top.map(([, count]) => count)
  const q = a.top.map(([level]) => now.get(level) ?? 0)
  const known = q.reduce((sum, count) => sum + count, 0)
  // Levels not counted individually in the baseline, including new ones, form one bin.
  return [
    [...p, a.other],
    [...q, b.rows - b.missing - known],
  ]
}

/** Describes the result in one sentence. @param column its name. */
export function describeDrift(column: string, drift: Drift): string {
  if (!drift.judged) return `“${column}”: too few rows (${drift.rows}) to judge drift; at least ${MIN_ROWS} are needed.`
  if (drift.test === 'missing')
    return `“${column}” has drifted from what the model was trained on (${describeMissing(drift.missing)}).`
  const name = drift.test === 'ks' ? 'KS distance' : 'PSI'
  const figure = `${name} ${drift.statistic.toFixed(3)}, limit ${drift.threshold}, ${drift.rows} rows`
  if (drift.drifted) return `“${column}” has drifted from what the model was trained on (${figure}).`
  if (drift.statistic >= drift.threshold) {
    return `“${column}” looks different, but with so few rows it may be chance (${figure}, p = ${drift.pValue.toFixed(3)}).`
  }
  return `“${column}” is stable (${figure}).`
}
