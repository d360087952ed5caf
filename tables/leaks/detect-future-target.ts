import type { FrameCell } from '../read/read-frame.ts'

/** With fewer distinct targets, a match with the next row may be a coincidence. */
const MIN_DIFFERENT = 20
const MIN_ROWS = 50
const ALMOST_ALL = 0.99

/** Detects a column, with rows ordered by time, that holds the next row's target or a running total that includes the row's own target. */
export function detectFutureTarget(
  cells: readonly FrameCell[],
  target: readonly FrameCell[],
): { kind: 'next-row' | 'running-total'; share: number } | undefined {
  if (new Set(target).size < MIN_DIFFERENT) return
  const share = (holds: (row: number) => boolean | undefined) => {
    let [known, right] = [0, 0]
    for (let row = 0; row < cells.length; row++) {
      const answer = holds(row)
      if (answer === undefined) continue
      known++
      if (answer) right++
    }
    return known >= MIN_ROWS ? right / known : 0
  }
  const number = (list: readonly FrameCell[], row: number) =>
    typeof list[row] === 'number' ? (list[row] as number) : undefined
  const near = (a: number, b: number) => Math.abs(a - b) <= 1e-9 * Math.max(1, Math.abs(a), Math.abs(b))
  const next = share(row => {
    const [cell, later] = [number(cells, row), number(target, row + 1)]
    return cell === undefined || later === undefined ? undefined : near(cell, later)
  })
  if (next >= ALMOST_ALL) return { kind: 'next-row', share: next }
  const total = share(row => {
    const [cell, before, own] = [number(cells, row), number(cells, row - 1), number(target, row)]
    return cell === undefined || before === undefined || own === undefined ? undefined : near(cell - before, own)
  })
  if (total >= ALMOST_ALL) return { kind: 'running-total', share: total }
}

/** Returns the share of rows in which a datetime lies after the row's own time, and the median distance in milliseconds. */
export function measureTimesAfterRow(
  cells: readonly FrameCell[],
  times: readonly FrameCell[],
): { share: number; medianMs: number } | undefined {
  const gaps: number[] = []
  for (const [row, cell] of cells.entries())
    if (typeof cell === 'number' && typeof times[row] === 'number') gaps.push(cell - (times[row] as number))
  if (gaps.length < MIN_ROWS) return
  gaps.sort((a, b) => a - b)
  const after = gaps.filter(gap => gap > 0).length / gaps.length
  // If some values lie before the row's time, the column is another kind of date, such as a birthday or a planned day.
  return gaps[Math.floor(gaps.length / 100)]! >= 0 && after >= 0.5
    ? { share: after, medianMs: gaps[Math.floor(gaps.length / 2)]! }
    : undefined
}
