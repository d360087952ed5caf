import assert from 'node:assert/strict'
import test from 'node:test'
import type { Matrix } from '../matrix.ts'
import { createRandom } from '../random.ts'
import { matrixOf, problem } from '../testing.ts'
import { extraTrees } from '../trainers/extra-trees.ts'
import { randomForest } from '../trainers/random-forest.ts'
import type { FitContext, Model } from '../trainers/types.ts'
import type { Bins } from './bins.ts'
import { rankCategories } from './category-ranks.ts'
import { growForest, setForestThreads } from './forest.ts'
import { growForestOnThreads } from './forest-threads.ts'
import { compileKernel } from './kernels/compile.ts'
import { FOREST_WASM } from './kernels/forest-wasm.ts'
import { readTrees } from './model.ts'
import { treePredictor } from './predict.ts'
import { goesLeft } from './route.ts'

const fit = (context: FitContext, parameters: Record<string, number>, trainer = randomForest) =>
  trainer.fit({ ...context, parameters })

/** Walks the training rows to the leaves of a tree grown on all of them. */
function rowsByNode(model: Model, x: Matrix): number[][] {
  const { trees } = readTrees(model)
  const found: number[][] = Array.from({ length: trees.feature.length }, () => [])
  for (let i = 0; i < x.rows; i++) {
    for (let node = 0; ; ) {
      found[node]!.push(i)
      const tested = trees.feature[node]!
      if (tested < 0) break
      node = goesLeft(trees, node, x.data[i * x.cols + tested]!) ? trees.left[node]! : trees.right[node]!
    }
  }
  return found
}

/** 300 rows with missing cells and a category of nine levels. */
function mixed(task: 'regression' | 'binary' | 'multiclass'): FitContext {
  const context = problem(task, 300)
  const random = createRandom(7)
  const { data } = context.x
  for (let i = 0; i < 300; i++) {
    data[i * 4 + 2] = random.integer(9)
    if (random.next() < 0.2) data[i * 4 + (i % 3)] = Number.NaN
  }
  return { ...context, x: { ...context.x, levels: [0, 0, 9, 0] } }
}

for (const task of ['regression', 'binary', 'multiclass'] as const) {
  for (const trainer of [randomForest, extraTrees]) {
    test(`${trainer.id}, ${task}: nodes hold the means, or shares, and the weight of the rows that come to them`, async () => {
      const context = mixed(task)
      // Extra trees see every row once; with them the tree is checked against the data.
      const model = await fit(context, { trees: 1, minChildSamples: 5 }, extraTrees)
      const { trees } = readTrees(model)
      const rows = rowsByNode(model, context.x)
      rows.forEach((members, node) => {
        assert.equal(trees.cover[node], members.length)
        if (trees.feature[node]! < 0) assert.ok(members.length >= 5)
        for (let k = 0; k < trees.leafWidth; k++) {
          const values = members.map(i => (task === 'regression' ? context.y[i]! : Number(context.y[i] === k)))
          const mean = values.reduce((a, b) => a + b) / values.length
          assert.ok(Math.abs(trees.value[node * trees.leafWidth + k]! - mean) < 1e-9)
        }
      })
      // Both kinds: out of their own trees, better than guessing.
      const many = treePredictor(await fit(context, { trees: 30 }, trainer)).predict(context.x)
      assert.ok(many.every(Number.isFinite))
    })
  }
}

for (const task of ['regression', 'binary', 'multiclass'] as const) {
  test(`the split that looks at everything is the best of all cuts, missing cells on either side: ${task}`, async () => {
    const random = createRandom(4)
    const x = matrixOf(300, 3, (_, j) =>
      random.next() < 0.15 * j ? Number.NaN : j === 1 ? random.integer(6) : Math.round(random.normal() * 20),
    )
    const classes = task === 'regression' ? 0 : task === 'binary' ? 2 : 3
    const y = Float64Array.from({ length: 300 }, (_, i) => {
      const signal = (Number.isNaN(x.data[i * 3 + 2]!) ? 15 : x.data[i * 3]! / 4) + 10 * random.normal()
      return classes === 0 ? signal + 1000 : Math.min(classes - 1, Math.max(0, Math.floor(signal / 8)))
    })
    /** What the sums of a side keep of the sum of squares. */
    const kept = (rows: number[]) => {
      if (classes === 0) return rows.reduce((sum, i) => sum + y[i]! - 1000, 0) ** 2 / rows.length
      const counts = Array.from({ length: classes }, (_, k) => rows.filter(i => y[i] === k).length)
      return counts.reduce((sum, count) => sum + count * count, 0) / rows.length
    }
    const all = Array.from({ length: 300 }, (_, i) => i)
    let best = 0
    for (let j = 0; j < 3; j++) {
      for (const cut of [...new Set(all.map(i => x.data[i * 3 + j]!)), Number.POSITIVE_INFINITY]) {
        for (const missingLeft of [true, false]) {
          const goes = (i: number) => (Number.isNaN(x.data[i * 3 + j]!) ? missingLeft : x.data[i * 3 + j]! <= cut)
          const [left, right] = [all.filter(goes), all.filter(i => !goes(i))]
          if (left.length < 7 || right.length < 7) continue
          best = Math.max(best, kept(left) + kept(right) - kept(all))
        }
      }
    }
    const context = { ...problem(task, 300), x, y }
    const options = { trees: 1, bootstrap: false, tries: 3, minRows: 7, maxDepth: 1, random: false } as const
    const trees = await growForest(context, options)
    assert.equal(trees.feature.length, 3)
    assert.ok(Math.abs(trees.gain[0]! - best) < 1e-6 * best, `${trees.gain[0]} is not ${best}`)
  })
}

test('threads and no threads give the same bytes', async () => {
  setForestThreads(growForestOnThreads)
  const base = problem('multiclass', 9000, 30)
  const context = { ...base, parameters: { trees: 75, minChildSamples: 20 } }
  const alone = await randomForest.fit({ ...context, threads: 1 })
  let reports = 0
  const together = await randomForest.fit({ ...context, threads: 3, report: () => reports++ })
  assert.deepEqual(together.tensors, alone.tensors)
  assert.equal(reports, 75)
})

test('an abort ends the threads', async () => {
  setForestThreads(growForestOnThreads)
  const controller = new AbortController()
  const context = { ...problem('regression', 20_000, 30), threads: 2, signal: controller.signal }
  const running = randomForest.fit({ ...context, parameters: { trees: 5000 } })
  setTimeout(() => controller.abort(new Error('enough')), 100)
  await assert.rejects(running, /enough/)
})

test('categories are put in order of the target; levels without rows come last', () => {
  const bins: Bins = {
    rows: 6,
    cols: 1,
    features: [{ values: 4, categorical: true, rest: false, edges: new Float64Array(0) }],
    missing: [true],
    codes: Uint8Array.of(0, 0, 1, 1, 2, 4),
  }
  const [rank] = rankCategories(bins, [5, 7, 1, 1, 3, 100], undefined, 0)
  assert.deepEqual(rank, Uint8Array.of(2, 0, 1, 3))
  const [byClass] = rankCategories(bins, [1, 1, 0, 1, 0, 0], undefined, 2)
  assert.deepEqual(byClass, Uint8Array.of(2, 1, 0, 3))
  // Three classes along one line: levels 1, 2 and 0 turn from one to the other.
  const [byComponent] = rankCategories(bins, [2, 2, 0, 0, 1, 0], undefined, 3)
  assert.ok([2, 0].includes(byComponent![0]!) && byComponent![3] === 3)
})

test('more levels than bins: the rarest share one, and a level beyond the bins goes with them', async () => {
  const rows = 3000
  const x = matrixOf(rows, 1, i => i % 300)
  const y = Float64Array.from({ length: rows }, (_, i) => (i % 300 > 270 ? 10 : i % 2))
  const model = await fit({ ...problem('regression', 1), x: { ...x, levels: [300] }, y }, { trees: 20 })
  const predicted = treePredictor(model).predict({ ...x, rows: 300, data: x.data.slice(0, 300) })
  for (let level = 0; level < 300; level++) {
    if (level < 254) assert.ok(Math.abs(predicted[level]! - (level % 2)) < 0.4, `level ${level}: ${predicted[level]}`)
    if (level > 270) assert.ok(predicted[level]! > 5)
  }
})

test('the compiled kernel is that of its source', async () => {
  assert.equal(await compileKernel('forest'), FOREST_WASM)
})
