import type { Explanation, PartialDependence } from '#ml/index.ts'
import { formatCount, formatNumber } from '../ui/format.ts'
import { metricLabel } from './labels.ts'

/** Which column matters most, and on what it was measured. */
export function importanceSentence({ metric, importances, rows, skipped }: Explanation): string {
  const first = importances[0]
  const late =
    skipped > 0 ? ` ${formatCount(skipped, 'more column was', 'more columns were')} not computed in time.` : ''
  if (!first || first.value <= 0) return `No column has a significant importance (${formatCount(rows, 'row')}).${late}`
  return `Shuffling ${first.name} worsens ${metricLabel(metric)} by ${formatNumber(first.value)} (${formatCount(rows, 'row')}).${late}`
}

export const formatDay = (ms: number): string => (Number.isFinite(ms) ? new Date(ms).toISOString().slice(0, 10) : '–')

/** A place along a column: yes and no are stored as 1 and 0, times as milliseconds. */
export const formatPlace = (type: PartialDependence['type'], place: number | string): string =>
  type === 'datetime'
    ? formatDay(Number(place))
    : type === 'boolean'
      ? place === 1
        ? 'yes'
        : 'no'
      : typeof place === 'number'
        ? formatNumber(place)
        : place

/** From where to where the mean prediction goes along a column. */
export function dependenceSentence({ average, grid, column, type }: PartialDependence, output: string): string {
  const values = average[0] ?? []
  if (values.length === 0) return `${column} has no values.`
  const [low, high] = [values.indexOf(Math.min(...values)), values.indexOf(Math.max(...values))]
  const at = (k: number) => (typeof grid[k] === 'string' ? `“${grid[k]}”` : formatPlace(type, grid[k]!))
  return `The mean ${output} is lowest, ${formatNumber(values[low]!)}, at ${at(low)} and highest, ${formatNumber(values[high]!)}, at ${at(high)}; other columns held fixed.`
}

/** Points to draw, with the tint in which four of five single rows lie. @param curves rows × grid */
export function dependencePoints({ grid, average, curves }: PartialDependence) {
  return grid.map((x, g) => {
    const single = curves.map(curve => curve[g]!).sort((a, b) => a - b)
    const at = (share: number) => single[Math.round(share * (single.length - 1))] ?? null
    return { x: Number(x), y: average[0]![g]!, low: at(0.1), high: at(0.9) }
  })
}
