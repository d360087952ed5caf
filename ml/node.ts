/** The engine with all it can do under Node: `ml/index.ts` and the trainers that need TensorFlow.js. */
import { mlp } from './trainers/mlp.ts'
import { registerTrainer } from './trainers/registry.ts'
import { setForestThreads } from './trees/forest.ts'
import { growForestOnThreads } from './trees/forest-threads.ts'
import { workerThreads } from './trees/node-threads.ts'
import { registerCrew } from './trees/team.ts'

registerTrainer(mlp)
setForestThreads(growForestOnThreads)
registerCrew(workerThreads)

export * from './index.ts'
export { backend } from './trainers/tensorflow.ts'
