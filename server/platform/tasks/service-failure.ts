import { AppError } from '#server/kernel/errors.ts'
import { TaskFailure } from './task-failure.ts'

const inSeconds = (ms: number) => `${ms / 1000} s`

/** A process that was not ready in time. */
export const startTimeout = (name: string, limitMs: number) =>
  new TaskFailure(
    'unavailable',
    'start_timeout',
    `The ${name} was not ready within ${inSeconds(limitMs)}.`,
    'Use a smaller or faster one.',
  )

/** A call that ran beyond its deadline. The process was ended, because native code cannot be interrupted. */
export const callTimeout = (name: string, limitMs: number) =>
  new TaskFailure(
    'unavailable',
    'deadline_exceeded',
    `The ${name} did not answer within ${inSeconds(limitMs)}.`,
    'Send fewer rows, or use a faster one.',
  )

/** A call that other calls before it did not let run. */
export const serviceBusy = (name: string) =>
  new AppError('unavailable', `The ${name} is busy with other requests.`, {
    hint: 'Try again in a moment, or send fewer requests at once.',
    retryAfterSeconds: 1,
  })

/** A call that the process did not begin before it ended: another process may answer it. */
export class ServiceEnded extends AppError {
  constructor(name: string, cause?: Error) {
    super('unavailable', `The ${name} was stopped before it could answer.`, {
      hint: 'Try again in a moment.',
      retryAfterSeconds: 1,
      cause,
    })
  }
}
