import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import test from 'node:test'
import { frameFromRows } from '../frame/builder.ts'
import type { FrameColumnType } from '../frame/frame.ts'
import type { Task } from '../trainers/types.ts'
import { compileRecipe } from './compile.ts'
import { murmurHash3 } from './murmur-hash.ts'
import { prepareTraining } from './prepare-training.ts'
import { normalQuantile } from './statistics.ts'
import type { RecipeStep } from './types.ts'

/** Values computed by scikit-learn (bench/golden/make-recipes.py). */
const golden = JSON.parse(readFileSync(new URL('../../bench/golden/recipes.json', import.meta.url), 'utf8')) as {
  numbers: (number | null)[]
  train: number
  lambda: number
  scaled: Record<string, (number | null)[]>
  normalQuantiles: [number, number][]
  texts: string[]
  trainTexts: number
  terms: string[]
  weights: number[][]
  levels: string[]
  encoded: Record<Task, { y: number[]; encodings: number[][] }>
  hashes: [string, number][]
}

/** A recipe of one step over one column, fitted on the first `train` cells, applied to all and to `later` ones. */
function apply(step: RecipeStep, type: FrameColumnType, cells: unknown[], train: number, y?: number[], task?: Task) {
  const frame = frameFromRows(
    [{ name: 'x', type }],
    cells.map(x => ({ x })),
  )
  const rows = Int32Array.from({ length: train }, (_, i) => i)
  const target = {
    y: Float64Array.from(y ?? rows),
    task: task ?? ('regression' as const),
    classCount: task === 'multiclass' ? 3 : task === 'binary' ? 2 : 0,
    seed: 1,
  }
  const { recipe } = prepareTraining({ v: 1, inputs: [{ name: 'x', type }], steps: [step] }, frame, rows, target)
  return compileRecipe(recipe).transform(frame)
}

function assertNear(actual: number, expected: number | null, tolerance: number, what: string): void {
  if (expected === null) assert.ok(Number.isNaN(actual), what)
  else
    assert.ok(
      Math.abs(actual - expected) <= tolerance * Math.max(1, Math.abs(expected)),
      `${what}: ${actual} ${expected}`,
    )
}

const STEPS: Record<string, { step: RecipeStep; tolerance: number }> = {
  standard: { step: { step: 'scale', columns: ['x'], method: 'standard' }, tolerance: 1e-12 },
  robust: { step: { step: 'scale', columns: ['x'], method: 'robust' }, tolerance: 1e-12 },
  'min-max': { step: { step: 'scale', columns: ['x'], method: 'min-max' }, tolerance: 1e-12 },
  uniform: { step: { step: 'scale', columns: ['x'], method: 'quantile', to: 'uniform' }, tolerance: 1e-9 },
  normal: { step: { step: 'scale', columns: ['x'], method: 'quantile', to: 'normal' }, tolerance: 1e-9 },
  // Two optimisers end at slightly different powers on the same flat top.
  'yeo-johnson': { step: { step: 'power', columns: ['x'], method: 'yeo-johnson' }, tolerance: 1e-5 },
}

for (const [name, { step, tolerance }] of Object.entries(STEPS)) {
  test(`${name} gives what scikit-learn gives, beyond the training range and for ties too`, () => {
    const made = apply(step, 'number', golden.numbers, golden.train)
    for (const [i, expected] of golden.scaled[name]!.entries()) {
      assertNear(made.data[i]!, expected, tolerance, `row ${i} (${golden.numbers[i]})`)
    }
  })
}

test('TF-IDF is scikit-learn’s TfidfVectorizer to 1e-9, in many scripts', () => {
  const made = apply({ step: 'tf-idf', columns: ['x'], maxTerms: 1000 }, 'text', golden.texts, golden.trainTexts)
  assert.deepEqual(made.names.toSorted(), golden.terms.map(term => `x:${term}`).toSorted())
  for (const [i, weights] of golden.weights.entries()) {
    for (const [k, expected] of weights.entries()) {
      const c = made.names.indexOf(`x:${golden.terms[k]}`)
      assertNear(made.data[i * made.cols + c]!, expected, 1e-9, `${golden.terms[k]} in text ${i}`)
    }
  }
})

test('target encoding is scikit-learn’s TargetEncoder(smooth=10) for new rows', () => {
  for (const [task, { y, encodings }] of Object.entries(golden.encoded)) {
    const cells = [...golden.levels, 'a', 'b', 'c', 'd', 'e', 'f', 'never seen', null]
    const step: RecipeStep = { step: 'target-encoding', columns: ['x'], smoothing: 10 }
    const made = apply(step, 'category', cells, golden.levels.length, y, task as Task)
    const first = golden.levels.length
    for (const [i, expected] of encodings.entries()) {
      // scikit-learn has a column for the first of three classes as well: it follows from the others.
      const wanted = task === 'multiclass' ? expected.slice(1) : expected
      assert.equal(made.cols, wanted.length)
      for (const [k, value] of wanted.entries()) {
        assertNear(made.data[(first + i) * made.cols + k]!, value, 1e-12, `${task}, level ${i}`)
      }
    }
    const rowsOf = (level: string | null) => golden.levels.filter(each => each === level).length
    const common = ['a', 'b', 'c', 'd', 'e', 'f'].reduce((best, level) => (rowsOf(level) > rowsOf(best) ? level : best))
    const [known, missing] = [first + 'abcdef'.indexOf(common), first + 7].map(row => made.data[row * made.cols])
    assert.equal(missing, known, 'missing is the most frequent level where training had no missing cell')
  }
})

test('hashes are MurmurHash3 as scikit-learn computes it', () => {
  for (const [word, hash] of golden.hashes) assert.equal(murmurHash3(word), hash, word)
})

test('normal quantiles are those of SciPy', () => {
  for (const [p, quantile] of golden.normalQuantiles) assertNear(normalQuantile(p), quantile, 1e-14, String(p))
})
