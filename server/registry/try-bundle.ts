import { AppError } from '#server/kernel/errors.ts'
import type { Kernel } from '#server/platform/kernel.ts'
import { startService } from '#server/platform/tasks/service-process.ts'
import { TaskCrash, TaskFailure } from '#server/platform/tasks/task-failure.ts'
import { TRIAL } from './tasks.ts'

const TIME_LIMIT_MS = 30_000
/** Of these, for rows beyond the first ones. */
const TRIAL_MS = 10_000

/**
 * Loads an uploaded bundle and lets it predict in a child process, within the memory that it will have when it is served. A crash or hang
 * does not affect the server. Throws `invalid`.
 */
export async function tryBundle(kernel: Kernel, path: string): Promise<void> {
  const memoryMb = kernel.env.FLEXIML_FOREIGN_MODEL_MEMORY_MB
  try {
    const limits = { memoryMb, startMs: TIME_LIMIT_MS, callMs: TIME_LIMIT_MS }
    const { process } = await startService(TRIAL, { bundle: path, milliseconds: TRIAL_MS }, limits)
    process.stop()
  } catch (error) {
    throw refusalOf(error, memoryMb)
  }
}

function refusalOf(error: unknown, memoryMb: number): unknown {
  const hint = 'Test the file with ONNX Runtime where it was created.'
  const refuse = (what: string, advice = hint) =>
    new AppError('invalid', `The model ${what} when tested with generated rows.`, { hint: advice, cause: error })
  if (error instanceof TaskCrash) return refuse('ended its process')
  if (!(error instanceof TaskFailure)) {
    if (error instanceof AppError && error.code !== 'unavailable')
      return new AppError('invalid', error.message, { hint: error.hint, cause: error })
    return error
  }
  if (error.reasonCode === 'start_timeout') return refuse(`did not answer within ${TIME_LIMIT_MS / 1000} s`)
  if (error.reasonCode === 'out_of_memory')
    return refuse(
      `needed more than ${memoryMb} MB of memory`,
      'Rows with large numbers and 2,048 rows at once are tested too. FLEXIML_FOREIGN_MODEL_MEMORY_MB is the limit.',
    )
  return new AppError('invalid', error.message, { hint: error.hint, cause: error })
}
