import assert from 'node:assert/strict'
import test from 'node:test'
import { createRandom } from '../random.ts'
import { assertClose } from '../testing.ts'
import type { Model, Task } from '../trainers/types.ts'
import { type Link, readTrees } from '../trees/model.ts'
import { treePredictor } from '../trees/predict.ts'
import { goesLeft } from '../trees/route.ts'
import { randomTreeModel } from '../trees/testing.ts'
import { treeImportance } from './tree-importance.ts'
import { treeExplainer } from './tree-shap.ts'

/** A model's scores when only the features of `known` (bits) are: unknown ones are averaged by cover. */
function scoresKnowing(model: Model, x: ArrayLike<number>, known: number): Float64Array {
  const { trees, config } = readTrees(model)
  const scores = Float64Array.from(config.base)
  trees.roots.forEach((root, t) => {
    const visit = (node: number, weight: number): void => {
      const tested = trees.feature[node]!
      if (tested < 0) {
        for (let k = 0; k < trees.leafWidth; k++) {
          const score = trees.leafWidth === 1 ? t % scores.length : k
          scores[score]! += weight * trees.value[node * trees.leafWidth + k]!
        }
        return
      }
      const [left, right] = [trees.left[node]!, trees.right[node]!]
      if (known & (1 << tested)) visit(goesLeft(trees, node, x[tested]!) ? left : right, weight)
      else {
        const total = trees.cover[left]! + trees.cover[right]!
        visit(left, (weight * trees.cover[left]!) / total)
        visit(right, (weight * trees.cover[right]!) / total)
      }
    }
    visit(root, 1)
  })
  return config.link === 'average' ? scores.map(score => score / trees.roots.length) : scores
}

/** The definition: over all orders in which features become known, the mean of what each one changes. */
function shapleyByDefinition(model: Model, x: ArrayLike<number>): Float64Array {
  const { cols } = model
  const known = Array.from({ length: 2 ** cols }, (_, subset) => scoresKnowing(model, x, subset))
  const width = known[0]!.length
  const factorial = (n: number): number => (n < 2 ? 1 : n * factorial(n - 1))
  const parts = new Float64Array(cols * width)
  for (let feature = 0; feature < cols; feature++) {
    for (let subset = 0; subset < known.length; subset++) {
      if (subset & (1 << feature)) continue
      const size = subset.toString(2).replaceAll('0', '').length
      const weight = (factorial(size) * factorial(cols - size - 1)) / factorial(cols)
      for (let k = 0; k < width; k++) {
        parts[feature * width + k]! += weight * (known[subset | (1 << feature)]![k]! - known[subset]![k]!)
      }
    }
  }
  return parts
}

const cases: [Link, Task, number, number][] = [
  ['identity', 'regression', 0, 1],
  ['logistic', 'binary', 2, 1],
  ['softmax', 'multiclass', 3, 1],
  ['average', 'multiclass', 3, 3],
  ['average', 'regression', 0, 1],
]

for (const [link, task, classes, leafWidth] of cases) {
  for (const depth of [0, 1, 3, 6]) {
    test(`${link}, depth ${depth}: as by definition, with missing cells and categories, additive`, () => {
      const model = randomTreeModel({
        link,
        task,
        classes,
        leafWidth,
        depth,
        trees: 5,
        cols: 6,
        levels: 70,
        seed: depth,
      })
      const random = createRandom(3)
      const explainer = treeExplainer(model)
      for (let round = 0; round < 5; round++) {
        const x = Float64Array.from({ length: 6 }, (_, c) =>
          random.next() < 0.2 ? Number.NaN : c % 2 ? random.integer(72) : random.normal(),
        )
        const parts = new Float64Array(6 * explainer.scores)
        explainer.explainRow(x, 0, parts)
        const expected = shapleyByDefinition(model, x)
        const scores = scoresKnowing(model, x, 63)
        for (let k = 0; k < parts.length; k++) assertClose(parts[k]!, expected[k]!, 1e-10)
        for (let k = 0; k < explainer.scores; k++) {
          let sum = explainer.expected[k]!
          for (let c = 0; c < 6; c++) sum += parts[c * explainer.scores + k]!
          assertClose(sum, scores[k]!, 1e-10)
        }
      }
    })
  }
}

test('a matrix at once, deep trees, branches no training row came to: the parts add up to the prediction', () => {
  const model = randomTreeModel({ link: 'identity', task: 'regression', depth: 14, trees: 3, cols: 9, seed: 2 })
  const cover = model.tensors.cover!.data
  const { feature } = readTrees(model).trees
  // Covers no longer those of the children's, some nothing at all: as in a model from elsewhere.
  for (let node = 0; node < cover.length; node++) if (feature[node]! < 0 && node % 5 === 0) cover[node] = 0
  const random = createRandom(3)
  const data = Float64Array.from({ length: 900 }, (_, k) => ((k % 9) % 2 ? random.integer(43) : random.normal()))
  const matrix = { names: [], rows: 100, cols: 9, data }
  const { explain, expected } = treeExplainer(model)
  const parts = explain(matrix)
  treePredictor(model)
    .predict(matrix)
    .forEach((prediction, i) => {
      const sum = parts.subarray(i * 9, i * 9 + 9).reduce((a, b) => a + b, expected[0]!)
      assertClose(sum, prediction, 1e-6)
    })
})

test('importance counts splits and sums gains by feature', () => {
  const model = randomTreeModel({ link: 'identity', task: 'regression', depth: 4, trees: 7, cols: 3, seed: 2 })
  const { feature, gain } = readTrees(model).trees
  gain.forEach((_, node) => {
    if (feature[node]! >= 0) gain[node] = node
  })
  const importance = treeImportance(model)
  for (let c = 0; c < 3; c++) {
    const nodes = Array.from(feature.keys()).filter(node => feature[node] === c)
    assert.equal(importance.splits[c], nodes.length)
    assert.equal(
      importance.gain[c],
      nodes.reduce((a, b) => a + b, 0),
    )
  }
})
