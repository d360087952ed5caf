/** What a task may tell while it works. */
export interface TaskReport {
  signal: AbortSignal
  /** Share done, 0 to 1. */
  progress(done: number, note?: string): void
  line(level: 'info' | 'warn' | 'error', text: string): void
}

/**
 * Work with DuckDB on files, apart from database and keys: plain JSON in (paths of files, never a kernel), plain JSON out, so that it can
 * run in a process of its own. Throws `AppError` for what the person can mend.
 */
export interface DataTask<I, O> {
  name: string
  run(input: I, report: TaskReport): Promise<O>
}

export const defineTask = <I, O>(task: DataTask<I, O>): DataTask<I, O> => task

export interface RunTaskOptions extends TaskReport {
  /** Most resident memory of the work, in MB. */
  memoryMb?: number
}

export async function runTask<I, O>(task: DataTask<I, O>, input: I, options: RunTaskOptions): Promise<O> {
  options.signal.throwIfAborted()
  return task.run(input, options)
}
