/** The engine under Node: `ml/index.ts` and the trainers that need TensorFlow.js. */
import { mlp } from './trainers/mlp.ts'
import { registerTrainer } from './trainers/registry.ts'
import { setForestThreads } from './trees/forest.ts'
import { growForestOnThreads } from './trees/forest-threads.ts'
import { startWorkerThreads } from './trees/node-threads.ts'
import { registerTreeThreads } from './trees/thread-pool.ts'

registerTrainer(mlp)
setForestThreads(growForestOnThreads)
registerTreeThreads(startWorkerThreads)

export * from './index.ts'
export { backend } from './trainers/tensorflow.ts'
