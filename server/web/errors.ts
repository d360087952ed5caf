import type { FastifyReply, FastifyRequest } from 'fastify'
import { z } from 'zod'
import { AppError, errorBody, HTTP_STATUS, toAppError } from '#server/kernel/errors.ts'
import type { Kernel } from '#server/platform/kernel.ts'

interface FastifyFailure {
  code?: string
  statusCode?: number
  message: string
  validation?: { instancePath: string; message?: string }[]
  validationContext?: string
}

const CONTEXTS: Record<string, string> = { querystring: 'query', params: 'path', headers: 'header' }

function invalidInput({ validation = [], validationContext = 'body' }: FastifyFailure): AppError {
  const place = CONTEXTS[validationContext] ?? validationContext
  const details = validation.map(({ instancePath, message }) => ({
    column: instancePath.slice(1).replaceAll('/', '.'),
    expected: message ?? 'another value',
  }))
  return new AppError('invalid', `The ${place} does not match the schema of this route.`, {
    details,
    hint: details.map(d => `${d.column || place}: ${d.expected}`).join('; '),
  })
}

/** Converts any thrown value to an `AppError`. */
export function toHttpError(thrown: unknown): AppError {
  if (thrown instanceof AppError) return thrown
  if (thrown instanceof z.ZodError)
    return invalidInput({
      message: '',
      validation: thrown.issues.map(i => ({ instancePath: `/${i.path.join('/')}`, message: i.message })),
      validationContext: 'input',
    })
  const failure = thrown as FastifyFailure
  if (failure.validation) return invalidInput(failure)
  if (failure.code === 'FST_ERR_CTP_BODY_TOO_LARGE')
    return new AppError('too_large', 'The request body is larger than this route accepts.', {
      hint: 'Files are sent to /api/v1/uploads.',
    })
  if (failure.code === 'FST_ERR_BAD_URL')
    return new AppError('bad_request', 'The address contains an invalid percent encoding.')
  if (failure.code?.startsWith('FST_') && failure.statusCode !== undefined && failure.statusCode < 500)
    return new AppError('bad_request', failure.message)
  return toAppError(thrown)
}

export function logInternal(kernel: Kernel, request: FastifyRequest, error: AppError, thrown: unknown): void {
  if (error.code !== 'internal') return
  const path = request.url.split('?', 1)[0]!.slice(0, 200)
  kernel.log.error({ err: error.cause ?? thrown, method: request.method, path }, 'request failed')
}

/** Sets the headers and status of an error response in any format. Returns false if the response has started: it is cut off. */
export function prepareError(request: FastifyRequest, reply: FastifyReply, error: AppError): boolean {
  if (reply.raw.headersSent) {
    // A cut connection cannot be mistaken for a complete response.
    reply.raw.destroy()
    return false
  }
  reply.code(HTTP_STATUS[error.code]).header('cache-control', 'no-store')
  if (error.retryAfterSeconds !== undefined) reply.header('retry-after', Math.ceil(error.retryAfterSeconds))
  // The rest of a refused body is not read: the connection ends with the response.
  if (!request.raw.complete) reply.header('connection', 'close')
  return true
}

/** Sends the error body of our own HTTP surfaces. */
export function sendError(request: FastifyRequest, reply: FastifyReply, error: AppError): FastifyReply {
  if (!prepareError(request, reply, error)) return reply
  if (error.code === 'unauthenticated') reply.header('www-authenticate', 'Bearer realm="FlexiML"')
  return reply
    .header('content-type', 'application/json; charset=utf-8')
    .serializer((text: string) => text)
    .send(`${JSON.stringify(errorBody(error))}\n`)
}
