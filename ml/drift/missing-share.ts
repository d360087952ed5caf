import { MIN_ROWS } from './tests.ts'
import { proportionTest } from './two-sample.ts'

/** Cohen's h of a small difference of two shares (Cohen 1988): 0 → 1 %, 5 → 11 %, 50 → 60 %. */
const MISSING_THRESHOLD = 0.2
const SIGNIFICANCE = 0.01
/** The window must have at least this many missing cells more or fewer than expected: one cell is no drift, however rare. */
const MIN_CELLS = 5

/** Missing cells of a column in the window, compared with the baseline. */
export type MissingDrift = {
  /** Share of missing cells, 0 to 1; null without rows. */
  baseline: number | null
  current: number | null
  /** Cohen's h: the distance of the two shares on the arcsine scale, 0 to π. */
  statistic: number
  /** Drift needs statistic ≥ threshold, pValue < 0.01 and five cells more or fewer than expected. */
  threshold: number
  /** Of the two-proportion z-test. */
  pValue: number
  drifted: boolean
  /** False when either side has fewer than 30 rows; then never `drifted`. */
  judged: boolean
  /** Rows of the current window, with missing cells. */
  rows: number
}

export type CellCounts = { rows: number; missing: number }

const angle = (share: number) => 2 * Math.asin(Math.sqrt(share))

/** Compares the share of missing cells of a window with that of the baseline. */
export function missingDriftOf(baseline: CellCounts, window: CellCounts): MissingDrift {
  const judged = Math.min(baseline.rows, window.rows) >= MIN_ROWS
  const shareOf = ({ rows, missing }: CellCounts) => (rows > 0 ? missing / rows : null)
  const [was, is] = [shareOf(baseline), shareOf(window)]
  const compared = was !== null && is !== null
  const statistic = compared ? Math.abs(angle(is) - angle(was)) : 0
  const pValue = compared ? proportionTest(window.missing, window.rows, baseline.missing, baseline.rows).pValue : 1
  const unexpected = compared ? Math.abs(window.missing - was * window.rows) : 0
  return {
    baseline: was,
    current: is,
    statistic,
    threshold: MISSING_THRESHOLD,
    pValue,
    drifted: judged && statistic >= MISSING_THRESHOLD && pValue < SIGNIFICANCE && unexpected >= MIN_CELLS,
    judged,
    rows: window.rows,
  }
}

/** `missing cells 4 % → 100 %`. */
export const describeMissing = ({ baseline, current }: Pick<MissingDrift, 'baseline' | 'current'>): string =>
  `missing cells ${sharePercent(baseline)} → ${sharePercent(current)}`

/** Up to two significant digits; a share that is not all or nothing is never rounded to 0 % or 100 %. */
function sharePercent(share: number | null): string {
  if (share === null) return '–'
  if (share > 0 && share < 0.0001) return '< 0.01 %'
  if (share > 0.9999 && share < 1) return '> 99.99 %'
  const percent = 100 * share
  const digits = percent >= 10 && percent <= 90 ? 0 : percent > 99 || percent < 1 ? 2 : 1
  return `${Number(percent.toFixed(digits))} %`
}
