import { EngineError } from '../errors.ts'
import { baseline } from './baseline.ts'
import { extraTrees } from './extra-trees.ts'
import { gbdt } from './gbdt.ts'
import { linear } from './linear.ts'
import { randomForest } from './random-forest.ts'
import type { Trainer } from './types.ts'

const trainers = new Map<string, Trainer>(
  [baseline, linear, gbdt, randomForest, extraTrees].map(trainer => [trainer.id, trainer]),
)

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
