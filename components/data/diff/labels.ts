import type { DiffColumn } from '#server/data/diff/contract.ts'
import { type DiffFinding, diffVerdict } from '#tables/diff/contract.ts'
import { formatCount, formatNumber, formatShare } from '../../ui/format.ts'

const MIN_ROWS = 30
const TEST = { ks: 'Kolmogorov–Smirnov distance', psi: 'population stability index' } as const

/** The test of a column with its limit, or why there is none. */
export function testFigures(column: DiffColumn, rows: { before: number; after: number }): string {
  const { test, statistic, threshold, missingShare, missing } = column
  if (!column.judged) {
    const present = Math.min(rows.before - missing.before, rows.after - missing.after)
    return `not enough data (${formatCount(Math.max(0, present), 'value')} on the smaller side, ${MIN_ROWS} needed)`
  }
  if (test === 'missing')
    return `missing cells ${formatShare(missingShare?.baseline)} → ${formatShare(missingShare?.current)}`
  return `${TEST[test]} ${formatNumber(statistic)}, limit ${threshold}`
}

/** One sentence per value or missing cell that only one version has. */
export function describeFinding(finding: DiffFinding): string {
  switch (finding.kind) {
    case 'new-values':
    case 'gone-values': {
      const { names, total, rows } = finding
      const more = total > names.length ? ` and ${formatCount(total - names.length, 'more', 'more')}` : ''
      const count = rows === null ? '' : ` (${formatCount(rows, 'row')})`
      return `${finding.kind === 'new-values' ? 'New' : 'No longer there'}: ${names.map(n => `“${n}”`).join(', ')}${more}${count}.`
    }
    case 'new-missing':
      return `${formatCount(finding.cells, 'missing cell')}; before there was none.`
    case 'no-more-missing':
      return `No missing cell any more; before there ${finding.cells === 1 ? 'was one' : `were ${formatCount(finding.cells, 'missing cell')}`}.`
  }
}

/** What was found in all compared columns. Excludes columns that could not be tested. */
export function diffSentence(columns: readonly DiffColumn[]): string {
  const verdicts = columns.map(diffVerdict)
  const count = (verdict: string) => verdicts.filter(v => v === verdict).length
  const parts = [
    ...(count('shifted') > 0 ? [`${formatCount(count('shifted'), 'column')} shifted`] : []),
    ...(count('changed') > 0 ? [`${formatCount(count('changed'), 'column')} with new or vanished values`] : []),
    ...(count('unknown') > 0 ? [`${formatCount(count('unknown'), 'column')} with too few rows to compare`] : []),
  ]
  const similar = count('similar')
  if (parts.length === 0) return `No significant shift in ${formatCount(similar, 'column')}`
  return `${parts.join(', ')}, ${similar} of ${columns.length} without a significant shift`
}
