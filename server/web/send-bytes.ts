import type { IncomingMessage, ServerResponse } from 'node:http'
import { pipeline } from 'node:stream/promises'
import type { FastifyReply, FastifyRequest } from 'fastify'

/** Error codes of a stream whose reader closed it. */
const READER_GONE = new Set(['ERR_STREAM_PREMATURE_CLOSE', 'ECONNRESET', 'EPIPE'])

export interface ByteRange {
  from: number
  to: number
}

export interface SendableBytes {
  etag: string
  bytes: number
  headers: Record<string, string>
  /** Opens the whole content (`undefined`) or one range of it. */
  open(range: ByteRange | undefined): Promise<AsyncIterable<Uint8Array>>
}

/** Parses one range of `bytes=a-b`, `a-`, `-n` (RFC 9110 § 14). Returns undefined for the whole (also for lists of ranges), null if it cannot be satisfied. */
export function parseRange(header: string | undefined, size: number): ByteRange | null | undefined {
  const match = /^bytes=(\d*)-(\d*)$/.exec(header?.trim() ?? '')
  if (!match || (match[1] === '' && match[2] === '')) return undefined
  if (match[1] === '') {
    const last = Number(match[2])
    return last === 0 || size === 0 ? null : { from: Math.max(0, size - last), to: size - 1 }
  }
  const from = Number(match[1])
  const to = match[2] === '' ? size - 1 : Math.min(Number(match[2]), size - 1)
  if (match[2] !== '' && Number(match[2]) < from) return undefined
  return from >= size ? null : { from, to }
}

async function writeBytes(req: IncomingMessage, res: ServerResponse, content: SendableBytes): Promise<void> {
  const headers = {
    'accept-ranges': 'bytes',
    'cache-control': 'private, no-cache',
    ...content.headers,
    etag: content.etag,
  }
  if (req.headers['if-none-match'] === content.etag) return void res.writeHead(304, headers).end()
  const ifRange = req.headers['if-range']
  const range = ifRange && ifRange !== content.etag ? undefined : parseRange(req.headers.range, content.bytes)
  if (range === null)
    return void res
      .writeHead(416, { ...headers, 'content-range': `bytes */${content.bytes}`, 'content-length': 0 })
      .end()
  const { from, to } = range ?? { from: 0, to: content.bytes - 1 }
  const source = req.method === 'HEAD' || content.bytes === 0 ? undefined : await content.open(range)
  res.writeHead(range ? 206 : 200, {
    ...headers,
    'content-length': to - from + 1,
    ...(range ? { 'content-range': `bytes ${from}-${to}/${content.bytes}` } : {}),
  })
  if (source === undefined) return void res.end()
  await pipeline(source, res).catch(error => {
    if (!READER_GONE.has(error?.code)) throw error
  })
}

/**
 * Sends bytes, whole or one range of them, as the response to GET or HEAD. They are written to the raw response: when reading fails
 * midway the connection is cut, so that a part is never taken for the whole.
 */
export async function sendBytes(request: FastifyRequest, reply: FastifyReply, content: SendableBytes): Promise<void> {
  await writeBytes(request.raw, reply.raw, content).catch(error => {
    // Before the headers an error is an ordinary response.
    if (reply.raw.headersSent) reply.raw.destroy()
    throw error
  })
  reply.hijack()
}
