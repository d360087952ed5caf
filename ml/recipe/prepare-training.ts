import { type Frame, takeRows } from '../frame/frame.ts'
import type { Matrix } from '../matrix.ts'
import type { Task } from '../trainers/types.ts'
import { compileRecipe } from './compile.ts'
import { fitRecipe } from './fit.ts'
import type { FittedRecipe, Recipe } from './types.ts'

/** What steps that look at the target need. `y` as in `Labelled`, one per training row. */
export type RecipeTarget = { y: Float64Array; task: Task; classCount: number; seed: number }

/**
 * Fits a recipe on the training rows and gives their features. Steps that look at the target are cross-fitted: a training row's
 * feature comes from rows other than itself, so these are not always the numbers that `transform` gives for new rows.
 * @param rows indices into the frame; `x` has them in this order.
 */
export function prepareTraining(
  recipe: Recipe,
  frame: Frame,
  rows: Int32Array,
  _target: RecipeTarget,
): { recipe: FittedRecipe; x: Matrix } {
  const fitted = fitRecipe(recipe, frame, rows)
  const inputs = new Map(fitted.inputs.map(({ name }) => [name, frame.columns.get(name)!]))
  return { recipe: fitted, x: compileRecipe(fitted).transform(takeRows({ rows: frame.rows, columns: inputs }, rows)) }
}
