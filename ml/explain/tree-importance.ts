import type { Model } from '../trainers/types.ts'
import { readTrees } from '../trees/model.ts'

export type TreeImportance = {
  /** By feature: total reduction of the training loss by its splits. */
  gain: Float64Array
  /** By feature: number of nodes that test it. */
  splits: Int32Array
}

/** Returns the gain and split count of each feature of a tree model. @throws BundleError when the model is damaged. */
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
