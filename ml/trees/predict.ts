import type { Model, Predictor } from '../trainers/types.ts'
import { applyLink, outputsOf } from './links.ts'
import { readTrees } from './model.ts'
import { packTrees } from './pack.ts'
import { loopScorer } from './score-loops.ts'
import { wasmScorer } from './score-wasm.ts'

/**
 * Predicts any tree model (`readTrees`). Scores are summed tree by tree in the model's order, so a row gives the same bits alone and in a
 * batch, with WebAssembly and without.
 * @throws BundleError when the model is damaged.
 */
export function treePredictor(model: Model): Predictor {
  const { trees, config } = readTrees(model)
  const { link } = config
  const count = trees.roots.length
  const base = Float64Array.from(config.base)
  const width = base.length
  const outputs = outputsOf(model)
  const packed = packTrees(trees, model.cols)
  const scorer = wasmScorer(packed, width) ?? loopScorer(packed, width)
  const scores = new Float64Array(width)
  const blockScores = new Float64Array(scorer.block * width)

  return {
    predictRow(x, offset, out) {
      for (let k = 0; k < width; k++) scores[k] = base[k]!
      scorer.addRow(x, offset, scores)
      applyLink(link, count, scores, 0, width, out, 0)
    },
    predict({ rows, data }) {
      const result = new Float64Array(rows * outputs)
      for (let first = 0; first < rows; first += scorer.block) {
        const some = Math.min(scorer.block, rows - first)
        for (let k = 0; k < some * width; k++) blockScores[k] = base[k % width]!
        scorer.addRows(data, first, some, blockScores)
        for (let i = 0; i < some; i++)
          applyLink(link, count, blockScores, i * width, width, result, (first + i) * outputs)
      }
      return result
    },
  }
}
