import type { FrameColumn } from '../frame/frame.ts'
import { modeOf, selectQuantiles } from './statistics.ts'
import type { FittedInput } from './types.ts'

/** With more rows the median is that of evenly spaced ones. */
const MAX_ROWS = 100_000

/**
 * Returns the value for a missing cell of an input: the median of numbers and datetimes, the most frequent boolean or level. Undefined for
 * text, and for a column with missing cells in these rows: the model learns from them.
 */
export function fallbackOf(
  input: FittedInput,
  column: FrameColumn,
  rows: ArrayLike<number>,
): number | string | undefined {
  if (input.type === 'text') return undefined
  if (column.type === 'category' || column.type === 'text') {
    return input.type === 'category' && !hasGaps(column, rows) ? input.vocabulary?.[0] : undefined
  }
  if (input.type === 'category') return hasGaps(column, rows) ? undefined : input.vocabulary?.[0]
  const { values } = column
  for (let i = 0; i < rows.length; i++) if (!Number.isFinite(values[rows[i]!]!)) return undefined
  const step = Math.max(1, Math.floor(rows.length / MAX_ROWS))
  const cells = Float64Array.from({ length: Math.ceil(rows.length / step) }, (_, i) => values[rows[i * step]!]!)
  if (input.type === 'boolean') return modeOf(cells)
  const median = selectQuantiles(cells, [0.5])[0]!
  return input.type === 'datetime' ? Math.round(median) : median
}

function hasGaps(column: FrameColumn, rows: ArrayLike<number>): boolean {
  for (let i = 0; i < rows.length; i++) {
    const row = rows[i]!
    if (column.type === 'category' ? column.codes[row]! < 0 : column.type === 'text' && column.values[row] === null)
      return true
    if (column.type !== 'category' && column.type !== 'text' && Number.isNaN(column.values[row]!)) return true
  }
  return false
}
