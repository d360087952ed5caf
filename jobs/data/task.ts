import { withDataChild } from './child-pool.ts'
import type { RunTaskOptions, TaskReport } from './task-report.ts'

export type { RunTaskOptions, TaskReport }

/**
 * Work with DuckDB on files, apart from database and keys: plain JSON in (paths of files, never a kernel), plain JSON out, so that it
 * runs in a process of its own. Throws `AppError` for what the person can mend. A file of `tasks/` exports it.
 */
export interface DataTask<I, O> {
  name: string
  run(input: I, report: TaskReport): Promise<O>
}

export const defineTask = <I, O>(task: DataTask<I, O>): DataTask<I, O> => task

/** Most resident memory of a task that names no limit of its own. */
const MEMORY_MB = 1536

/**
 * Runs a task in a child process: one that takes more memory than it may, or that crashes, costs this task and nothing else. Cancelled, the
 * process is killed at once.
 */
export async function runTask<I, O>(task: DataTask<I, O>, input: I, options: RunTaskOptions): Promise<O> {
  options.signal.throwIfAborted()
  const limitBytes = (options.memoryMb ?? MEMORY_MB) * 2 ** 20
  return (await withDataChild(limitBytes, child => child.run(task.name, input, options))) as O
}
