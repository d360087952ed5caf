import { AppError, type ErrorCode } from '#server/kernel/errors.ts'

const MB = 2 ** 20

/** A training that ended for a cause with a name; `reasonCode` goes to the run and its job. */
export class TrainingFailure extends AppError {
  readonly reasonCode: string
  constructor(code: ErrorCode, reasonCode: string, message: string, hint?: string) {
    super(code, message, { hint })
    this.reasonCode = reasonCode
  }
}

export const outOfMemory = (peakBytes: number, limitBytes: number) =>
  new TrainingFailure(
    'too_large',
    'out_of_memory',
    `The training was stopped because it used ${Math.ceil(peakBytes / MB)} MB of memory; its limit is ${Math.floor(limitBytes / MB)} MB.`,
    'Leave out columns, take fewer rows or a smaller model, or raise TRAINING_MEMORY_MB.',
  )

/** The training process ended by itself: unlike `AppError`s, this is tried again. */
export class TrainingCrash extends Error {
  readonly reasonCode = 'training_crashed'
}
