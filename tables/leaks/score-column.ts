import type { FrameCell } from '../read/read-frame.ts'

export type TargetTask = 'binary' | 'multiclass' | 'regression'
export interface ScoredTarget {
  task: TargetTask
  /** 0 or 1, a class code, or the value itself. */
  values: Float64Array
  classes: number
}
export interface ColumnScore {
  measure: 'AUC' | 'accuracy' | 'R²'
  score: number
  /** Loss of the constant prediction. */
  baseline: number
  /** 0: no better than the constant prediction; 1: perfect. */
  strength: number
}

const FOLDS = 5
const MAX_CLASSES = 100
/** Fewer distinct integers than this are treated as classes. */
const MAX_NUMBER_CLASSES = 20
/** Rows per bin: fine bins follow a steep curve, coarse ones average out noise. */
const BIN_ROWS = [10, 100]

/** Returns how to score predictions of the target; undefined if it has too many text values for classes or is constant. */
export function scoredTarget(cells: readonly FrameCell[], isNumber: boolean): ScoredTarget | undefined {
  const levels = new Map<FrameCell, number>()
  for (const cell of cells) if (!levels.has(cell)) levels.set(cell, levels.size)
  if (levels.size < 2) return
  const whole = isNumber && cells.every(cell => Number.isInteger(cell))
  if (isNumber && levels.size > (whole ? MAX_NUMBER_CLASSES : 2))
    return { task: 'regression', values: Float64Array.from(cells as number[]), classes: 0 }
  if (levels.size > MAX_CLASSES) return
  const values = Float64Array.from(cells, cell => levels.get(cell)!)
  return { task: levels.size === 2 ? 'binary' : 'multiclass', values, classes: levels.size }
}

/** Returns each cell's group: its level, or its bin of similar values; missing cells form a group. */
function groupsOf(cells: readonly FrameCell[], binRows: number): Int32Array {
  const groups = new Int32Array(cells.length)
  if (!cells.some(cell => typeof cell === 'number')) {
    const levels = new Map<FrameCell, number>()
    for (const [row, cell] of cells.entries()) {
      let group = levels.get(cell)
      if (group === undefined) {
        group = levels.size
        levels.set(cell, group)
      }
      groups[row] = group
    }
    return groups
  }
  const present = cells.flatMap((cell, row) => (typeof cell === 'number' ? [row] : []))
  present.sort((a, b) => (cells[a] as number) - (cells[b] as number))
  let [group, held] = [1, 0]
  for (const [k, row] of present.entries()) {
    // Equal cells share a bin.
    if (held >= binRows && cells[row] !== cells[present[k - 1]!]) {
      group++
      held = 0
    }
    groups[row] = group
    held++
  }
  return groups
}

/**
 * Scores how well one column alone predicts the target out of fold: each row is predicted from the rows of its level or bin in the other
 * folds, so that an identifier, whose levels never repeat, predicts nothing.
 */
export function scoreColumn(cells: readonly FrameCell[], target: ScoredTarget, folds: Uint8Array): ColumnScore {
  const isNumber = cells.some(cell => typeof cell === 'number')
  const scores = (isNumber ? BIN_ROWS : [1]).map(size => scoreGroups(groupsOf(cells, size), target, folds))
  return scores.reduce((best, next) => (next.strength > best.strength ? next : best))
}

/** Folds by hashed row position, so that neighbors in the file are separated. */
export function foldsOf(rows: number, random: () => number): Uint8Array {
  return Uint8Array.from({ length: rows }, () => Math.floor(random() * FOLDS))
}

function scoreGroups(groups: Int32Array, target: ScoredTarget, folds: Uint8Array): ColumnScore {
  if (target.task === 'multiclass') return scoreClasses(groups, target, folds)
  const { values } = target
  const count = groups.reduce((most, group) => Math.max(most, group), 0) + 1
  const sums = new Float64Array(count * FOLDS)
  const sizes = new Float64Array(count * FOLDS)
  let total = 0
  for (let row = 0; row < values.length; row++) {
    const cell = groups[row]! * FOLDS + folds[row]!
    sums[cell] = sums[cell]! + values[row]!
    sizes[cell] = sizes[cell]! + 1
    total += values[row]!
  }
  const mean = total / values.length
  const guesses = new Float64Array(values.length)
  for (let row = 0; row < values.length; row++) {
    let [sum, size] = [0, 0]
    for (let fold = 0; fold < FOLDS; fold++)
      if (fold !== folds[row]) {
        sum += sums[groups[row]! * FOLDS + fold]!
        size += sizes[groups[row]! * FOLDS + fold]!
      }
    guesses[row] = size > 0 ? sum / size : mean
  }
  if (target.task === 'binary') {
    const auc = areaUnderCurve(guesses, values)
    return { measure: 'AUC', score: auc, baseline: 0.5, strength: Math.max(0, 2 * auc - 1) }
  }
  let [residual, spread] = [0, 0]
  for (let row = 0; row < values.length; row++) {
    residual += (values[row]! - guesses[row]!) ** 2
    spread += (values[row]! - mean) ** 2
  }
  const score = spread > 0 ? 1 - residual / spread : 0
  return { measure: 'R²', score, baseline: 0, strength: Math.max(0, score) }
}

function scoreClasses(groups: Int32Array, { values, classes }: ScoredTarget, folds: Uint8Array): ColumnScore {
  const overall = new Float64Array(classes)
  const counts = new Map<number, Float64Array>()
  for (let row = 0; row < values.length; row++) {
    overall[values[row]!] = overall[values[row]!]! + 1
    let held = counts.get(groups[row]!)
    if (!held) {
      held = new Float64Array(classes * FOLDS)
      counts.set(groups[row]!, held)
    }
    const cell = folds[row]! * classes + values[row]!
    held[cell] = held[cell]! + 1
  }
  const commonest = overall.indexOf(Math.max(...overall))
  const chosen = new Map<number, number[]>()
  for (const [group, held] of counts)
    chosen.set(
      group,
      Array.from({ length: FOLDS }, (_, left) => {
        let [best, most] = [commonest, 0]
        for (let c = 0; c < classes; c++) {
          let n = 0
          for (let fold = 0; fold < FOLDS; fold++) if (fold !== left) n += held[fold * classes + c]!
          if (n > most) [best, most] = [c, n]
        }
        return best
      }),
    )
  let right = 0
  for (let row = 0; row < values.length; row++) if (chosen.get(groups[row]!)![folds[row]!] === values[row]) right++
  const score = right / values.length
  const baseline = overall[commonest]! / values.length
  return { measure: 'accuracy', score, baseline, strength: Math.max(0, (score - baseline) / (1 - baseline)) }
}

/** AUC: the share of positive–negative pairs in the right order; ties count half. */
function areaUnderCurve(guesses: Float64Array, labels: Float64Array): number {
  const order = Array.from(guesses.keys()).sort((a, b) => guesses[a]! - guesses[b]!)
  let [ones, rankSum] = [0, 0]
  for (let first = 0; first < order.length; ) {
    let last = first
    while (last + 1 < order.length && guesses[order[last + 1]!] === guesses[order[first]!]) last++
    const rank = (first + last) / 2 + 1
    for (let k = first; k <= last; k++)
      if (labels[order[k]!] === 1) {
        ones++
        rankSum += rank
      }
    first = last + 1
  }
  const zeros = order.length - ones
  return ones === 0 || zeros === 0 ? 0.5 : (rankSum - (ones * (ones + 1)) / 2) / (ones * zeros)
}
