import type { TRPCClientError } from '@trpc/client'
import type { AppRouter } from '#server/api/root.ts'

export const EXIT = { done: 0, failed: 1, usage: 2, notAllowed: 3, notReachable: 4 } as const
export type ExitStatus = (typeof EXIT)[keyof typeof EXIT]

export interface FailureBody {
  code: string
  message: string
  hint?: string
  details?: unknown[]
}

/** Failure of a command, with its exit status and JSON body. */
export class Failure extends Error {
  readonly body: FailureBody
  readonly status: ExitStatus
  constructor(status: ExitStatus, body: FailureBody) {
    super(body.message)
    this.status = status
    this.body = body
  }
}

export const usage = (message: string, hint?: string): Failure =>
  new Failure(EXIT.usage, { code: 'usage', message, ...(hint ? { hint } : {}) })

export const failed = (message: string, hint?: string, code = 'failed'): Failure =>
  new Failure(EXIT.failed, { code, message, ...(hint ? { hint } : {}) })

const unreachable = (url: string, why?: string): Failure =>
  new Failure(EXIT.notReachable, {
    code: 'unavailable',
    message: `No FlexiML answers at ${url}${why ? `: ${why}` : '.'}`,
    hint: 'Is it started (`npm start`)? Another address is given by FLEXIML_URL or `fleximl login`.',
  })

const STATUS: Record<string, ExitStatus> = {
  unauthenticated: EXIT.notAllowed,
  forbidden: EXIT.notAllowed,
  unavailable: EXIT.notReachable,
  bad_request: EXIT.usage,
}

/** Creates a failure from an error of FlexiML: an `AppError` or the body of an HTTP response. */
export const fromBody = (body: FailureBody): Failure => new Failure(STATUS[body.code] ?? EXIT.failed, body)

interface AppData {
  code?: string
  app?: FailureBody
}

/** Converts any error to a failure with its exit status. `url` is the address of the server. */
export function toFailure(error: unknown, url: string): Failure {
  if (error instanceof Failure) return error
  if (!(error instanceof Error)) return failed(String(error))
  if (error.name === 'TRPCClientError') {
    const { data, cause } = error as TRPCClientError<AppRouter> & { cause?: Error }
    const { app, code } = (data ?? {}) as AppData
    // Input refused by the schema is bad usage; a refusal by a use case is not.
    if (app) return code === 'BAD_REQUEST' ? new Failure(EXIT.usage, app) : fromBody(app)
    if (isConnection(cause)) return unreachable(url, describeConnectionError(cause))
    if (cause instanceof SyntaxError || /JSON|fetch/.test(error.message))
      return unreachable(url, 'what answers there is not FlexiML.')
    return failed(error.message)
  }
  if (error.name === 'AppError') {
    const { code, message, hint, details } = error as Error & FailureBody
    return fromBody({ code, message, ...(hint ? { hint } : {}), ...(details ? { details } : {}) })
  }
  if (isConnection(error)) return unreachable(url, describeConnectionError(error))
  return failed(error.message, undefined, 'internal')
}

const CONNECTION = /^(ECONN|ENOTFOUND|EAI_|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|EPIPE|UND_ERR)/

const connectionCode = (error: unknown): string | undefined => {
  for (let e = error; e instanceof Error; e = e.cause) {
    const { code } = e as NodeJS.ErrnoException
    if (code && CONNECTION.test(code)) return code
    if (e instanceof AggregateError) {
      const first = e.errors.map(connectionCode).find(Boolean)
      if (first) return first
    }
  }
  return undefined
}

/** Returns true if the connection failed, as opposed to an error response. */
export const isConnection = (error: unknown): boolean =>
  connectionCode(error) !== undefined || (error instanceof TypeError && error.message === 'fetch failed')

const describeConnectionError = (error: unknown): string => {
  const code = connectionCode(error) ?? ''
  if (code === 'ECONNREFUSED') return 'the connection was refused.'
  if (code === 'ENOTFOUND' || code.startsWith('EAI_')) return 'there is no machine of that name.'
  if (code === 'ETIMEDOUT' || code.includes('TIMEOUT')) return 'it did not answer in time.'
  return code ? `the connection broke (${code}).` : 'the connection could not be made.'
}
