import { availableParallelism } from 'node:os'
import { Worker } from 'node:worker_threads'
import type { StartThreads } from './thread-pool.ts'

const idle: Worker[] = []
let running = 0

function start(): Worker {
  const worker = new Worker(new URL('tree-worker.ts', import.meta.url))
  running++
  worker.on('message', () => idle.push(worker))
  // A thread that fails to start is not replaced; the remaining threads do the work.
  worker.on('error', () => {})
  worker.on('exit', () => {
    running--
    const place = idle.indexOf(worker)
    if (place >= 0) idle.splice(place, 1)
  })
  // Last, because adding listeners would keep the process alive again.
  worker.unref()
  return worker
}

/** Starts worker threads, at most one per processor, and reuses them for the next fit; they do not keep the process alive. */
export const startWorkerThreads: StartThreads = ({ scratches, ...work }) => {
  for (const scratch of scratches) {
    const worker = idle.pop() ?? (running < availableParallelism() ? start() : undefined)
    worker?.postMessage({ ...work, scratch })
  }
}
