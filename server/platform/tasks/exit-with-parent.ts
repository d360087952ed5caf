import { Worker } from 'node:worker_threads'

const WATCH = `const parent = process.ppid
setInterval(() => { if (process.ppid !== parent) process.kill(process.pid, 'SIGKILL') }, 250)`

/**
 * Ends this process soon after its parent is gone, even while it computes without a pause: the closed channel is noticed only when the
 * event loop turns, so a thread of its own looks whether the parent is still the same.
 */
export function exitWithParent(): void {
  process.on('disconnect', () => process.exit(0))
  new Worker(WATCH, { eval: true, execArgv: [], env: {}, stdin: false }).unref()
}
