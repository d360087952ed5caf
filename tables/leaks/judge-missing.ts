import type { FrameCell } from '../read/read-frame.ts'
import type { ScoredTarget } from './score-column.ts'

export interface MissingClue {
  /** missing | present: the cells that predict the target. */
  when: 'missing' | 'present'
  rows: number
  /** The class code that all of them share. */
  level: number
  /** Share of that class in all rows. */
  usual: number
}

/** Highest probability that so many rows share one class by chance. */
const CHANCE = 1e-9
const MIN_ROWS = 50

/** Detects that rows with (or without) a value all have one class, which suggests that the cell is filled in after the target is known. */
export function judgeMissing(cells: readonly FrameCell[], target: ScoredTarget): MissingClue | undefined {
  if (target.task === 'regression') return
  const overall = new Float64Array(target.classes)
  for (const value of target.values) overall[value] = overall[value]! + 1
  for (const when of ['missing', 'present'] as const) {
    const rows = target.values.filter((_, row) => (cells[row] === null) === (when === 'missing'))
    // All rows are on one side: nothing to compare.
    if (rows.length < MIN_ROWS || rows.length === cells.length) continue
    const level = rows[0]!
    const usual = overall[level]! / cells.length
    if (rows.every(value => value === level) && usual ** rows.length < CHANCE)
      return { when, rows: rows.length, level, usual }
  }
}
