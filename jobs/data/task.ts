import { rm } from 'node:fs/promises'
import type { Kernel } from '#server/platform/kernel.ts'
import { withDataChild } from './child-pool.ts'
import type { RunTaskOptions, TaskReport } from './task-report.ts'
import type { DataTaskInput, DataTaskName, DataTaskOutput } from './tasks.ts'

export type { RunTaskOptions, TaskReport }

/** Most resident memory of a task that names no limit of its own. */
const MEMORY_MB = 1536

/**
 * Runs a task in a child process, so that too much memory or a crash ends only this task. Cancelled, the process is killed at once. Throws
 * `AppError` for what the person can correct.
 */
export async function runTask<N extends DataTaskName>(
  name: N,
  input: DataTaskInput<N>,
  options: RunTaskOptions,
): Promise<DataTaskOutput<N>> {
  options.signal.throwIfAborted()
  const limitBytes = (options.memoryMb ?? MEMORY_MB) * 2 ** 20
  return (await withDataChild(limitBytes, child => child.run(name, input, options))) as DataTaskOutput<N>
}

/** Runs `work` with a temporary folder of the instance, where DuckDB may spill, and removes the folder afterwards. */
export async function withTemporaryFolder<T>(kernel: Kernel, work: (folder: string) => Promise<T>): Promise<T> {
  const folder = await kernel.blobs.temporaryFolder()
  try {
    return await work(folder)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}
