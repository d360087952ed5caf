import { EngineError } from '../errors.ts'
import { treePredictor } from '../trees/predict.ts'
import { baselinePredictor } from './baseline.ts'
import { linearPredictor } from './linear.ts'
import { mlpPredictor } from './mlp-forward.ts'
import type { Model, Predictor } from './types.ts'

/** Predictors by kind of model. All portable. */
const predictors: Record<string, (model: Model) => Predictor> = {
  baseline: baselinePredictor,
  linear: linearPredictor,
  mlp: mlpPredictor,
  gbdt: treePredictor,
  'random-forest': treePredictor,
  'extra-trees': treePredictor,
  lightgbm: treePredictor,
  xgboost: treePredictor,
}

/** @throws EngineError `trainer` when this engine cannot run the model. */
export function compilePredictor(model: Model): Predictor {
  if (Object.hasOwn(predictors, model.trainer)) return predictors[model.trainer]!(model)
  throw new EngineError('trainer', `This engine cannot run a model made by “${model.trainer}”.`, 'Update FlexiML.')
}

/** True for models that this engine runs with its own code. */
export const isOwnModel = (trainer: string): boolean => Object.hasOwn(predictors, trainer)
