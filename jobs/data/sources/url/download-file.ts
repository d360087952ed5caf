import { createHash } from 'node:crypto'
import { open, rename } from 'node:fs/promises'
import { join } from 'node:path'
import type { SettingsOf } from '#server/data/sources/contract.ts'
import { type Format, fileNameFor, formatOf } from './name-format.ts'

export interface Download {
  path: string
  name: string
  format: Format
  bytes: number
  digest: string
}

const HEAD_BYTES = 512

/** Streams a response to a file whose extension gives its format. */
export async function downloadFile(
  response: Response,
  folder: string,
  base: string,
  given: SettingsOf<'url'>['format'],
  onBytes: (bytes: number) => void,
): Promise<Download> {
  const path = join(folder, base)
  const hash = createHash('sha256')
  let head: Uint8Array = new Uint8Array()
  let bytes = 0
  const file = await open(path, 'w')
  try {
    for await (const chunk of response.body ?? []) {
      if (head.length < HEAD_BYTES) head = Buffer.concat([head, chunk]).subarray(0, HEAD_BYTES)
      hash.update(chunk)
      // A short write returns its count and does not throw.
      for (let at = 0; at < chunk.length; ) at += (await file.write(chunk, at)).bytesWritten
      bytes += chunk.length
      onBytes(bytes)
    }
  } finally {
    await file.close()
  }
  const format = formatOf(given, response.headers.get('content-type'), new URL(response.url).pathname, head)
  const name = fileNameFor(format, head, base)
  await rename(path, join(folder, name))
  return { path: join(folder, name), name, format, bytes, digest: hash.digest('hex') }
}
