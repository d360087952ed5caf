import { EngineError } from '../errors.ts'
import type { Model } from '../trainers/types.ts'
import { readTrees, type TreeModelConfig, type Trees } from '../trees/model.ts'

const refuse = (what: string) => new EngineError('lightgbm', `This model has no LightGBM form: ${what}.`)

/**
 * Writes a tree model in LightGBM's text format (version v4), readable by Booster(model_file=…); its predictions equal ours for cells the
 * recipe makes. Random forests and extra trees of classes are written without an objective, because LightGBM would average scores before
 * its
 * link; predict still returns their probabilities, two for two classes.
 * @param names of the features, in order; white space and commas in them become underscores, as in LightGBM.
 * @throws EngineError `lightgbm` @throws BundleError when the model is damaged
 */
export function writeLightGBM(model: Model, names: readonly string[]): string {
  const { trees, config } = readTrees(model)
  if (names.length !== model.cols) throw refuse(`it has ${model.cols} features, not ${names.length}`)
  const scores = config.base.length
  const clean = names.map(name => name.replace(/[\s,:"[\]{}]+/g, '_'))
  const bodies: string[] = []
  trees.roots.forEach((root, t) => {
    // A leaf with one number per score becomes one tree per score.
    const wide = trees.leafWidth > 1
    for (let k = 0; k < trees.leafWidth; k++) {
      const score = wide ? k : t % scores
      const isFirst = wide ? t === 0 : t < scores
      bodies.push(writeTree(trees, root, k, isFirst ? config.base[score]! : 0, config.levels, bodies.length))
    }
  })
  if (bodies.length === 0) throw refuse('it has no tree')
  const infos = Array.from({ length: model.cols }, (_, c) => {
    const levels = config.levels[c]!
    return levels > 0 ? Array.from({ length: levels }, (_, code) => code).join(':') : '[-1e+308:1e+308]'
  })
  const head = [
    'tree',
    'version=v4',
    `num_class=${scores}`,
    `num_tree_per_iteration=${scores}`,
    'label_index=0',
    `max_feature_idx=${model.cols - 1}`,
    ...objectiveLines(model, config),
    `feature_names=${clean.join(' ')}`,
    `feature_infos=${infos.join(' ')}`,
    `tree_sizes=${bodies.map(body => body.length).join(' ')}`,
  ]
  return `${head.join('\n')}\n\n${bodies.join('')}end of trees\n\nfeature_importances:\n\nparameters:\nend of parameters\n\npandas_categorical:null\n`
}

function objectiveLines(model: Model, config: TreeModelConfig): string[] {
  switch (config.link) {
    case 'identity':
      return ['objective=regression']
    case 'exp':
      return ['objective=poisson']
    case 'logistic':
      return ['objective=binary sigmoid:1']
    case 'softmax':
      return [`objective=multiclass num_class:${model.classCount}`]
    case 'average':
      return model.task === 'regression' ? ['objective=regression', 'average_output'] : ['average_output']
  }
}

/** @param place index of the leaf's number @param start is added to every leaf */
function writeTree(
  trees: Trees,
  root: number,
  place: number,
  start: number,
  levels: readonly number[],
  index: number,
): string {
  const { feature, threshold, flags, value, cover, gain, leafWidth } = trees
  const rows = {
    feature: [] as number[],
    gain: [] as number[],
    threshold: [] as number[],
    decision: [] as number[],
    left: [] as number[],
    right: [] as number[],
    value: [] as number[],
    count: [] as number[],
  }
  const leafValue: number[] = []
  const leafCount: number[] = []
  const bounds = [0]
  const words: number[] = []
  const addsAt = (node: number) => value[node * leafWidth + place]! + start
  const stack = [{ node: root, parent: -1, side: rows.left }]
  while (stack.length > 0) {
    const { node, parent, side } = stack.pop()!
    const tested = feature[node]!
    if (tested < 0) {
      if (parent >= 0) side[parent] = ~leafValue.length
      leafValue.push(addsAt(node))
      leafCount.push(Math.round(cover[node]!))
      continue
    }
    const at = rows.feature.length
    if (parent >= 0) side[parent] = at
    rows.feature.push(tested)
    rows.gain.push(gain[node]!)
    rows.value.push(addsAt(node))
    rows.count.push(Math.round(cover[node]!))
    const missingLeft = (flags[node]! & 1) === 1
    let [left, right] = [trees.left[node]!, trees.right[node]!]
    if (flags[node]! & 2) {
      let set = Array.from(
        trees.categories.subarray(threshold[node]! + 1, threshold[node]! + 1 + trees.categories[threshold[node]!]!),
      )
      // LightGBM sends a missing category right: if it must go left, sides and set are swapped.
      if (missingLeft) {
        set = complement(set, levels[tested]!)
        ;[left, right] = [right, left]
      }
      rows.threshold.push(bounds.length - 1)
      rows.decision.push(1)
      words.push(...(set.length > 0 ? set : [0]).map(word => word >>> 0))
      bounds.push(words.length)
    } else {
      rows.threshold.push(Math.max(-1e308, Math.min(1e308, threshold[node]!)))
      rows.decision.push(8 + (missingLeft ? 2 : 0))
    }
    rows.left.push(0)
    rows.right.push(0)
    stack.push({ node: right, parent: at, side: rows.right }, { node: left, parent: at, side: rows.left })
  }
  const sets = bounds.length - 1
  const lines = [`Tree=${index}`, `num_leaves=${leafValue.length}`, `num_cat=${sets}`]
  const add = (key: string, list: readonly number[]) => lines.push(`${key}=${list.join(' ')}`)
  add('split_feature', rows.feature)
  add('split_gain', rows.gain)
  add('threshold', rows.threshold)
  add('decision_type', rows.decision)
  add('left_child', rows.left)
  add('right_child', rows.right)
  add('leaf_value', leafValue)
  add('leaf_weight', leafCount)
  add('leaf_count', leafCount)
  add('internal_value', rows.value)
  add('internal_weight', rows.count)
  add('internal_count', rows.count)
  if (sets > 0) {
    add('cat_boundaries', bounds)
    add('cat_threshold', words)
  }
  return `${lines.join('\n')}\nis_linear=0\nshrinkage=1\n\n\n`
}

/** Returns the codes below `levels` that are not in the set. */
function complement(set: readonly number[], levels: number): number[] {
  return Array.from({ length: Math.ceil(levels / 32) }, (_, word) => {
    const last = levels - word * 32
    return ~(set[word] ?? 0) & (last >= 32 ? -1 : (1 << last) - 1)
  })
}
