import type { FrameCell } from '../read/read-frame.ts'

/** Relation between a column's cells and the target's in a sample. */
export type Relation = 'copy' | 'other-words' | 'other-unit' | 'monotone'

/** With fewer rows per value, a column may determine the target by chance, as every identifier does. */
const ROWS_PER_VALUE = 10
/** With this many distinct values, a common order is no coincidence. */
const MIN_STEPS = 100
/** With fewer complete pairs of rows, a linear fit proves nothing. */
const MIN_ROWS = 10

/** Returns the strongest relation that holds in every sampled row. It must still be verified on all rows. */
export function relateCells(cells: readonly FrameCell[], target: readonly FrameCell[]): Relation | undefined {
  if (cells.every((cell, row) => sameCell(cell, target[row]!))) return 'copy'
  if (settles(cells, target)) return 'other-words'
  const pairs: [number, number][] = []
  for (const [row, cell] of cells.entries()) {
    const value = target[row]
    if (typeof cell === 'number' && typeof value === 'number') pairs.push([cell, value])
  }
  if (pairs.length < MIN_ROWS) return
  if (Math.abs(correlation(pairs)) > 1 - 1e-12) return 'other-unit'
  return inOneOrder(pairs) ? 'monotone' : undefined
}

const sameCell = (a: FrameCell, b: FrameCell) => a === b || (a !== null && b !== null && String(a) === String(b))

function settles(cells: readonly FrameCell[], target: readonly FrameCell[]): boolean {
  const known = new Map<FrameCell, FrameCell>()
  for (const [row, cell] of cells.entries()) {
    const value = target[row]!
    if (!known.has(cell)) known.set(cell, value)
    else if (known.get(cell) !== value) return false
  }
  return known.size > 1 && known.size * ROWS_PER_VALUE <= cells.length
}

function correlation(pairs: readonly [number, number][]): number {
  let [meanX, meanY] = [0, 0]
  for (const [x, y] of pairs) {
    meanX += x / pairs.length
    meanY += y / pairs.length
  }
  let [xx, yy, xy] = [0, 0, 0]
  for (const [x, y] of pairs) {
    xx += (x - meanX) ** 2
    yy += (y - meanY) ** 2
    xy += (x - meanX) * (y - meanY)
  }
  return xx > 0 && yy > 0 ? xy / Math.sqrt(xx) / Math.sqrt(yy) : 0
}

/** Strictly monotone: larger values always come with larger (or always with smaller) targets, one to one. */
function inOneOrder(pairs: readonly [number, number][]): boolean {
  const sorted = [...pairs].sort(([a], [b]) => a - b)
  let [steps, sign] = [0, 0]
  for (let k = 1; k < sorted.length; k++) {
    const step = Math.sign(sorted[k]![1] - sorted[k - 1]![1])
    if (sorted[k]![0] === sorted[k - 1]![0]) {
      if (step !== 0) return false
      continue
    }
    if (step === 0 || (sign !== 0 && step !== sign)) return false
    sign = step
    steps++
  }
  return steps >= MIN_STEPS
}
