import { createReadStream } from 'node:fs'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { pipeline } from 'node:stream/promises'
import type { StoredBlob } from '#server/kernel/blobs.ts'
import type { Kernel } from '#server/kernel/kernel.ts'
import { parseRange } from './data-bytes.ts'

/** What a reader who has what it wants leaves behind. */
const GONE = new Set(['ERR_STREAM_PREMATURE_CLOSE', 'ECONNRESET', 'EPIPE'])

/** Bytes of the store, whole or one range of them, as an answer to GET or HEAD. */
export async function sendBlob(
  req: IncomingMessage,
  res: ServerResponse,
  kernel: Kernel,
  blob: StoredBlob,
): Promise<void> {
  const etag = `"${blob.digest}"`
  const headers = {
    'content-type': 'application/octet-stream',
    'accept-ranges': 'bytes',
    'cache-control': 'private, no-cache',
    // What somebody pushed is never shown as a page of ours.
    'content-disposition': 'attachment',
    etag,
  }
  const ifRange = req.headers['if-range']
  const range = ifRange && ifRange !== etag ? undefined : parseRange(req.headers.range, blob.bytes)
  if (range === null)
    return void res.writeHead(416, { ...headers, 'content-range': `bytes */${blob.bytes}`, 'content-length': 0 }).end()
  const { from, to } = range ?? { from: 0, to: blob.bytes - 1 }
  const path = req.method === 'HEAD' ? undefined : await kernel.blobs.pathOf(blob.digest)
  res.writeHead(range ? 206 : 200, {
    ...headers,
    'content-length': to - from + 1,
    ...(range ? { 'content-range': `bytes ${from}-${to}/${blob.bytes}` } : {}),
  })
  if (path === undefined || blob.bytes === 0) return void res.end()
  await pipeline(createReadStream(path, { start: from, end: to }), res).catch(error => {
    if (!GONE.has(error?.code)) throw error
  })
}
