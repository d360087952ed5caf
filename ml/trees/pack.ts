import { BundleError } from '../errors.ts'
import type { Trees } from './model.ts'

/** Bytes of a packed node: a float64 and two int32. */
export const NODE_BYTES = 16

/**
 * Trees laid out for walking: one block of bytes, brothers side by side, so that going right is going 16 bytes further.
 *
 * | bytes | inner node, number | inner node, category | leaf |
 * |---|---|---|---|
 * | 0–7 | threshold (float64) | its set: 64 bits, or (bit 4) where it begins (byte) and its words | what it adds (float64), or its row of `values` |
 * | 8–11 | feature × 8 + bits: 1: a missing cell goes right, 2: a category, 4: a large set | the same | columns × 8 |
 * | 12–15 | the left child (byte) | the same | itself |
 *
 * A leaf tests a column past the last one; where that holds −∞ a walk that has arrived stays where it is.
 */
export type PackedTrees = {
  /** The block as float64 and as int32: byte b is `numbers[b >> 3]` or `integers[b >> 2]`. */
  numbers: Float64Array
  integers: Int32Array
  /** First byte of each tree. */
  roots: Int32Array
  /** By tree: levels below the root, and whether it tests a category. */
  depths: Int32Array
  categorical: Uint8Array
  cols: number
  leafWidth: number
  /** Leaves × `leafWidth` when that is more than 1. */
  values: Float64Array
}

const nonsense = (what: string) => new BundleError('weights', `The trees of the model are damaged: ${what}.`)

/** @throws BundleError when trees share nodes, or are too large. */
export function packTrees(trees: Trees, cols: number): PackedTrees {
  const { leafWidth } = trees
  const nodes = trees.feature.length
  // Unreachable nodes are left out and sharing is rejected, so there are never more than before.
  const setBytes = trees.categories.length * 4
  // A root takes the space of a pair, so that no pair crosses a cache line.
  const sets = (nodes + trees.roots.length) * NODE_BYTES
  const size = sets + setBytes
  if (size + NODE_BYTES > 2 ** 31 || cols >= 2 ** 28) throw nonsense('they are larger than two gigabytes')
  const numbers = new Float64Array(Math.ceil(size / 8))
  const integers = new Int32Array(numbers.buffer)
  integers.set(trees.categories, sets >> 2)

  const roots = new Int32Array(trees.roots.length)
  const depths = new Int32Array(trees.roots.length)
  const categorical = new Uint8Array(trees.roots.length)
  const leaves = leafWidth > 1 ? trees.feature.reduce((sum, tested) => sum + Number(tested < 0), 0) : 0
  const values = new Float64Array(leaves * leafWidth)
  let valuesUsed = 0
  const seen = new Uint8Array(nodes)
  let free = 0
  for (let t = 0; t < roots.length; t++) {
    roots[t] = free
    // [node, position, depth], with the child that gets more rows on top: its children follow directly.
    const stack = [trees.roots[t]!, free, 0]
    free += 2 * NODE_BYTES
    while (stack.length > 0) {
      const depth = stack.pop()!
      const at = stack.pop()!
      const node = stack.pop()!
      if (seen[node]) throw nonsense('two trees share a node')
      seen[node] = 1
      const feature = trees.feature[node]!
      if (feature < 0) {
        depths[t] = Math.max(depths[t]!, depth)
        integers[(at >> 2) + 2] = cols * 8
        integers[(at >> 2) + 3] = at
        if (leafWidth === 1) numbers[at >> 3] = trees.value[node]!
        else {
          integers[at >> 2] = valuesUsed
          for (let k = 0; k < leafWidth; k++) values[valuesUsed++] = trees.value[node * leafWidth + k]!
        }
        continue
      }
      const flags = trees.flags[node]!
      let large = 0
      if (flags & 2) {
        categorical[t] = 1
        const set = trees.threshold[node]!
        const words = trees.categories[set]!
        if (words > 2) large = 4
        integers[at >> 2] = words > 2 ? sets + (set + 1) * 4 : words > 0 ? trees.categories[set + 1]! : 0
        integers[(at >> 2) + 1] = words > 2 ? words : words > 1 ? trees.categories[set + 2]! : 0
      } else numbers[at >> 3] = trees.threshold[node]!
      integers[(at >> 2) + 2] = feature * 8 + large + (flags & 2) + (flags & 1 ? 0 : 1)
      integers[(at >> 2) + 3] = free
      const [left, right] = [trees.left[node]!, trees.right[node]!]
      if (trees.cover[left]! >= trees.cover[right]!) {
        stack.push(right, free + NODE_BYTES, depth + 1, left, free, depth + 1)
      } else stack.push(left, free, depth + 1, right, free + NODE_BYTES, depth + 1)
      free += 2 * NODE_BYTES
    }
  }
  return { numbers, integers, roots, depths, categorical, cols, leafWidth, values }
}
