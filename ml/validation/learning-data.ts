import { type Frame, type FrameColumn, takeRows } from '../frame/frame.ts'
import { type Matrix, takeMatrixRows } from '../matrix.ts'
import { deriveSeed } from '../random.ts'
import { compileRecipe } from '../recipe/compile.ts'
import { completeRecipe } from '../recipe/complete.ts'
import { prepareTraining } from '../recipe/prepare-training.ts'
import type { FittedRecipe, RecipeStep } from '../recipe/types.ts'
import type { SchemaColumn } from '../schema.ts'
import type { SplitRows } from '../split.ts'
import type { FeatureKind, LabeledData, Task } from '../trainers/types.ts'

/** A table to learn from: the rows of a frame whose target is known. */
export type LearningData = {
  frame: Frame
  /** Columns that may become features; the target is not among them. */
  columns: readonly SchemaColumn[]
  /** User-defined steps, before the default ones. */
  steps: readonly RecipeStep[]
  task: Task
  classCount: number
  /** Rows of the frame with their target and weight. */
  rows: Int32Array
  y: Float64Array
  weights?: Float64Array
}

/** Training rows in a trainer's format, and rows to measure on. */
export type Prepared = { recipe: FittedRecipe; train: LabeledData; validation?: LabeledData }

/** Steps that learn at most the set of levels: fitted on all rows they do not leak the target of any. */
const HARMLESS: readonly string[] = [
  'ordinal',
  'date-parts',
  'drop',
  'cast',
  'indicator',
  'interaction',
  'expression',
  'hashing',
]

export const recipeFor = (data: LearningData, features: FeatureKind) =>
  completeRecipe(data.steps, data.columns, features)

/** Returns the part of `data` at these positions of its rows. */
export function pickRows(data: LearningData, positions: Int32Array): LearningData {
  return {
    ...data,
    rows: Int32Array.from(positions, at => data.rows[at]!),
    y: Float64Array.from(positions, at => data.y[at]!),
    ...(data.weights ? { weights: Float64Array.from(positions, at => data.weights![at]!) } : {}),
  }
}

/** Fits the recipe for these features on all rows of `data`. */
export function prepareAll(data: LearningData, features: FeatureKind, seed: number): Prepared {
  const { y, task, classCount, weights } = data
  const target = { y, task, classCount, seed: deriveSeed(seed, 'recipe') }
  const { recipe, x } = prepareTraining(recipeFor(data, features), data.frame, data.rows, target)
  return { recipe, train: { x, y, ...(weights ? { weights } : {}) } }
}

/** Transforms rows of the frame with the fitted recipe; copies only the columns it reads. */
export function transformRows(recipe: FittedRecipe, frame: Frame, rows: Int32Array): Matrix {
  const columns = new Map<string, FrameColumn>()
  for (const { name } of recipe.inputs) columns.set(name, frame.columns.get(name)!)
  return compileRecipe(recipe).transform(takeRows({ rows: frame.rows, columns }, rows))
}

export type FoldData = {
  folds: readonly SplitRows[]
  /** Computed on first use, then cached. */
  fold(features: FeatureKind, index: number): Prepared & { validation: LabeledData }
  /** Returns true when one recipe and one matrix serve all folds of these features. */
  shared(features: FeatureKind): boolean
}

/**
 * Matrices of every fold, computed once for all models. Numeric and embedded recipes learn means and levels: they are fitted on each fold's
 * training rows. A native recipe, unless user steps learn more, only numbers the levels: it is fitted once on all rows, and so are the bins
 * of its matrix; neither uses the target.
 */
export function createFoldData(data: LearningData, folds: readonly SplitRows[], seed: number): FoldData {
  const kept = new Map<string, Prepared & { validation: LabeledData }>()
  let native: Prepared | undefined
  // Checks the fitted recipe, because steps without effect, such as the encoding of many levels, are not in it.
  const sharedNative = (): Prepared | null => {
    native ??= prepareAll(data, 'native', seed)
    return native.recipe.steps.every(({ step }) => HARMLESS.includes(step)) ? native : null
  }
  const shared = (features: FeatureKind) => features === 'native' && sharedNative() !== null
  const part = (x: Matrix, positions: Int32Array): LabeledData => ({
    x,
    y: Float64Array.from(positions, at => data.y[at]!),
    ...(data.weights ? { weights: Float64Array.from(positions, at => data.weights![at]!) } : {}),
  })
  const make = (features: FeatureKind, index: number) => {
    const { train, validation } = folds[index]!
    const whole = features === 'native' ? sharedNative() : null
    if (whole) {
      const { recipe, train: all } = whole
      return {
        recipe,
        train: part(takeMatrixRows(all.x, train), train),
        validation: part(takeMatrixRows(all.x, validation), validation),
      }
    }
    const prepared = prepareAll(pickRows(data, train), features, deriveSeed(seed, `fold ${index}`))
    const rows = Int32Array.from(validation, at => data.rows[at]!)
    return { ...prepared, validation: part(transformRows(prepared.recipe, data.frame, rows), validation) }
  }
  return {
    folds,
    shared,
    fold(features, index) {
      const key = `${features} ${index}`
      const known = kept.get(key)
      if (known) return known
      const made = make(features, index)
      kept.set(key, made)
      return made
    },
  }
}
