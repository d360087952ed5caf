import type { Frame, FrameColumn } from '../frame/frame.ts'
import { takeRows } from '../frame/frame.ts'
import { createRandom, deriveSeed } from '../random.ts'
import { type Cell, columnFrom, columnOf, type PredictFrame, rawCell, withColumns } from './columns.ts'

export type DependenceOptions = {
  /** Maximum number of rows averaged; a seeded sample of more. Default 500. */
  rows?: number
  /** Maximum number of grid points. Default 20; for the levels of a category 12. */
  points?: number
  /** Number of rows whose individual curves are returned (ICE). Default 30. */
  curves?: number
  seed: number
}

export type DependenceAxis = {
  column: string
  type: FrameColumn['type']
  /** Numbers (datetimes in milliseconds, 1 and 0 for booleans) or levels, ascending or by frequency. */
  grid: (number | string)[]
  /** Share of the rows by grid point: rows with the level, or rows nearest to the point. */
  shares: number[]
}

/** Plain JSON. `output` o of `average[o]`: the value, or the probability of a class. */
export type PartialDependence = DependenceAxis & {
  rows: number
  /** Outputs × grid: 1 for regression, the positive class for binary tasks, otherwise one per class. */
  average: number[][]
  /** Individual conditional expectation of the first output (Goldstein et al. 2015): curves × grid. */
  curves: number[][]
}

export type PairDependence = {
  axes: [DependenceAxis, DependenceAxis]
  rows: number
  /** Average of the first output: `average[a][b]`. */
  average: number[][]
}

/** Outputs to show: for two classes only the second. */
const outputsOf = (width: number) => (width === 2 ? [1] : Array.from({ length: width }, (_, k) => k))

/**
 * Computes partial dependence (Friedman 2001): the mean prediction when a column is set to each grid value in all rows. With correlated
 * columns this includes unrealistic rows; `shares` gives the actual distribution.
 * @param width numbers per row that `predictFrame` returns.
 */
export function partialDependence(
  frame: Frame,
  column: string,
  predictFrame: PredictFrame,
  width: number,
  options: DependenceOptions,
): PartialDependence {
  const rows = sampleRows(frame, options.rows ?? 500, deriveSeed(options.seed, 'dependence rows'))
  const axis = axisOf(frame, column, options.points)
  const outputs = outputsOf(width)
  const kept = Math.min(rows.rows, options.curves ?? 30)
  const average = outputs.map(() => new Array<number>(axis.grid.length).fill(0))
  const curves = Array.from({ length: kept }, () => new Array<number>(axis.grid.length).fill(0))
  for (const [g, value] of axis.grid.entries()) {
    const predicted = predictFrame(withColumns(rows, [constant(rows, column, value)]))
    for (const [o, output] of outputs.entries()) {
      let sum = 0
      for (let i = 0; i < rows.rows; i++) sum += predicted[i * width + output]!
      average[o]![g] = rows.rows === 0 ? 0 : sum / rows.rows
    }
    for (let i = 0; i < kept; i++) curves[i]![g] = predicted[i * width + outputs[0]!]!
  }
  return { ...axis, rows: rows.rows, average, curves }
}

/** Computes partial dependence on two columns at once; the grid has at most `points` (default 8) per column. */
export function pairDependence(
  frame: Frame,
  columns: readonly [string, string],
  predictFrame: PredictFrame,
  width: number,
  options: DependenceOptions,
): PairDependence {
  const rows = sampleRows(frame, options.rows ?? 200, deriveSeed(options.seed, 'dependence rows'))
  const points = options.points ?? 8
  const axes = [axisOf(frame, columns[0], points), axisOf(frame, columns[1], points)] as const
  const output = outputsOf(width)[0]!
  const average = axes[0].grid.map(a => {
    const first = constant(rows, columns[0], a)
    return axes[1].grid.map(b => {
      const predicted = predictFrame(withColumns(rows, [first, constant(rows, columns[1], b)]))
      let sum = 0
      for (let i = 0; i < rows.rows; i++) sum += predicted[i * width + output]!
      return rows.rows === 0 ? 0 : sum / rows.rows
    })
  })
  return { axes: [axes[0], axes[1]], rows: rows.rows, average }
}

const constant = (frame: Frame, name: string, value: Cell) => columnFrom(columnOf(frame, name), frame.rows, () => value)

function sampleRows(frame: Frame, most: number, seed: number): Frame {
  if (frame.rows <= most) return frame
  const order = createRandom(seed).shuffle(Int32Array.from({ length: frame.rows }, (_, i) => i))
  return takeRows(frame, order.subarray(0, most).sort())
}

/** Numbers: distinct values, or quantiles from the 5th to the 95th percentile if there are more. Levels: the most frequent. */
function axisOf(frame: Frame, name: string, points?: number): DependenceAxis {
  const column = columnOf(frame, name)
  if (column.type === 'category' || column.type === 'text') {
    const counts = new Map<string, number>()
    for (let row = 0; row < frame.rows; row++) {
      const cell = rawCell(column, row)
      if (cell !== null) counts.set(String(cell), (counts.get(String(cell)) ?? 0) + 1)
    }
    const ranked = [...counts].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1)).slice(0, points ?? 12)
    return {
      column: name,
      type: column.type,
      grid: ranked.map(([level]) => level),
      shares: ranked.map(([, count]) => count / frame.rows),
    }
  }
  const sorted = column.values.filter(Number.isFinite).sort()
  const most = points ?? 20
  const distinct = new Set<number>()
  for (const value of sorted) {
    distinct.add(value)
    if (distinct.size > most) break
  }
  const at = (share: number) => sorted[Math.round(share * (sorted.length - 1))]!
  const grid =
    distinct.size <= most
      ? [...distinct]
      : [...new Set(Array.from({ length: most }, (_, k) => at(0.05 + (0.9 * k) / (most - 1))))]
  const shares = grid.map(() => 0)
  let nearest = 0
  for (const value of sorted) {
    while (nearest + 1 < grid.length && grid[nearest + 1]! - value < value - grid[nearest]!) nearest++
    shares[nearest]! += 1 / frame.rows
  }
  return { column: name, type: column.type, grid, shares }
}
