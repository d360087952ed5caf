import type { z } from 'zod'

/** What a running task may use to report to the process that started it. */
export interface TaskContext<E = never> {
  /** Aborted only for tasks that declare `abort: 'signal'`; other tasks are killed. */
  signal: AbortSignal
  /** Share done, 0 to 1. */
  progress(done: number, note?: string): void
  line(level: 'info' | 'warn' | 'error', text: string): void
  /** Sends a typed message while the task runs, for example metric points. */
  emit(event: E): void
  /** Registers a process group that must not outlive the task. */
  ownGroup(processGroupId: number): void
}

export type RunTask<I, O, E = never> = (input: I, context: TaskContext<E>) => Promise<O>

export interface TaskOptions<I, O> {
  /** As error messages call it: `training`, `table task`. */
  name: string
  /** The module that a child process imports. The parent never loads it. */
  module: URL
  /** Name of the function that the module exports. Default `run`. */
  function?: string
  input: z.ZodType<I>
  result: z.ZodType<O>
  /** Limit of the resident memory of the process tree, unless the call sets another. */
  memoryMb: number
  /** V8 heap for a given limit; typed arrays, DuckDB and TensorFlow live outside of it. Default 512 MB. */
  heapMb?(memoryMb: number): number
  /** Added to the priority value of the process: serving and pages come first. Default 5. */
  nice?: number
  /** `signal`: a cancelled task may clean up for a second before it is killed. Default `kill`. */
  abort?: 'kill' | 'signal'
  /** What to do when the memory limit is exceeded. */
  memoryHint: string
}

// The type of the events is carried by the definition only.
export interface Task<I, O, E = never> extends Required<TaskOptions<I, O>> {
  readonly events?: E
}

/**
 * Defines work that runs in a child process: plain data in (paths of files, never a database or a key), plain data out.
 * A crash or an excess of memory costs this task only.
 */
export const defineTask = <I, O, E = never>(options: TaskOptions<I, O>): Task<I, O, E> => ({
  heapMb: () => 512,
  nice: 5,
  abort: 'kill',
  function: 'run',
  ...options,
})
