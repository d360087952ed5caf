import { BundleError } from '../errors.ts'
import { takeTensor } from '../trainers/tensors.ts'
import type { Model, Tensor } from '../trainers/types.ts'

/**
 * Trees as flat arrays of nodes, shared by `gbdt`, `random-forest`, `extra-trees` and imported models. A row starts at a tree's root and
 * ends
 * in a leaf; the leaf's values are added to the scores, and the link converts scores to predictions.
 */
export type Trees = {
  /** Index of each tree's root. */
  roots: Int32Array
  /** By node: the feature tested; −1 in a leaf. */
  feature: Int32Array
  /** By node: a number goes left when it is ≤ this. For a category: where its set begins in `categories` (a whole number). */
  threshold: Float64Array
  /** By node: bit 0: a missing cell goes left. Bit 1: the test is on a category. */
  flags: Uint8Array
  /** By node: absolute indices of the children; 0 in a leaf. */
  left: Int32Array
  right: Int32Array
  /**
   * Sets of codes, as [number of words, words …] of 32 bits, lowest code first: a code in the set goes left. A code beyond the set's words
   * goes right.
   */
  categories: Int32Array
  /** By node × `leafWidth`: what a leaf adds. Inner nodes hold what they would add as leaves. */
  value: Float64Array
  /** 1: tree t adds to score t % scores. Else as wide as the scores. */
  leafWidth: number
  /** By node: weight of the training rows that reach it; used by TreeSHAP. */
  cover: Float64Array
  /** By node: reduction of the loss by the split; 0 in a leaf. */
  gain: Float64Array
}

/** How scores become predictions. `average`: divided by the number of trees, already probabilities or values. */
export type Link = 'identity' | 'exp' | 'logistic' | 'softmax' | 'average'

export type TreeModelConfig = {
  link: Link
  leafWidth: number
  /** Initial scores; one for regression and binary, otherwise one per class. */
  base: number[]
  /** Levels by column (0: a number). */
  levels: number[]
}

const f64 = (data: Float64Array): Tensor => ({ dtype: 'F64', shape: [data.length], data })
const i32 = (data: Int32Array): Tensor => ({ dtype: 'I32', shape: [data.length], data })

export function treeTensors(trees: Trees): Record<string, Tensor> {
  return {
    roots: i32(trees.roots),
    feature: i32(trees.feature),
    threshold: f64(trees.threshold),
    flags: { dtype: 'U8', shape: [trees.flags.length], data: trees.flags },
    left: i32(trees.left),
    right: i32(trees.right),
    categories: i32(trees.categories),
    value: f64(trees.value),
    cover: f64(trees.cover),
    gain: f64(trees.gain),
  }
}

const nonsense = (what: string) => new BundleError('weights', `The trees of the model are damaged: ${what}.`)

/**
 * Reads and checks the trees of a model, so that no row can leave the arrays or loop.
 * @throws BundleError
 */
export function readTrees(model: Model): { trees: Trees; config: TreeModelConfig } {
  const config = model.config as Partial<TreeModelConfig>
  const { link, leafWidth, base, levels } = config
  const scores = model.task === 'multiclass' ? model.classCount : 1
  if (
    !['identity', 'exp', 'logistic', 'softmax', 'average'].includes(link as string) ||
    !Array.isArray(base) ||
    !base.every(Number.isFinite) ||
    !Array.isArray(levels) ||
    levels.length !== model.cols
  ) {
    throw nonsense('their description is incomplete')
  }
  const width = link === 'average' && model.task !== 'regression' ? model.classCount : scores
  if (base.length !== width || (leafWidth !== 1 && leafWidth !== width)) throw nonsense('leaves and classes differ')
  const nodes = model.tensors.feature?.shape[0] ?? 0
  const count = model.tensors.roots?.shape[0] ?? 0
  const setWords = model.tensors.categories?.shape[0] ?? 0
  const take = <T extends Tensor['data']>(name: string, length: number) => takeTensor(model, name, [length]) as T
  const trees: Trees = {
    roots: take('roots', count),
    feature: take('feature', nodes),
    threshold: take('threshold', nodes),
    flags: take('flags', nodes),
    left: take('left', nodes),
    right: take('right', nodes),
    categories: take('categories', setWords),
    value: take('value', nodes * leafWidth),
    leafWidth,
    cover: take('cover', nodes),
    gain: take('gain', nodes),
  }
  for (const root of trees.roots) if (root < 0 || root >= nodes) throw nonsense('a tree has no root')
  for (let k = 0; k < nodes; k++) {
    const feature = trees.feature[k]!
    if (feature < 0) continue
    const [left, right] = [trees.left[k]!, trees.right[k]!]
    // Children come after their parent, so no cycle is possible.
    if (feature >= model.cols || left <= k || right <= k || left >= nodes || right >= nodes) {
      throw nonsense('a node leads nowhere')
    }
    if (trees.flags[k]! & 2) {
      const at = trees.threshold[k]!
      const words = Number.isInteger(at) && at >= 0 && at < setWords ? trees.categories[at]! : -1
      if (words < 0 || at + words >= setWords) throw nonsense('a set of categories is missing')
    }
  }
  return { trees, config: config as TreeModelConfig }
}
