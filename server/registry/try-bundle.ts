import { AppError } from '#server/kernel/errors.ts'
import { runTask } from '#server/platform/tasks/run-task.ts'
import { TaskCrash } from '#server/platform/tasks/task-failure.ts'
import { tryBundleTask } from './tasks.ts'

const TIME_LIMIT_MS = 30_000

/**
 * Loads an uploaded bundle and lets it predict in a child process, so that a crash or hang does not affect the server. Throws `invalid`.
 */
export async function tryBundle(path: string): Promise<void> {
  const signal = AbortSignal.timeout(TIME_LIMIT_MS)
  try {
    await runTask(tryBundleTask, { bundle: path }, { signal })
  } catch (error) {
    if (error instanceof AppError) throw new AppError('invalid', error.message, { hint: error.hint, cause: error })
    if (!signal.aborted && !(error instanceof TaskCrash)) throw error
    const how = signal.aborted ? `did not answer within ${TIME_LIMIT_MS / 1000} s` : 'ended its process'
    throw new AppError('invalid', `The model ${how} when tested with one row.`, {
      hint: 'Test the file with ONNX Runtime where it was created.',
      cause: error,
    })
  }
}
