import { Worker } from 'node:worker_threads'
import type { GrowForestTrees } from './forest.ts'
import type { GrownForestTree } from './forest-tree.ts'

/** Grows whole trees on worker threads; each takes the next tree when it has finished one. */
export const growForestOnThreads: GrowForestTrees = async (job, { signal }, done) => {
  signal.throwIfAborted()
  const workers = job.spaces.map(
    (_, thread) => new Worker(new URL('./forest-worker.ts', import.meta.url), { workerData: { job, thread } }),
  )
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  const abort = () => reject(signal.reason)
  signal.addEventListener('abort', abort)
  let missing = job.trees
  for (const worker of workers) {
    worker.on('message', (tree: GrownForestTree) => {
      done(tree)
      if (--missing === 0) resolve()
    })
    worker.on('error', reject)
  }
  try {
    await promise
  } finally {
    signal.removeEventListener('abort', abort)
    await Promise.all(workers.map(worker => worker.terminate()))
  }
}
