import type { ServerResponse } from 'node:http'
import { type AppError, errorBody, HTTP_STATUS } from '#server/kernel/errors.ts'

/** Bytes of ours are never guessed at, framed or kept by shared caches. */
export function setSafeHeaders(res: ServerResponse): void {
  res.setHeader('x-content-type-options', 'nosniff')
  res.setHeader('x-frame-options', 'DENY')
  res.setHeader('referrer-policy', 'strict-origin-when-cross-origin')
  res.setHeader('cross-origin-opener-policy', 'same-origin')
  res.setHeader('cross-origin-resource-policy', 'same-origin')
}

export function answerJson(res: ServerResponse, status: number, body: unknown): void {
  const text = `${JSON.stringify(body)}\n`
  res.writeHead(status, {
    'content-type': 'application/json; charset=utf-8',
    'content-length': Buffer.byteLength(text),
    'cache-control': 'no-store',
  })
  res.end(res.req.method === 'HEAD' ? undefined : text)
}

/** The one translation of errors of plain HTTP. A body that has begun can only be cut off, so that nobody takes it for whole. */
export function answerError(res: ServerResponse, error: AppError): void {
  if (res.headersSent) return void res.destroy()
  if (error.retryAfterSeconds !== undefined) res.setHeader('retry-after', Math.ceil(error.retryAfterSeconds))
  if (error.code === 'unauthenticated') res.setHeader('www-authenticate', 'Bearer realm="FlexiML"')
  // What is left of a refused body is not read: the connection ends with the answer.
  if (!res.req.complete) res.setHeader('connection', 'close')
  answerJson(res, HTTP_STATUS[error.code], errorBody(error))
}
