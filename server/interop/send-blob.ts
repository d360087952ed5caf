import { createReadStream } from 'node:fs'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { pipeline } from 'node:stream/promises'
import type { StoredBlob } from '#server/adapters/blobs.ts'
import type { Kernel } from '#server/platform/kernel.ts'
import { parseRange } from './data-bytes.ts'

/** What a reader who has what it wants leaves behind. */
const GONE = new Set(['ERR_STREAM_PREMATURE_CLOSE', 'ECONNRESET', 'EPIPE'])

/**
 * The whole, its hash checked on the way: the last piece is held back until the check has passed, so that damaged bytes are never taken for
 * whole. What is missing is known before the answer begins.
 */
async function openWhole(kernel: Kernel, digest: string): Promise<AsyncIterable<Uint8Array>> {
  const chunks = kernel.blobs.read(digest)[Symbol.asyncIterator]()
  let held = await chunks.next()
  return (async function* () {
    try {
      while (!held.done) {
        const next = await chunks.next()
        yield held.value
        held = next
      }
    } finally {
      await chunks.return?.()
    }
  })()
}

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
  const source =
    req.method === 'HEAD' || blob.bytes === 0
      ? undefined
      : range
        ? createReadStream(await kernel.blobs.pathOf(blob.digest), { start: from, end: to })
        : await openWhole(kernel, blob.digest)
  res.writeHead(range ? 206 : 200, {
    ...headers,
    'content-length': to - from + 1,
    ...(range ? { 'content-range': `bytes ${from}-${to}/${blob.bytes}` } : {}),
  })
  if (source === undefined) return void res.end()
  await pipeline(source, res).catch(error => {
    if (!GONE.has(error?.code)) throw error
  })
}
