import { AppError } from '#server/kernel/errors.ts'
import type { Task } from './define-task.ts'
import { TaskCrash, TaskFailure } from './task-failure.ts'
import { type KeepOptions, withTaskProcess } from './task-pool.ts'

export interface RunTaskOptions<E = never> {
  signal: AbortSignal
  progress?(done: number, note?: string): void
  line?(level: 'info' | 'warn' | 'error', text: string): void
  event?(event: E): void
  /** Lines on the standard output and error of the process. */
  output?(text: string): void
  /** Called several times a second with the process and the peak of its memory. */
  memory?(pid: number, peakBytes: number): void
  /** Limit of the resident memory, instead of the task's own. */
  memoryMb?: number
  /** The answer does not wait for a last measurement of its memory. */
  quick?: boolean
  affinity?: string
  maxProcesses?: number
  /** How long, and for how many tasks, the process is kept; default: short. */
  keep?: KeepOptions
}

/**
 * Runs a task in a child process and returns its result with the peak of its resident memory.
 * Throws the `AppError` of the task, `TaskFailure` (`out_of_memory` and other known causes), `TaskCrash`, or the reason of the signal.
 */
export async function runMeasuredTask<I, O, E>(
  task: Task<I, O, E>,
  input: I,
  options: RunTaskOptions<E>,
): Promise<{ result: O; peakMemoryBytes: number }> {
  const { signal, progress, line, event, output, memory, affinity, maxProcesses, keep } = options
  signal.throwIfAborted()
  const memoryMb = options.memoryMb ?? task.memoryMb
  const pool = {
    limitBytes: memoryMb * 2 ** 20,
    heapMb: task.heapMb(memoryMb),
    nice: task.nice,
    affinity,
    maxProcesses,
    keep,
  }
  const ran = await withTaskProcess(
    pool,
    process =>
      process.run({
        name: task.name,
        module: task.module.href,
        function: task.function,
        input: task.input.parse(input),
        memoryHint: task.memoryHint,
        abort: task.abort,
        signal,
        quick: options.quick,
        progress: progress ?? (() => undefined),
        line: line ?? (() => undefined),
        event: message => event?.(message as E),
        output,
        memory,
      }),
    // A refusal in words leaves the process as good as before.
    error =>
      error instanceof AppError &&
      !signal.aborted &&
      !(error instanceof TaskFailure && error.reasonCode === 'out_of_memory'),
  )
  const result = task.result.safeParse(ran.output)
  if (!result.success) throw new TaskCrash(`The ${task.name} returned an unexpected result: ${result.error.message}`)
  return { result: result.data, peakMemoryBytes: ran.peakBytes }
}

/** Runs a task in a child process and returns its result; see `runMeasuredTask`. */
export const runTask = async <I, O, E>(task: Task<I, O, E>, input: I, options: RunTaskOptions<E>): Promise<O> =>
  (await runMeasuredTask(task, input, options)).result
