import type { Model } from '../trainers/types.ts'
import { readTrees } from '../trees/model.ts'

export type TreeImportance = {
  /** By feature: by how much its splits lowered the training loss. */
  gain: Float64Array
  /** By feature: in how many nodes it is tested. */
  splits: Int32Array
}

/** What the trees of a model made of each feature while they grew. @throws BundleError when the model is damaged. */
export function treeImportance(model: Model): TreeImportance {
  const { feature, gain } = readTrees(model).trees
  const result = { gain: new Float64Array(model.cols), splits: new Int32Array(model.cols) }
  for (let node = 0; node < feature.length; node++) {
    const tested = feature[node]!
    if (tested < 0) continue
    result.gain[tested]! += gain[node]!
    result.splits[tested]! += 1
  }
  return result
}
