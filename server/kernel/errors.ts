/** Error codes, which each protocol translates to its own. */
export type ErrorCode =
  | 'bad_request'
  | 'unauthenticated'
  | 'forbidden'
  | 'not_found'
  | 'conflict'
  | 'too_large'
  | 'invalid'
  | 'too_many_requests'
  | 'unavailable'
  | 'disk_full'
  | 'cancelled'
  | 'superseded'
  | 'internal'

export const HTTP_STATUS: Record<ErrorCode, number> = {
  bad_request: 400,
  unauthenticated: 401,
  forbidden: 403,
  not_found: 404,
  conflict: 409,
  superseded: 409,
  too_large: 413,
  invalid: 422,
  too_many_requests: 429,
  cancelled: 499,
  internal: 500,
  unavailable: 503,
  disk_full: 507,
}

export interface ErrorDetail {
  row?: number
  column?: string
  expected?: string
  got?: string
  [key: string]: unknown
}

/** The one error class of services. Only the outermost layer of each protocol translates it. */
export class AppError extends Error {
  readonly code: ErrorCode
  /** The next action for the user. */
  readonly hint?: string
  readonly details?: ErrorDetail[]
  readonly retryAfterSeconds?: number

  constructor(
    code: ErrorCode,
    message: string,
    extra: { hint?: string; details?: ErrorDetail[]; cause?: unknown; retryAfterSeconds?: number } = {},
  ) {
    super(message, { cause: extra.cause })
    this.name = 'AppError'
    this.code = code
    this.hint = extra.hint
    this.details = extra.details
    this.retryAfterSeconds = extra.retryAfterSeconds
  }
}

const pgCode = (error: unknown): string | undefined => {
  for (let e = error; e instanceof Error; e = e.cause as Error) {
    const code = (e as { code?: unknown }).code
    if (typeof code === 'string') return code
  }
  return undefined
}

const UNREACHABLE = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'CONNECT_TIMEOUT',
  'CONNECTION_CLOSED',
  'CONNECTION_ENDED',
  'CONNECTION_DESTROYED',
  'ETIMEDOUT',
  'EPIPE',
  '57P01',
  '57P02',
  '57P03',
  '08006',
  '08001',
  '08003',
  '53300',
])

/** Returns true if the database could not be reached, false if it refused a statement. */
export const isDatabaseAway = (error: unknown): boolean => UNREACHABLE.has(pgCode(error) ?? '')
export const isUniqueViolation = (error: unknown): boolean => pgCode(error) === '23505'

/** Converts any thrown value to an `AppError`: known causes keep their code, all others become `internal` without internal details. */
export function toAppError(error: unknown): AppError {
  if (error instanceof AppError) return error
  const code = pgCode(error)
  if (isDatabaseAway(error))
    return new AppError('unavailable', 'The database cannot be reached.', {
      hint: 'The server reconnects automatically; try again in a moment.',
      cause: error,
      retryAfterSeconds: 2,
    })
  if (code === 'ENOSPC' || code === '53100')
    return new AppError('disk_full', 'The disk is full.', {
      hint: 'Free space on the server, then try again. Nothing was registered.',
      cause: error,
    })
  if (code === '23505') return new AppError('conflict', 'It exists already.', { cause: error })
  if (code === '23503')
    return new AppError('not_found', 'The request refers to an object that does not exist in the project.', {
      cause: error,
    })
  if (code === '22021' || code === '22P05')
    return new AppError('bad_request', 'Text contains a character that cannot be stored (NUL).', { cause: error })
  return new AppError('internal', 'Internal error.', {
    hint: 'The server log has the details under the request id.',
    cause: error,
  })
}

/** Builds the error body of our own HTTP interfaces. */
export const errorBody = (error: AppError) => ({
  error: {
    code: error.code,
    message: error.message,
    ...(error.hint ? { hint: error.hint } : {}),
    ...(error.details ? { details: error.details } : {}),
  },
})
