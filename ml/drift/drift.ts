import { sortedNumbers } from './bins.ts'
import { ksPValue, ksStatistic } from './kolmogorov.ts'
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

export type Drift = {
  test: 'ks' | 'psi'
  statistic: number
  /** Drift needs statistic ≥ threshold and pValue < 0.01. */
  threshold: number
  /** Of the KS test; for PSI, of the chi-square test on the same bins. */
  pValue: number
  drifted: boolean
  /** False when either side has fewer than 30 present cells; then never `drifted`. */
  judged: boolean
  /** Present cells in the current window. */
  rows: number
}

/**
 * Compares a window with the baseline.
 *
 * Numbers with more than five values: two-sample Kolmogorov–Smirnov. Categories, booleans and numbers with few values:
 * population stability index. These are the usual pairings (Evidently uses KS for small numeric samples). P-values
 * shrink with the number of rows, and distances grow by chance in small windows, so both must agree: distance at
 * the customary limit (D ≥ 0.1; PSI ≥ 0.2, Siddiqi 2006 "significant shift") and p < 0.01.
 * @param current raw values, or their summary made with `summarizeColumn(values, baseline)`.
 */
export function driftOf(baseline: ColumnSummary, current: ColumnValues | ColumnSummary): Drift {
  const window = 'values' in current ? summarizeColumn(current, baseline) : current
  if (baseline.kind !== window.kind) throw new RangeError('The baseline and the window are of different kinds.')
  const reference = baseline.rows - baseline.missing
  const rows = window.rows - window.missing
  const judged = Math.min(reference, rows) >= MIN_ROWS
  const verdict = (test: Drift['test'], statistic: number, threshold: number, pValue: number): Drift => ({
    test,
    statistic,
    threshold,
    pValue,
    drifted: judged && statistic >= threshold && pValue < SIGNIFICANCE,
    judged,
    rows,
  })
  if (baseline.kind === 'numeric' && window.kind === 'numeric' && baseline.edges.length >= 5) {
    const exact = 'values' in current && current.kind === 'numeric'
    const values = exact ? sortedNumbers(current.values) : window.sketch
    const statistic = ksStatistic(baseline.sketch, values)
    return verdict('ks', statistic, KS_THRESHOLD, ksPValue(statistic, reference, rows))
  }
  const [p, q] = pairCounts(baseline, window)
  return verdict('psi', psi(p, q), PSI_THRESHOLD, chiSquare(p, q).pValue)
}

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
  const name = drift.test === 'ks' ? 'KS distance' : 'PSI'
  const figure = `${name} ${drift.statistic.toFixed(3)}, limit ${drift.threshold}, ${drift.rows} rows`
  if (drift.drifted) return `“${column}” has drifted from what the model was trained on (${figure}).`
  if (drift.statistic >= drift.threshold) {
    return `“${column}” looks different, but with so few rows it may be chance (${figure}, p = ${drift.pValue.toFixed(3)}).`
  }
  return `“${column}” is stable (${figure}).`
}
