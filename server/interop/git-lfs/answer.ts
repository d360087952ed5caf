import type { ServerResponse } from 'node:http'
import { type AppError, HTTP_STATUS } from '#server/kernel/errors.ts'

const MEDIA_TYPE = 'application/vnd.git-lfs+json'
const ASK = 'Basic realm="FlexiML", charset="UTF-8"'

export function answerLfs(res: ServerResponse, status: number, body: unknown): void {
  const text = JSON.stringify(body)
  res.writeHead(status, {
    'content-type': MEDIA_TYPE,
    'content-length': Buffer.byteLength(text),
    'cache-control': 'no-store',
  })
  res.end(res.req.method === 'HEAD' ? undefined : text)
}

/** Errors as Git LFS prints them: one message, with what can be done. A 401 makes the client ask for name and password. */
export function answerLfsError(res: ServerResponse, error: AppError): void {
  if (res.headersSent) return void res.destroy()
  if (error.retryAfterSeconds !== undefined) res.setHeader('retry-after', Math.ceil(error.retryAfterSeconds))
  if (error.code === 'unauthenticated') {
    res.setHeader('lfs-authenticate', ASK)
    res.setHeader('www-authenticate', ASK)
  }
  if (!res.req.complete) res.setHeader('connection', 'close')
  answerLfs(res, HTTP_STATUS[error.code], {
    message: [
      error.message,
      error.code === 'unauthenticated' ? 'An API token is the password; any name will do.' : error.hint,
    ]
      .filter(Boolean)
      .join(' '),
    request_id: String(res.getHeader('x-request-id') ?? ''),
  })
}
