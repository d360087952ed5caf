import { type Calibration, compileCalibration } from './calibration/calibration.ts'
import { BundleError } from './errors.ts'
import type { Frame } from './frame/frame.ts'
import { compileRecipe } from './recipe/compile.ts'
import type { FittedRecipe } from './recipe/types.ts'
import { compileEnsemble } from './trainers/ensemble.ts'
import { compilePredictor } from './trainers/predictors.ts'
import type { Model } from './trainers/types.ts'

/** A compiled model: a fitted recipe and the model trained on its features. */
export type Pipeline = {
  /** Numbers per row: 1 for regression, else one probability per class. */
  width: number
  /** A frame holding the recipe's inputs: rows × width, row-major. */
  predictFrame(frame: Frame): Float64Array
  /** Predicts one trusted row (already checked against the signature) → `out`, the same numbers as `predictFrame`. */
  predictRow(row: object, out: Float64Array): void
}

/**
 * @param calibration of the model's probabilities, if any.
 * @throws BundleError when recipe, model and calibration do not match.
 */
export function compilePipeline(recipe: FittedRecipe, model: Model, calibration?: Calibration): Pipeline {
  const plain = model.trainer === 'ensemble' ? compileEnsemble(model, compileSingle) : compileSingle(recipe, model)
  if (!calibration) return plain
  if (model.task === 'regression') throw new BundleError('manifest', 'A model of numbers cannot have a calibration.')
  const calibrate = compileCalibration(calibration, model.classCount)
  return {
    width: plain.width,
    predictFrame(frame) {
      const predicted = plain.predictFrame(frame)
      calibrate(predicted)
      return predicted
    },
    predictRow(row, out) {
      plain.predictRow(row, out)
      calibrate(out)
    },
  }
}

type CompileWhole = (recipe: FittedRecipe, model: Model) => Pipeline

/** Compilers of models that read cells themselves, by trainer name. */
const wholes = new Map<string, CompileWhole>()

/**
 * Registers a compiler for models that need more than the portable engine and no features (`ml/onnx.ts` registers imported ONNX models).
 */
export function registerPipeline(trainer: string, compile: CompileWhole): void {
  wholes.set(trainer, compile)
}

function compileSingle(recipe: FittedRecipe, model: Model): Pipeline {
  const whole = wholes.get(model.trainer)
  if (whole) return whole(recipe, model)
  const compiled = compileRecipe(recipe)
  const predictor = compilePredictor(model)
  if (compiled.cols !== model.cols) {
    throw new BundleError('manifest', `The recipe makes ${compiled.cols} features, the model needs ${model.cols}.`)
  }
  const features = new Float64Array(compiled.cols)
  return {
    width: model.task === 'regression' ? 1 : model.classCount,
    predictFrame: frame => predictor.predict(compiled.transform(frame)),
    predictRow(row, out) {
      compiled.transformRow(row, features)
      predictor.predictRow(features, 0, out)
    },
  }
}
