import { Readable } from 'node:stream'
import { AppError } from '#server/kernel/errors.ts'

/** The part of `fetch` that is used; data sources pass one that checks addresses where it connects. */
export type S3Fetch = (
  url: string,
  init: { method: string; headers: Record<string, string>; body?: Uint8Array<ArrayBuffer>; signal?: AbortSignal },
) => Promise<Response>

interface SdkRequest {
  method: string
  protocol: string
  hostname: string
  port?: number
  path: string
  query?: Record<string, string | string[] | null>
  headers: Record<string, string>
  body?: unknown
}

/** `fetch` sets these headers itself. Of these only `host` is signed, and its value does not change. */
const SET_BY_FETCH = new Set(['host', 'content-length', 'expect', 'connection'])

const encode = (text: string) =>
  encodeURIComponent(text).replace(/[!'()*]/g, c => `%${c.charCodeAt(0).toString(16).toUpperCase()}`)

function addressOf({ protocol, hostname, port, path, query = {} }: SdkRequest): string {
  const pairs = Object.entries(query).flatMap(([key, value]) =>
    (Array.isArray(value) ? value : [value]).map(v => `${encode(key)}=${encode(v ?? '')}`),
  )
  const search = pairs.length > 0 ? `?${pairs.join('&')}` : ''
  return `${protocol}//${hostname}${port ? `:${port}` : ''}${path}${search}`
}

function bytesOf(body: unknown): Uint8Array<ArrayBuffer> | undefined {
  if (body === undefined || body === null) return undefined
  if (typeof body === 'string') return new TextEncoder().encode(body)
  if (body instanceof Uint8Array) return body as Uint8Array<ArrayBuffer>
  throw new AppError('internal', 'A request to the object store has a body of an unknown kind.')
}

/**
 * Creates the SDK's request handler on top of `fetch`. Connection failures get a name that the SDK retries; refusals of the guard do not.
 */
export const createHandler = (send: S3Fetch) => ({
  metadata: { handlerProtocol: 'http/1.1' },
  async handle(request: SdkRequest, { abortSignal }: { abortSignal?: AbortSignal } = {}) {
    const headers = Object.fromEntries(
      Object.entries(request.headers).filter(([name]) => !SET_BY_FETCH.has(name.toLowerCase())),
    )
    const body = bytesOf(request.body)
    try {
      const response = await send(addressOf(request), { method: request.method, headers, body, signal: abortSignal })
      return {
        response: {
          statusCode: response.status,
          headers: Object.fromEntries(response.headers),
          body: response.body ? Readable.fromWeb(response.body as never) : Readable.from([]),
        },
      }
    } catch (error) {
      abortSignal?.throwIfAborted()
      if (error instanceof AppError && error.code !== 'unavailable') throw error
      throw Object.assign(new Error('The connection to the object store failed.', { cause: error }), {
        name: 'TimeoutError',
      })
    }
  },
})
