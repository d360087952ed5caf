import { EngineError } from '../errors.ts'
import { treePredictor } from '../trees/predict.ts'
import { baseline, baselinePredictor } from './baseline.ts'
import { extraTrees } from './extra-trees.ts'
import { gbdt } from './gbdt.ts'
import { linear, linearPredictor } from './linear.ts'
import { mlpPredictor } from './mlp-forward.ts'
import { randomForest } from './random-forest.ts'
import type { Model, Predictor, Trainer } from './types.ts'

const trainers = new Map<string, Trainer>(
  [baseline, linear, gbdt, randomForest, extraTrees].map(trainer => [trainer.id, trainer]),
)

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

/** Adds a trainer that needs more than the portable engine (`ml/node.ts` adds `mlp`). */
export function registerTrainer(trainer: Trainer): void {
  trainers.set(trainer.id, trainer)
}

/** All trainers of this process, in order of registration. */
export function listTrainers(): Trainer[] {
  return [...trainers.values()]
}

/** @throws EngineError `trainer` when it is not registered. */
export function getTrainer(id: string): Trainer {
  const trainer = trainers.get(id)
  if (trainer) return trainer
  const known = [...trainers.keys()].join(', ')
  throw new EngineError('trainer', `There is no trainer “${id}” here.`, `Known ones: ${known}.`)
}

/** @throws EngineError `trainer` when this engine cannot run the model. */
export function compilePredictor(model: Model): Predictor {
  if (Object.hasOwn(predictors, model.trainer)) return predictors[model.trainer]!(model)
  throw new EngineError('trainer', `This engine cannot run a model made by “${model.trainer}”.`, 'Update FlexiML.')
}

/** True for models that this engine runs with its own code. */
export const isOwnModel = (trainer: string): boolean => Object.hasOwn(predictors, trainer)
