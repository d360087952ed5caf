import { createHash, randomUUID } from 'node:crypto'
import { open, rm, statfs } from 'node:fs/promises'
import { join } from 'node:path'
import { Readable, Transform } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { AppError } from '#server/kernel/errors.ts'

export interface ReceiveOptions {
  maxBytes?: number
  expectedDigest?: string
  /** False: the bytes may be lost in a crash of the machine, which the reader detects by their hash. */
  durable?: boolean
}

/** Below this share of free disk space new writes are refused. */
const MIN_FREE = 0.05

/**
 * Streams into a new file of the folder, synced, and computes its SHA-256. Throws `too_large`, `disk_full`, `bad_request` (another digest
 * than expected), and removes the file then.
 */
export async function receiveBytes(
  folder: string,
  source: AsyncIterable<Uint8Array> | Uint8Array,
  options: ReceiveOptions = {},
): Promise<{ path: string; digest: string; bytes: number }> {
  const space = await statfs(folder)
  if (space.bavail / space.blocks < MIN_FREE)
    throw new AppError('disk_full', 'Less than 5 % of the disk is free, so new writes are refused.', {
      hint: 'Free space on the server, then try again.',
    })
  const path = join(folder, randomUUID())
  const hash = createHash('sha256')
  let bytes = 0
  const meter = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      bytes += chunk.length
      if (options.maxBytes !== undefined && bytes > options.maxBytes)
        return done(new AppError('too_large', `The file is larger than ${options.maxBytes} bytes.`))
      hash.update(chunk)
      done(null, chunk)
    },
  })
  try {
    const handle = await open(path, 'wx')
    await pipeline(
      source instanceof Uint8Array ? Readable.from([source]) : Readable.from(source),
      meter,
      handle.createWriteStream(),
    )
    const digest = hash.digest('hex')
    if (options.expectedDigest && options.expectedDigest !== digest)
      throw new AppError('bad_request', 'The bytes that arrived do not have the announced SHA-256.', {
        hint: 'Send the file again.',
      })
    if (options.durable !== false) {
      const written = await open(path, 'r')
      await written.sync()
      await written.close()
    }
    return { path, digest, bytes }
  } catch (error) {
    await rm(path, { force: true })
    throw error
  }
}
