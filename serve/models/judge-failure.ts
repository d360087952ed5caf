import { EngineError } from '#ml/predict.ts'
import { AppError } from '#server/kernel/errors.ts'
import { TaskFailure } from '#server/platform/tasks/task-failure.ts'
import type { Outage } from '#server/serving/models/contract.ts'
import { describeOutage, OUTAGE_HINT } from '#server/serving/models/messages.ts'

export interface ModelLimits {
  /** Of all loaded models of this process. */
  budgetMb: number
  /** Of one model in a process of its own. */
  memoryMb: number
  /** Of one request to such a model. */
  deadlineMs: number
  /** Of loading and warming up. */
  startMs: number
}

/** Why a model cannot be loaded whatever is tried; known before its process starts. */
export class StartRefused extends Error {
  readonly outage: Outage
  constructor(outage: Outage) {
    super(describeOutage(outage))
    this.outage = outage
  }
}

/** Why a model cannot be loaded; undefined for a failure that another try may not have. */
export function judgeStart(error: unknown, limits: ModelLimits, now: number): Outage | undefined {
  if (error instanceof StartRefused) return error.outage
  const broken = judgeFailure(error, limits, 0, now)
  const final = error instanceof EngineError || (error instanceof AppError && error.code === 'invalid')
  if (broken || !final) return broken
  return { code: 'start-failed', facts: { detail: error.message.replace(/\.$/, '') }, at: new Date(now).toISOString() }
}

/** The limit that a model broke, unless the failure is of another kind. */
export function judgeFailure(error: unknown, limits: ModelLimits, rows: number, now: number): Outage | undefined {
  const at = new Date(now).toISOString()
  if (!(error instanceof TaskFailure)) return undefined
  switch (error.reasonCode) {
    case 'out_of_memory':
      return { code: 'out-of-memory', facts: { limitMb: limits.memoryMb }, at }
    case 'deadline_exceeded':
      return { code: 'deadline-exceeded', facts: { limitMs: limits.deadlineMs, rows }, at }
    case 'start_timeout':
      return { code: 'start-timeout', facts: { limitMs: limits.startMs }, at }
    default:
      return undefined
  }
}

export const outOfTraffic = (outage: Outage, cause?: unknown): AppError =>
  new AppError('unavailable', `The model is out of traffic: ${describeOutage(outage)}.`, { hint: OUTAGE_HINT, cause })

export const tooSlow = (rows: number, limitMs: number, cause: unknown): AppError =>
  new AppError('unavailable', `The model did not answer ${rows} rows within ${limitMs / 1000} s.`, {
    hint: 'Send fewer rows in a request.',
    cause,
  })

export const processEnded = (cause: unknown): AppError =>
  new AppError('unavailable', 'The process of the model ended during the request.', {
    hint: 'It is started again; send the request again.',
    retryAfterSeconds: 1,
    cause,
  })
