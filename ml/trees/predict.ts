import type { Matrix } from '../matrix.ts'
import type { Model, Predictor } from '../trainers/types.ts'
import { applyLink, outputsOf } from './links.ts'
import { readTrees } from './model.ts'
import { NODE_BYTES, type PackedTrees, packTrees } from './pack.ts'

/**
 * Predictions of any tree model (`readTrees`). Scores are summed tree by tree in the model's order, so a row gives the same bits alone and in
 * a batch.
 * @throws BundleError when the model is damaged.
 */
export function treePredictor(model: Model): Predictor {
  const { trees, config } = readTrees(model)
  const packed = packTrees(trees, model.cols)
  const base = Float64Array.from(config.base)
  const outputs = outputsOf(model)
  const scores = new Float64Array(base.length)

  const predictRow = (x: ArrayLike<number>, offset: number, out: Float64Array) => {
    scores.set(base)
    addScores(packed, x, offset, scores)
    applyLink(config.link, packed.roots.length, scores, 0, base.length, out, 0)
  }

  return {
    predictRow,
    predict(matrix: Matrix) {
      const result = new Float64Array(matrix.rows * outputs)
      const out = new Float64Array(outputs)
      const { data } = matrix
      for (let i = 0; i < matrix.rows; i++) {
        predictRow(data, i * model.cols, out)
        result.set(out, i * outputs)
      }
      return result
    },
  }
}

/** Adds every tree's leaf to `scores`. */
function addScores(packed: PackedTrees, x: ArrayLike<number>, offset: number, scores: Float64Array): void {
  const { roots, values, leafWidth } = packed
  const width = scores.length
  for (let t = 0; t < roots.length; t++) {
    const leaf = findLeaf(packed, roots[t]!, x, offset)
    if (leafWidth === 1) scores[t % width]! += packed.numbers[leaf >> 3]!
    else {
      const from = packed.integers[leaf >> 2]!
      for (let k = 0; k < leafWidth; k++) scores[k]! += values[from + k]!
    }
  }
}

function findLeaf(packed: PackedTrees, root: number, x: ArrayLike<number>, offset: number): number {
  const { numbers, integers, leafTest } = packed
  for (let at = root; ; ) {
    const test = integers[(at >> 2) + 2]!
    if (test === leafTest) return at
    const cell = x[offset + (test >> 3)]!
    let right: boolean
    if (Number.isNaN(cell)) right = (test & 1) !== 0
    else if (test & 2) right = !hasCode(integers, integers[at >> 2]!, integers[(at >> 2) + 1]!, cell)
    else right = cell > numbers[at >> 3]!
    at = integers[(at >> 2) + 3]! + (right ? NODE_BYTES : 0)
  }
}

/** Is the code in the set of `words` words from byte `set` on? */
function hasCode(integers: Int32Array, set: number, words: number, cell: number): boolean {
  const code = Math.trunc(cell)
  if (!(code >= 0 && code < words * 32)) return false
  return ((integers[(set >> 2) + (code >> 5)]! >>> (code & 31)) & 1) === 1
}
