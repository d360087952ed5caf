import type { Bins } from './bins.ts'
import { CUT_MISSING_LEFT } from './forest-layout.ts'
import type { GrownForestTree } from './forest-tree.ts'
import type { Trees } from './model.ts'

/**
 * Assembles grown trees, in order, into the arrays of a model.
 * @param ranks by feature: the rank of each bin of a category (category-ranks.ts)
 * @param classes 0 for regression @param mean was subtracted from the targets @param levels of each column
 */
export function assembleForest(
  grown: readonly GrownForestTree[],
  bins: Bins,
  ranks: readonly (Uint8Array | undefined)[],
  classes: number,
  mean: number,
  levels: (column: number) => number,
): Trees {
  const leafWidth = Math.max(1, classes)
  const nodes = grown.reduce((sum, tree) => sum + tree.feature.length, 0)
  const trees: Omit<Trees, 'categories'> = {
    roots: new Int32Array(grown.length),
    feature: new Int32Array(nodes),
    threshold: new Float64Array(nodes),
    flags: new Uint8Array(nodes),
    left: new Int32Array(nodes),
    right: new Int32Array(nodes),
    value: new Float64Array(nodes * leafWidth),
    leafWidth,
    cover: new Float64Array(nodes),
    gain: new Float64Array(nodes),
  }
  const sets = createSets(bins, ranks, levels)
  let first = 0
  grown.forEach((tree, t) => {
    trees.roots[t] = first
    trees.feature.set(tree.feature, first)
    trees.cover.set(tree.cover, first)
    trees.gain.set(tree.gain, first)
    if (mean === 0) trees.value.set(tree.value, first * leafWidth)
    else for (let k = 0; k < tree.value.length; k++) trees.value[first + k] = tree.value[k]! + mean
    for (let node = 0; node < tree.feature.length; node++) {
      const tested = tree.feature[node]!
      if (tested < 0) continue
      const at = first + node
      const cut = tree.cut[node]!
      const { categorical, edges } = bins.features[tested]!
      const last = cut & 255
      trees.flags[at] = (cut & CUT_MISSING_LEFT ? 1 : 0) + (categorical ? 2 : 0)
      // After the last bin with values there are only missing cells.
      if (categorical) trees.threshold[at] = sets.find(tested, last)
      else trees.threshold[at] = last < edges.length ? edges[last]! : Number.POSITIVE_INFINITY
      trees.left[at] = first + tree.child[2 * node]!
      trees.right[at] = first + tree.child[2 * node + 1]!
    }
    first += tree.feature.length
  })
  return { ...trees, categories: Int32Array.from(sets.words) }
}

/** Sets of codes: those of the ranks up to a cut. Equal sets are shared between nodes. */
function createSets(bins: Bins, ranks: readonly (Uint8Array | undefined)[], levels: (column: number) => number) {
  const words: number[] = []
  const known = new Map<number, number>()
  return {
    words,
    /** Returns the offset of the set of `feature`'s codes with a rank ≤ `last`. */
    find(feature: number, last: number): number {
      const key = feature * 256 + last
      const found = known.get(key)
      if (found !== undefined) return found
      const { values, rest } = bins.features[feature]!
      const rank = ranks[feature]!
      const codes = rest ? Math.max(values, levels(feature)) : values
      const at = words.length
      const count = Math.ceil(codes / 32)
      words.push(count, ...new Array<number>(count).fill(0))
      for (let code = 0; code < codes; code++) {
        // The last bin stands for all rarer levels.
        if (rank[Math.min(code, values - 1)]! <= last) words[at + 1 + (code >> 5)]! |= 1 << (code & 31)
      }
      known.set(key, at)
      return at
    },
  }
}
