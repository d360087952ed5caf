import type { Model } from '../../trainers/types.ts'
import { readTrees, type TreeModelConfig, type Trees } from '../../trees/model.ts'
import type { GraphBuilder } from './graph.ts'
import { addBinary, addSoftmax, spread } from './links.ts'

/** The attributes of TreeEnsembleRegressor (ai.onnx.ml 3) by node and by leaf. */
type Ensemble = {
  tree: number[]
  node: number[]
  feature: number[]
  value: number[]
  mode: string[]
  whenTrue: number[]
  whenFalse: number[]
  missingIsTrue: number[]
  leafTree: number[]
  leafNode: number[]
  target: number[]
  weight: number[]
}

/**
 * Adds any tree model. Thresholds stay double, so every row takes the same path; sums of leaves are float. A set of categories is a chain
 * of equalities with one common end, which runtimes merge again.
 */
export function addTrees(graph: GraphBuilder, model: Model, features: string): string {
  const { trees, config } = readTrees(model)
  const made = emptyEnsemble()
  for (let t = 0; t < trees.roots.length; t++) addTree(made, trees, config, t)
  const base = graph.constant('double', [1, config.base.length], config.base)
  const cells = withoutMissingCodes(graph, config, features)
  const scores =
    trees.roots.length === 0 ? spread(graph, features, base) : graph.add('Add', [sum(graph, made, config, cells), base])
  switch (config.link) {
    case 'identity':
      return scores
    case 'exp':
      return graph.add('Exp', [scores])
    case 'logistic':
      return addBinary(graph, scores)
    case 'softmax':
      return addSoftmax(graph, scores)
    case 'average': {
      if (model.task === 'regression') return graph.add('Div', [scores, graph.number(Math.max(1, trees.roots.length))])
      const total = graph.add('ReduceSum', [scores, graph.constant('int64', [1], [1])], { keepdims: { int: 1 } })
      return graph.add('Div', [scores, total])
    }
  }
}

const MISSING = -1
const NOBODY = -2

/**
 * Categories without NaN: a missing one gets its own code. ONNX Runtime merges chains of equalities that end in equal leaves, and then
 * applies the first node's handling of missing cells to all.
 */
function withoutMissingCodes(graph: GraphBuilder, { levels }: TreeModelConfig, features: string): string {
  if (levels.every(count => count === 0)) return features
  const coded = graph.constant(
    'bool',
    [1, levels.length],
    levels.map(count => (count > 0 ? 1 : 0)),
  )
  const missing = graph.add('And', [graph.add('IsNaN', [features]), coded])
  return graph.add('Where', [missing, graph.number(MISSING), features])
}

const emptyEnsemble = (): Ensemble => ({
  tree: [],
  node: [],
  feature: [],
  value: [],
  mode: [],
  whenTrue: [],
  whenFalse: [],
  missingIsTrue: [],
  leafTree: [],
  leafNode: [],
  target: [],
  weight: [],
})

function sum(graph: GraphBuilder, made: Ensemble, config: TreeModelConfig, features: string): string {
  const scores = graph.add(
    'TreeEnsembleRegressor',
    [features],
    {
      n_targets: { int: config.base.length },
      aggregate_function: { text: 'SUM' },
      post_transform: { text: 'NONE' },
      nodes_treeids: { ints: made.tree },
      nodes_nodeids: { ints: made.node },
      nodes_featureids: { ints: made.feature },
      nodes_values_as_tensor: { doubles: made.value },
      nodes_modes: { texts: made.mode },
      nodes_truenodeids: { ints: made.whenTrue },
      nodes_falsenodeids: { ints: made.whenFalse },
      nodes_missing_value_tracks_true: { ints: made.missingIsTrue },
      target_treeids: { ints: made.leafTree },
      target_nodeids: { ints: made.leafNode },
      target_ids: { ints: made.target },
      target_weights_as_tensor: { doubles: made.weight },
    },
    'ai.onnx.ml',
  )
  return graph.add('Cast', [scores], { to: { type: 'double' } })
}

function addTree(made: Ensemble, trees: Trees, config: TreeModelConfig, t: number): void {
  const root = trees.roots[t]!
  // Node numbers are known in advance: a node's number is its position below the root; chains are numbered from `free` on.
  const numbers = new Map<number, number>()
  const reached: number[] = [root]
  for (let k = 0; k < reached.length; k++) {
    const node = reached[k]!
    numbers.set(node, k)
    if (trees.feature[node]! >= 0) reached.push(trees.left[node]!, trees.right[node]!)
  }
  let free = reached.length
  const push = (
    id: number,
    mode: string,
    feature: number,
    value: number,
    yes: number,
    no: number,
    missing: boolean,
  ) => {
    made.tree.push(t)
    made.node.push(id)
    made.mode.push(mode)
    made.feature.push(feature)
    made.value.push(value)
    made.whenTrue.push(yes)
    made.whenFalse.push(no)
    made.missingIsTrue.push(missing ? 1 : 0)
  }
  for (const node of reached) {
    const id = numbers.get(node)!
    const feature = trees.feature[node]!
    if (feature < 0) {
      push(id, 'LEAF', 0, 0, 0, 0, false)
      for (let k = 0; k < trees.leafWidth; k++) {
        made.leafTree.push(t)
        made.leafNode.push(id)
        made.target.push(trees.leafWidth === 1 ? t % config.base.length : k)
        made.weight.push(trees.value[node * trees.leafWidth + k]!)
      }
      continue
    }
    const [left, right] = [numbers.get(trees.left[node]!)!, numbers.get(trees.right[node]!)!]
    const missingLeft = (trees.flags[node]! & 1) === 1
    if ((trees.flags[node]! & 2) === 0) {
      push(id, 'BRANCH_LEQ', feature, trees.threshold[node]!, left, right, missingLeft)
      continue
    }
    const { codes, inside, outside, missingInside } = shorterSide(
      codesOf(trees, trees.threshold[node]!, config.levels[feature]!),
      config.levels[feature]!,
      left,
      right,
      missingLeft,
    )
    // An empty set is still a node: no cell has this code.
    const chain = [...(missingInside ? [MISSING] : []), ...codes]
    if (chain.length === 0) chain.push(NOBODY)
    for (const [k, code] of chain.entries()) {
      const at = k === 0 ? id : free++
      push(at, 'BRANCH_EQ', feature, code, inside, k + 1 < chain.length ? free : outside, false)
    }
  }
}

function codesOf(trees: Trees, at: number, levels: number): number[] {
  const codes: number[] = []
  const most = Math.min(levels, trees.categories[at]! * 32)
  for (let code = 0; code < most; code++) {
    if ((trees.categories[at + 1 + (code >> 5)]! >>> (code & 31)) & 1) codes.push(code)
  }
  return codes
}

/** Tests the smaller of both sides: one equality per code. */
function shorterSide(codes: number[], levels: number, left: number, right: number, missingLeft: boolean) {
  if (codes.length * 2 <= levels) return { codes, inside: left, outside: right, missingInside: missingLeft }
  const goLeft = new Set(codes)
  const others = Array.from({ length: levels }, (_, code) => code).filter(code => !goLeft.has(code))
  return { codes: others, inside: right, outside: left, missingInside: !missingLeft }
}
