/** Worker thread of forest-threads.ts: takes the next tree until none is left. */
import { parentPort, workerData } from 'node:worker_threads'
import { createTreeGrower, type ForestJob } from './forest-tree.ts'

const { job, thread } = workerData as { job: ForestJob; thread: number }
const grow = createTreeGrower(job, thread)
const next = new Int32Array(job.memory.buffer, job.next, 1)
for (let tree = Atomics.add(next, 0, 1); tree < job.trees; tree = Atomics.add(next, 0, 1)) {
  const grown = grow(tree)
  const parts = [grown.feature, grown.cut, grown.child, grown.cover, grown.gain, grown.value]
  parentPort!.postMessage(
    grown,
    parts.map(part => part.buffer as ArrayBuffer),
  )
}
