import type { RowScores } from '../format/row-scores.ts'
import type { Scored } from './types.ts'

/** Why two models cannot be compared on kept rows. */
export type NotShared = 'other_task' | 'other_classes' | 'other_truth' | 'no_common_rows'

export type SharedRows =
  | { base: Scored; other: Scored; rows: number; leftOut: number; isWhole: boolean }
  | { reason: NotShared }

/**
 * Returns what two models predicted for the rows that both were measured on and neither was trained on. `isWhole`: both were measured on
 * exactly these rows. Both must have been measured on the same table.
 */
export function shareRows(base: RowScores, other: RowScores): SharedRows {
  if (base.task !== other.task) return { reason: 'other_task' }
  const order = base.classes.map(name => other.classes.indexOf(name))
  if (order.includes(-1) || base.classes.length !== other.classes.length) return { reason: 'other_classes' }
  const [at, leftOut] = commonPositions(base, other)
  if (at.length === 0) return { reason: 'no_common_rows' }
  const width = base.task === 'regression' ? 1 : base.classes.length
  const codes = width === 1 ? [0] : order
  const truth = new Float64Array(at.length)
  const before = new Float64Array(at.length * width)
  const after = new Float64Array(at.length * width)
  for (const [k, [a, b]] of at.entries()) {
    truth[k] = base.truth[a]!
    const same = base.task === 'regression' ? other.truth[b]! : order.indexOf(other.truth[b]!)
    if (same !== truth[k]) return { reason: 'other_truth' }
    for (let c = 0; c < width; c++) {
      before[k * width + c] = base.predicted[a * width + c]!
      after[k * width + c] = other.predicted[b * width + codes[c]!]!
    }
  }
  const scored = (predicted: Float64Array): Scored => ({
    task: base.task,
    classCount: base.classes.length,
    truth,
    predicted,
  })
  const isWhole =
    leftOut === 0 &&
    base.measured === other.measured &&
    at.length === base.rows.length &&
    at.length === other.rows.length
  return { base: scored(before), other: scored(after), rows: at.length, leftOut, isWhole }
}

/** Positions in both of each common row, and how many were left out because a model was trained on them. */
function commonPositions(base: RowScores, other: RowScores): [at: [number, number][], leftOut: number] {
  const at: [number, number][] = []
  let leftOut = 0
  for (let a = 0, b = 0; a < base.rows.length && b < other.rows.length; ) {
    const [x, y] = [base.rows[a]!, other.rows[b]!]
    if (x === y) {
      if (base.seen?.[a] || other.seen?.[b]) leftOut++
      else at.push([a, b])
    }
    if (x <= y) a++
    if (y <= x) b++
  }
  return [at, leftOut]
}
