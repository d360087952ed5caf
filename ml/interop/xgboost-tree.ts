import type { EngineError } from '../errors.ts'
import type { TreeCollector } from './foreign-trees.ts'

const MAX_CODE = 2 ** 24

/**
 * Converts one tree of XGBoost's JSON. Raises `levels` of the categories it tests.
 * @param refuse makes the error for an unusable tree
 */
export function addXGBoostTree(
  collector: TreeCollector,
  tree: Record<string, unknown>,
  levels: number[],
  refuse: (what: string) => EngineError,
): void {
  const lefts = numbers('left_children')
  const size = lefts.length
  if (size === 0) throw refuse('a tree has no node')
  const rights = numbers('right_children', size)
  const features = numbers('split_indices', size)
  const conditions = numbers('split_conditions', size)
  const byDefault = numbers('default_left', size)
  const weights = numbers('base_weights', size)
  const hessians = numbers('sum_hessian', size)
  const gains = numbers('loss_changes', size)
  const sets = readSets()
  const parented = new Uint8Array(size)

  collector.startTree()
  const stack: { node: number; parent: number; side: 'left' | 'right' }[] = [{ node: 0, parent: -1, side: 'left' }]
  while (stack.length > 0) {
    const { node, parent, side } = stack.pop()!
    const [left, right] = [lefts[node]!, rights[node]!]
    const tested = features[node]!
    let made: number
    if (left === -1) made = collector.leaf(finite(conditions[node]!), hessians[node]!)
    else {
      for (const child of [left, right]) {
        if (!Number.isInteger(child) || child < 1 || child >= size) throw refuse('a node leads nowhere')
        if (parented[child]) throw refuse('two nodes lead to the same one')
        parented[child] = 1
      }
      if (!Number.isInteger(tested) || tested < 0 || tested >= levels.length) throw refuse('a node tests nothing known')
      const about = { value: weights[node]!, cover: hessians[node]!, gain: gains[node]! }
      const set = sets.get(node)
      if (set) {
        // XGBoost sends codes of the set right and all others, seen or not, left: our sides are swapped.
        made = collector.categorySplit(tested, set, byDefault[node] === 0, about)
        levels[tested] = Math.max(levels[tested]!, set.length * 32)
        stack.push({ node: left, parent: made, side: 'right' }, { node: right, parent: made, side: 'left' })
      } else {
        made = collector.numberSplit(tested, highestBelow(finite(conditions[node]!)), byDefault[node] !== 0, about)
        stack.push({ node: right, parent: made, side: 'right' }, { node: left, parent: made, side: 'left' })
      }
    }
    if (parent >= 0) collector.join(parent, side, made)
  }

  /** An array of numbers; what JSON cannot write (null) is NaN, and false and true are 0 and 1. */
  function numbers(key: string, length?: number): Float64Array {
    const value = tree[key]
    if (!Array.isArray(value) || (length !== undefined && value.length !== length)) {
      throw refuse(`“${key}” of a tree is missing or has the wrong length (trees of several targets have)`)
    }
    return Float64Array.from(value, item => (item === null ? Number.NaN : Number(item)))
  }

  function finite(value: number): number {
    if (Number.isFinite(value)) return value
    throw refuse('a threshold or a leaf is no number')
  }

  /** By node that tests a category: the codes that go right, as words of bits. */
  function readSets(): Map<number, number[]> {
    const found = new Map<number, number[]>()
    if (!Array.isArray(tree.categories_nodes)) return found
    const nodes = numbers('categories_nodes')
    const starts = numbers('categories_segments', nodes.length)
    const sizes = numbers('categories_sizes', nodes.length)
    const codes = numbers('categories')
    nodes.forEach((node, k) => {
      const words: number[] = []
      for (const code of codes.subarray(starts[k]!, starts[k]! + sizes[k]!)) {
        if (!Number.isInteger(code) || code < 0 || code > MAX_CODE) throw refuse('a category is no code')
        while (words.length <= code >> 5) words.push(0)
        words[code >> 5]! |= 1 << (code & 31)
      }
      found.set(node, words)
    })
    return found
  }
}

/**
 * Returns the highest float64 that, rounded to float32, is below a float32 threshold: a cell ≤ it is one that XGBoost finds < the
 * threshold.
 */
export function highestBelow(threshold: number): number {
  const limit = Math.fround(threshold)
  const below = nextFloat32Below(limit)
  // A value half-way (or as far beyond the last one) rounds to the even neighbor.
  const half = below === Number.NEGATIVE_INFINITY ? -3.4028235677973366e38 : below / 2 + limit / 2
  return Math.fround(half) < limit ? half : nextFloat64Below(half)
}

function nextFloat32Below(x: number): number {
  const view = new DataView(new ArrayBuffer(4))
  if (x === 0) return -(2 ** -149)
  view.setFloat32(0, x)
  view.setInt32(0, view.getInt32(0) + (x > 0 ? -1 : 1))
  return view.getFloat32(0)
}

function nextFloat64Below(x: number): number {
  if (x === 0) return -Number.MIN_VALUE
  const view = new DataView(new ArrayBuffer(8))
  view.setFloat64(0, x)
  view.setBigInt64(0, view.getBigInt64(0) + (x > 0 ? -1n : 1n))
  return view.getFloat64(0)
}
