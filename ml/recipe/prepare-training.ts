import type { Frame } from '../frame/frame.ts'
import type { Matrix } from '../matrix.ts'
import { fillMatrix } from './compile.ts'
import { fitOnRows } from './fit.ts'
import type { RecipeTarget } from './training.ts'
import type { FittedRecipe, Recipe } from './types.ts'

/**
 * Fits a recipe on the training rows and returns their features. Steps that use the target are cross-fitted: a training row's feature is
 * computed from other rows, so it may differ from what `transform` returns for new rows.
 * @param rows indices into the frame; `x` has them in this order.
 */
export function prepareTraining(
  recipe: Recipe,
  frame: Frame,
  rows: Int32Array,
  target: RecipeTarget,
): { recipe: FittedRecipe; x: Matrix } {
  const { recipe: fitted, program, inputs, own } = fitOnRows(recipe, frame, rows, target)
  return { recipe: fitted, x: fillMatrix(program, inputs, frame, { rows, own }) }
}
