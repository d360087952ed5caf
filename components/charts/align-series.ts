import type { ChartTable, Point, Series } from './chart-props.ts'
import { type Axis, formatPlace, formatPoint } from './chart-props.ts'

/** A point of an aligned row; `between` is interpolated from the neighbors and was not measured. */
export type Cell = (Point & { between?: true }) | null

export interface Row {
  x: number
  cells: Cell[]
}

/** Lists each x once, or as often as the series that repeats it most (a vertical step of a ROC curve). */
function listPlaces(series: readonly Series[]): { x: number; repeat: number }[] {
  const most = new Map<number, number>()
  for (const { points } of series) {
    let repeat = 0
    points.forEach(({ x }, i) => {
      repeat = i > 0 && points[i - 1]!.x === x ? repeat + 1 : 0
      most.set(x, Math.max(most.get(x) ?? 0, repeat))
    })
  }
  return [...most]
    .sort(([a], [b]) => a - b)
    .flatMap(([x, repeats]) => Array.from({ length: repeats + 1 }, (_, repeat) => ({ x, repeat })))
}

function interpolate(before: Point | undefined, after: Point | undefined, x: number): Cell {
  if (!before || !after || before.y === null || after.y === null) return null
  const share = after.x === before.x ? 1 : (x - before.x) / (after.x - before.x)
  return { x, y: before.y + share * (after.y - before.y), between: true }
}

/**
 * Puts series on common rows, so that one place of x reads all of them. Between two points of a series its value is interpolated;
 * a gap stays a gap.
 */
export function alignSeries(series: readonly Series[]): Row[] {
  const next = series.map(() => 0)
  return listPlaces(series).map(({ x, repeat }) => ({
    x,
    cells: series.map(({ points }, s) => {
      const at = next[s]!
      const point = points[at]
      if (point?.x === x) {
        next[s] = at + 1
        return point
      }
      const before = points[at - 1]
      // A step of another series: this one stays where it is.
      if (before?.x === x && repeat > 0) return before
      return interpolate(before, point, x)
    }),
  }))
}

/** One row per x with what was measured there. */
export function tabulate(series: readonly Series[], x: Axis, y: Axis): ChartTable {
  const rows = alignSeries(series).filter(row => row.cells.some(cell => cell && !cell.between))
  return {
    head: [x.label ?? '', ...series.map(s => s.name)],
    rows: rows.map(({ cells, x: at }) => [
      formatPlace(cells.find(cell => cell) ?? { x: at, y: null }, { ...x, label: undefined }),
      ...cells.map(cell => (cell && !cell.between ? formatPoint(cell, y) : '–')),
    ]),
  }
}
