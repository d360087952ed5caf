import { AppError, type ErrorCode, type ErrorDetail } from '#server/kernel/errors.ts'
import { TableError } from '#tables/errors.ts'

const MB = 2 ** 20

/** A task that ended for a known cause; `reasonCode` is stored with its job. Trying again gives the same. */
export class TaskFailure extends AppError {
  readonly reasonCode: string
  constructor(code: ErrorCode, reasonCode: string, message: string, hint?: string) {
    super(code, message, { hint })
    this.reasonCode = reasonCode
  }
}

/** The process of a task ended unexpectedly. Unlike an `AppError`, this is tried again. */
export class TaskCrash extends Error {
  readonly reasonCode = 'process_crashed'
}

export const outOfMemory = (task: string, peakBytes: number, limitBytes: number, hint: string) =>
  new TaskFailure(
    'too_large',
    'out_of_memory',
    peakBytes < limitBytes
      ? // The kernel refused it before it was used.
        `The ${task} was stopped because it needed more memory than its limit of ${Math.floor(limitBytes / MB)} MB.`
      : `The ${task} was stopped because it used ${Math.ceil(peakBytes / MB)} MB of memory; its limit is ${Math.floor(limitBytes / MB)} MB.`,
    hint,
  )

/** An error as it crosses the process boundary. Without `code` it is a crash. */
export interface FailureMessage {
  type: 'failed'
  code?: ErrorCode
  reasonCode?: string
  message: string
  hint?: string
  details?: ErrorDetail[]
}

const DUCKDB_MEMORY = /^Out of Memory Error|max_temp_directory_size/

/** Known by its shape: a task without the engine must not load the engine. */
const isEngineError = (error: unknown): error is Error & { code: string; hint: string } =>
  error instanceof Error &&
  typeof (error as { code?: unknown }).code === 'string' &&
  typeof (error as { hint?: unknown }).hint === 'string'

/** Memory that the operating system refused: to V8, or to ONNX Runtime. */
const isAllocationError = (error: unknown): boolean =>
  error instanceof Error &&
  ((error instanceof RangeError && error.message.includes('allocation failed')) ||
    (error as { code?: unknown }).code === 'onnx-memory' ||
    isAllocationError(error.cause))

export function toFailureMessage(error: unknown): FailureMessage {
  if (isAllocationError(error))
    return {
      type: 'failed',
      code: 'too_large',
      reasonCode: 'out_of_memory',
      message: 'The work needs more memory than it may use; nothing was changed.',
      hint: 'Use a smaller model, or fewer rows.',
    }
  if (error instanceof AppError) {
    const { code, message, hint, details } = error
    return { type: 'failed', code, reasonCode: (error as { reasonCode?: string }).reasonCode, message, hint, details }
  }
  const message = error instanceof Error ? error.message : String(error)
  if (DUCKDB_MEMORY.test(message))
    return {
      type: 'failed',
      code: 'too_large',
      reasonCode: 'out_of_memory',
      message: 'The work needs more memory or temporary disk space than it may use; nothing was changed.',
      hint: 'Take fewer columns or rows, or free space on the server.',
    }
  if (error instanceof TableError)
    return { type: 'failed', code: error.code, reasonCode: error.reasonCode, message, hint: error.hint }
  if (isEngineError(error))
    return { type: 'failed', code: 'invalid', reasonCode: error.code.replaceAll('-', '_'), message, hint: error.hint }
  return { type: 'failed', message }
}

export function toError({ code, reasonCode, message, hint, details }: FailureMessage): Error {
  if (!code) return new TaskCrash(message)
  return reasonCode ? new TaskFailure(code, reasonCode, message, hint) : new AppError(code, message, { hint, details })
}
