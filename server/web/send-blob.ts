import { createReadStream } from 'node:fs'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { StoredBlob } from '#server/adapters/blobs.ts'
import type { Kernel } from '#server/platform/kernel.ts'
import { sendBytes } from './send-bytes.ts'

/**
 * Opens the whole content and checks its hash on the way. The last chunk is held back until the check has passed, so that damaged bytes
 * are never taken for the whole. Throws before the first chunk when the blob is missing.
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

/** Sends a blob of the store, whole or one range of it. */
export const sendBlob = (
  request: FastifyRequest,
  reply: FastifyReply,
  kernel: Kernel,
  { digest, bytes }: StoredBlob,
): Promise<void> =>
  sendBytes(request, reply, {
    etag: `"${digest}"`,
    bytes,
    // A pushed file is downloaded, never shown as one of our pages.
    headers: { 'content-type': 'application/octet-stream', 'content-disposition': 'attachment' },
    open: async range =>
      range
        ? createReadStream(await kernel.blobs.pathOf(digest), { start: range.from, end: range.to })
        : openWhole(kernel, digest),
  })
