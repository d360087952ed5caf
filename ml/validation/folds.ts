import { EngineError } from '../errors.ts'
import { createRandom, deriveSeed } from '../random.ts'
import {
  type SplitRows,
  sidesOf,
  splitByGroup,
  splitByTime,
  splitRandom,
  splitStratified,
  timeOrder,
} from '../split.ts'

/** How rows are held out. `fraction` as in `Split`; `folds` ≥ 2; `repeats` ≥ 1, each with another seed. */
export type FoldPlan =
  | { kind: 'holdout'; by: 'random' | 'stratified' | 'time' | 'group'; fraction?: number }
  | { kind: 'k-fold' | 'stratified' | 'group' | 'stratified-group'; folds: number; repeats?: number }
  /**
   * Expanding window: the last `folds` blocks of `fraction` of the rows each are held out in turn, after training on everything earlier.
   * `gap`: number of latest training rows left out before each block, for targets that are known late.
   */
  | { kind: 'time'; folds: number; fraction?: number; gap?: number }

/** Inputs of the fold makers, one entry per row. */
export type FoldFacts = {
  rows: number
  /** Class codes, for stratified plans. */
  classes?: ArrayLike<number>
  groups?: ArrayLike<number>
  /** NaN counts as earliest. */
  times?: Float64Array
}

/** Positions 0 … rows − 1, ascending on each side. `words`: notes for the user. */
export type Folds = { plan: FoldPlan; folds: SplitRows[]; words: string[] }

/**
 * Returns the folds of a plan; deterministic in facts and seed. Classes of one row are never held out: they cannot be both learned and
 * measured.
 * @throws EngineError `fold-…` or `split-…` when the rows do not allow the plan.
 */
export function makeFolds(plan: FoldPlan, facts: FoldFacts, seed: number): Folds {
  if (plan.kind === 'holdout') return { plan, folds: [holdout(plan, facts, seed)], words: [] }
  if (!Number.isInteger(plan.folds) || plan.folds < 2) {
    throw new EngineError('fold-count', `${plan.folds} is no number of folds.`, 'Use at least 2, usually 5.')
  }
  if (plan.kind === 'time') return { plan, ...expandingFolds(need(facts.times, 'time'), plan) }
  const words = new Set<string>()
  const folds: SplitRows[] = []
  for (let repeat = 0; repeat < (plan.repeats ?? 1); repeat++) {
    const assigned = assign(plan, facts, deriveSeed(seed, `repeat ${repeat}`), words)
    for (let fold = 0; fold < assigned.count; fold++) {
      const held: number[] = []
      for (let row = 0; row < facts.rows; row++) if (assigned.foldOf[row] === fold) held.push(row)
      if (held.length > 0) folds.push(sidesOf(facts.rows, held))
    }
  }
  return { plan, folds, words: [...words] }
}

function need<T>(values: T | undefined, what: string): T {
  if (values !== undefined) return values
  throw new EngineError('fold-column', `Folds by ${what} need a ${what} column.`, 'Give a column that role.')
}

function holdout(plan: Extract<FoldPlan, { kind: 'holdout' }>, facts: FoldFacts, seed: number): SplitRows {
  const fraction = plan.fraction ?? 0.2
  switch (plan.by) {
    case 'random':
      return splitRandom(facts.rows, fraction, seed)
    case 'stratified':
      return splitStratified(need(facts.classes, 'class'), fraction, seed)
    case 'time':
      return splitByTime(need(facts.times, 'time'), fraction)
    case 'group':
      return splitByGroup(need(facts.groups, 'group'), fraction, seed)
  }
}

/** `foldOf[row]` = the fold that holds the row out; −1: none. */
type Assigned = { foldOf: Int32Array; count: number }

function assign(
  plan: Extract<FoldPlan, { kind: 'k-fold' | 'stratified' | 'group' | 'stratified-group' }>,
  facts: FoldFacts,
  seed: number,
  words: Set<string>,
): Assigned {
  switch (plan.kind) {
    case 'k-fold': {
      const count = Math.min(plan.folds, facts.rows)
      if (count < 2) throw new EngineError('split-rows', 'One row cannot be split in two.', 'Add more rows.')
      const order = createRandom(seed).shuffle(Int32Array.from({ length: facts.rows }, (_, i) => i))
      const foldOf = new Int32Array(facts.rows)
      for (const [place, row] of order.entries()) foldOf[row] = place % count
      return { foldOf, count }
    }
    case 'stratified':
      return stratified(need(facts.classes, 'class'), plan.folds, seed, words)
    case 'group':
      return byGroup(need(facts.groups, 'group'), undefined, plan.folds, seed, words)
    case 'stratified-group':
      return byGroup(need(facts.groups, 'group'), need(facts.classes, 'class'), plan.folds, seed, words)
  }
}

function members(codes: ArrayLike<number>): Map<number, number[]> {
  const found = new Map<number, number[]>()
  for (let row = 0; row < codes.length; row++) {
    const list = found.get(codes[row]!)
    if (list) list.push(row)
    else found.set(codes[row]!, [row])
  }
  return new Map([...found].sort(([a], [b]) => a - b))
}

/** Rows of each class are distributed round-robin; the next class continues where the last one ended, so that folds are equally large. */
function stratified(classes: ArrayLike<number>, folds: number, seed: number, words: Set<string>): Assigned {
  const random = createRandom(seed)
  const byClass = [...members(classes).values()]
  const usable = byClass.filter(rows => rows.length > 1)
  if (usable.length === 0) {
    throw new EngineError('fold-classes', 'Every class has only one row: none can be measured.', 'Add more rows.')
  }
  const largest = Math.max(...usable.map(rows => rows.length))
  const count = Math.min(folds, largest)
  const single = byClass.length - usable.length
  const rare = usable.filter(rows => rows.length < count).length
  if (single > 0) words.add(`${single} class(es) have one row only: they are learned but never measured.`)
  if (rare > 0)
    words.add(`${rare} class(es) have fewer rows than folds (${count}): some folds are measured without them.`)
  const foldOf = new Int32Array(classes.length).fill(-1)
  let next = 0
  for (const rows of usable) for (const row of random.shuffle(rows)) foldOf[row] = next++ % count
  return { foldOf, count }
}

/**
 * Whole groups, largest first, go to the fold with the fewest rows; with classes to the fold where that leaves the class shares most even
 * (greedy, like scikit-learn's StratifiedGroupKFold: smallest mean deviation of class shares over the folds).
 */
function byGroup(
  groups: ArrayLike<number>,
  classes: ArrayLike<number> | undefined,
  folds: number,
  seed: number,
  words: Set<string>,
): Assigned {
  const byCode = members(groups)
  if (byCode.size < 2) {
    throw new EngineError('split-groups', 'All rows belong to one group.', 'Choose another group column or split.')
  }
  const count = Math.min(folds, byCode.size)
  if (count < folds) words.add(`There are only ${byCode.size} groups: ${count} folds instead of ${folds}.`)
  const random = createRandom(seed)
  const shuffled = random.shuffle([...byCode.values()])
  // Sizes are jittered, otherwise every repeat would make the same folds.
  const roughly = (size: number) => size * (1 + random.next() / 2)
  const foldOf = new Int32Array(groups.length)
  const sizes = new Float64Array(count)
  if (!classes) {
    const sized = shuffled.map(rows => ({ rows, size: roughly(rows.length) }))
    for (const { rows } of sized.sort((a, b) => b.size - a.size)) {
      const lightest = sizes.indexOf(Math.min(...sizes))
      sizes[lightest]! += rows.length
      for (const row of rows) foldOf[row] = lightest
    }
    return { foldOf, count }
  }
  let classCount = 0
  for (let row = 0; row < classes.length; row++) classCount = Math.max(classCount, classes[row]! + 1)
  const total = new Float64Array(classCount)
  for (let row = 0; row < classes.length; row++) total[classes[row]!]!++
  const described = shuffled.map(rows => {
    const counts = new Float64Array(classCount)
    for (const row of rows) counts[classes[row]!]!++
    return { rows, counts, spread: roughly(deviation(counts)) }
  })
  const held = Array.from({ length: count }, () => new Float64Array(classCount))
  for (const { rows, counts } of described.sort((a, b) => b.spread - a.spread)) {
    let best = 0
    let least = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY]
    for (let fold = 0; fold < count; fold++) {
      let uneven = 0
      for (let k = 0; k < classCount; k++) {
        if (total[k] === 0) continue
        uneven += deviation(held.map((has, f) => (has[k]! + (f === fold ? counts[k]! : 0)) / total[k]!))
      }
      // Tie: the fold with fewer rows.
      if (uneven < least[0]! - 1e-12 || (uneven < least[0]! + 1e-12 && sizes[fold]! < least[1]!)) {
        best = fold
        least = [uneven, sizes[fold]!]
      }
    }
    for (let k = 0; k < classCount; k++) held[best]![k]! += counts[k]!
    sizes[best]! += rows.length
    for (const row of rows) foldOf[row] = best
  }
  return { foldOf, count }
}

function deviation(values: ArrayLike<number>): number {
  let [sum, squares] = [0, 0]
  for (let i = 0; i < values.length; i++) {
    sum += values[i]!
    squares += values[i]! ** 2
  }
  return Math.sqrt(Math.max(0, squares / values.length - (sum / values.length) ** 2))
}

function expandingFolds(
  times: Float64Array,
  plan: Extract<FoldPlan, { kind: 'time' }>,
): { folds: SplitRows[]; words: string[] } {
  const rows = times.length
  const order = timeOrder(times)
  const fraction = plan.fraction ?? Math.min(0.2, 1 / (plan.folds + 1))
  const size = Math.floor(rows * fraction)
  const gap = plan.gap ?? 0
  if (size < 1 || rows - plan.folds * size - gap < 1) {
    throw new EngineError(
      'fold-time',
      `${rows} rows are too few for ${plan.folds} blocks in time${gap > 0 ? ` with a gap of ${gap}` : ''}.`,
      'Use fewer folds.',
    )
  }
  /** Rows with equal times stay on one side: the boundary moves to the next time. */
  const border = (place: number, before: number) => {
    if (place >= rows) return rows
    let at = place
    while (at < before && times[order[at]!] === times[order[at - 1]!]) at++
    return at < before ? at : place
  }
  const folds: SplitRows[] = []
  for (let k = 0; k < plan.folds; k++) {
    const start = rows - (plan.folds - k) * size
    const from = border(start, start + size)
    const to = border(start + size, Math.min(rows, start + 2 * size))
    folds.push({ train: order.slice(0, from - gap).sort(), validation: order.slice(from, to).sort() })
  }
  const words = [
    `Each of ${plan.folds} models learns from the past and is measured on the ${Math.round(fraction * 100)} % of rows that follow.`,
  ]
  return { folds, words }
}
