import { EngineError } from '../errors.ts'
import type { Matrix } from '../matrix.ts'
import type { Model } from '../trainers/types.ts'
import { readTrees } from '../trees/model.ts'
import { goesLeft } from '../trees/route.ts'

/**
 * Exact Shapley values of a tree model's scores, by the path-dependent TreeSHAP of Lundberg, Erion and Lee (2018), algorithm 2: a missing
 * feature is averaged over the training rows that went each way (`cover`). Scores are before the link: log-odds for
 * `logistic` and `softmax`, logarithms for `exp`; means of the trees (values, probabilities) for `average`.
 */
export type TreeExplainer = {
  /** Number of scores per row. */
  scores: number
  /** By score: expected value when no feature is known. */
  expected: Float64Array
  /**
   * Explains one row: `cols` cells of `x` from `offset` → `out`, features × scores, row-major. Summed over the features, a score's parts
   * and
   * its expected value equal the row's score.
   */
  explainRow(x: ArrayLike<number>, offset: number, out: Float64Array): void
  /** rows × features × scores. */
  explain(matrix: Matrix): Float64Array
}

/** A path needs memory quadratic in its length. */
const MAX_DEPTH = 2000

/** @throws BundleError when the model is damaged. @throws EngineError `explain` when a tree is too deep. */
export function treeExplainer(model: Model): TreeExplainer {
  const { trees, config } = readTrees(model)
  const { cols } = model
  const { feature, left, right, cover, value, leafWidth } = trees
  const scores = config.base.length
  const scale = config.link === 'average' ? 1 / Math.max(1, trees.roots.length) : 1
  const { expected: expectedOf, depth: maxDepth } = summarizeTrees(trees)
  if (maxDepth > MAX_DEPTH) {
    throw new EngineError(
      'explain',
      `A tree is ${maxDepth} levels deep, too deep for Shapley values.`,
      'Limit the depth.',
    )
  }
  const expected = Float64Array.from(config.base, start => start * scale)
  trees.roots.forEach((root, t) => {
    for (let k = 0; k < leafWidth; k++) {
      expected[leafWidth === 1 ? t % scores : k]! += expectedOf[root * leafWidth + k]! * scale
    }
  })

  // One path per level, each a copy of the previous one with one more feature.
  const size = ((maxDepth + 2) * (maxDepth + 3)) / 2
  const pathFeature = new Int32Array(size)
  const zeros = new Float64Array(size)
  const ones = new Float64Array(size)
  const shares = new Float64Array(size)
  const inverse = Float64Array.from({ length: maxDepth + 3 }, (_, k) => (k === 0 ? 0 : 1 / k))
  let row: ArrayLike<number> = []
  let rowAt = 0
  let parts: Float64Array = new Float64Array(0)
  let firstScore = 0

  /**
   * @param length features on the path; index 0 of a path stands for no feature.
   * @param zero share of the training rows that reach this node, of those before the last test of this feature; @param one 1 if the row
   * does.
   */
  function descend(node: number, parent: number, length: number, zero: number, one: number, tested: number): void {
    let at = 0
    if (length > 0) {
      at = parent + length
      for (let k = 0; k < length; k++) {
        pathFeature[at + k] = pathFeature[parent + k]!
        zeros[at + k] = zeros[parent + k]!
        ones[at + k] = ones[parent + k]!
        shares[at + k] = shares[parent + k]!
      }
    }
    extend(at, length, zero, one, tested)
    const test = feature[node]!
    if (test < 0) {
      addLeaf(node, at, length)
      return
    }
    const goes = goesLeft(trees, node, row[rowAt + test]!)
    const hot = goes ? left[node]! : right[node]!
    const cold = goes ? right[node]! : left[node]!
    const total = cover[hot]! + cover[cold]!
    const hotShare = total > 0 ? cover[hot]! / total : 0.5
    let zeroBefore = 1
    let oneBefore = 1
    let last = length
    // A feature tested again: its earlier test is removed, both count as one.
    for (let k = 1; k <= length; k++) {
      if (pathFeature[at + k] !== test) continue
      zeroBefore = zeros[at + k]!
      oneBefore = ones[at + k]!
      unwind(at, length, k)
      last--
      break
    }
    // If neither the row nor any training row goes there, nothing is added.
    const hotZero = zeroBefore * hotShare
    const coldZero = zeroBefore * (1 - hotShare)
    if (hotZero > 0 || oneBefore > 0) descend(hot, at, last + 1, hotZero, oneBefore, test)
    if (coldZero > 0) descend(cold, at, last + 1, coldZero, 0, test)
  }

  /** Adds a feature to the path: `shares[k]` is the weight of the subsets with k of its features. */
  function extend(at: number, length: number, zero: number, one: number, tested: number): void {
    pathFeature[at + length] = tested
    zeros[at + length] = zero
    ones[at + length] = one
    shares[at + length] = length === 0 ? 1 : 0
    const part = inverse[length + 1]!
    for (let k = length - 1; k >= 0; k--) {
      const share = shares[at + k]!
      shares[at + k + 1]! += one * share * (k + 1) * part
      shares[at + k] = zero * share * (length - k) * part
    }
  }

  function unwind(at: number, length: number, index: number): void {
    const one = ones[at + index]!
    const zero = zeros[at + index]!
    let next = shares[at + length]!
    for (let k = length - 1; k >= 0; k--) {
      const share = shares[at + k]!
      if (one > 0) {
        const undone = next * (length + 1) * inverse[k + 1]!
        shares[at + k] = undone
        next = share - undone * zero * (length - k) * inverse[length + 1]!
      } else shares[at + k] = (share * (length + 1)) / (zero * (length - k))
    }
    for (let k = index; k < length; k++) {
      pathFeature[at + k] = pathFeature[at + k + 1]!
      zeros[at + k] = zeros[at + k + 1]!
      ones[at + k] = ones[at + k + 1]!
    }
  }

  function addLeaf(node: number, at: number, length: number): void {
    // For a feature the row does not follow, the weight of the subsets without it, times its zero share, is independent of the feature.
    let without = 0
    for (let k = length - 1; k >= 0; k--) without += shares[at + k]! * inverse[length - k]!
    without *= length + 1
    for (let index = 1; index <= length; index++) {
      let part: number
      if (ones[at + index]! > 0) {
        const zero = zeros[at + index]!
        let sum = 0
        let next = shares[at + length]!
        for (let k = length - 1; k >= 0; k--) {
          const undone = next * inverse[k + 1]!
          sum += undone
          next = shares[at + k]! - undone * zero * (length - k)
        }
        part = sum * (length + 1) * (1 - zero) * scale
      } else part = -without * scale
      const to = pathFeature[at + index]! * scores + firstScore
      for (let k = 0; k < leafWidth; k++) parts[to + k]! += part * value[node * leafWidth + k]!
    }
  }

  const explainRow = (x: ArrayLike<number>, offset: number, out: Float64Array) => {
    row = x
    rowAt = offset
    parts = out
    parts.fill(0)
    for (let t = 0; t < trees.roots.length; t++) {
      firstScore = leafWidth === 1 ? t % scores : 0
      descend(trees.roots[t]!, 0, 0, 1, 1, -1)
    }
  }

  return {
    scores,
    expected,
    explainRow,
    explain(matrix) {
      const width = cols * scores
      const result = new Float64Array(matrix.rows * width)
      for (let i = 0; i < matrix.rows; i++) {
        explainRow(matrix.data, i * cols, result.subarray(i * width, (i + 1) * width))
      }
      return result
    },
  }
}

/** By node × `leafWidth`: the mean of its leaves, weighted by cover. Children come after their parents, so one backward pass is enough. */
function summarizeTrees({ feature, left, right, cover, value, leafWidth }: ReturnType<typeof readTrees>['trees']) {
  const expected = Float64Array.from(value)
  const height = new Int32Array(feature.length)
  let depth = 0
  for (let node = feature.length - 1; node >= 0; node--) {
    if (feature[node]! < 0) continue
    const [l, r] = [left[node]!, right[node]!]
    const total = cover[l]! + cover[r]!
    const share = total > 0 ? cover[l]! / total : 0.5
    for (let k = 0; k < leafWidth; k++) {
      expected[node * leafWidth + k] = share * expected[l * leafWidth + k]! + (1 - share) * expected[r * leafWidth + k]!
    }
    height[node] = 1 + Math.max(height[l]!, height[r]!)
    depth = Math.max(depth, height[node]!)
  }
  return { expected, depth }
}
