import { createHash } from 'node:crypto'
import { open } from 'node:fs/promises'
import { AppError } from '#server/kernel/errors.ts'
import type { ObjectStore, StoredObject } from './object-store.ts'

const TRIES = 4

/**
 * Downloads an object to a file and returns its SHA-256. Resumes a broken connection if the object has not changed. Checks the listed length,
 * and the MD5 if the store has one.
 */
export async function downloadObject(
  store: ObjectStore,
  object: StoredObject,
  path: string,
  signal: AbortSignal,
  onBytes: (bytes: number) => void,
): Promise<string> {
  const what = `${store.place}/${object.key}`
  const sha256 = createHash('sha256')
  const md5 = createHash('md5')
  let bytes = 0
  let etag: string | undefined
  const changed = () =>
    new AppError('unavailable', `${what} changed while it was read.`, { hint: 'Read it again when writing is done.' })
  const file = await open(path, 'w', 0o600)
  try {
    for (let tried = 1; ; tried++) {
      const before = bytes
      try {
        const got = await store.read(object.key, { from: bytes, signal })
        if (etag !== undefined && got.etag !== etag) throw changed()
        etag = got.etag
        for await (const piece of got.body) {
          if (bytes + piece.length > object.bytes) throw changed()
          sha256.update(piece)
          md5.update(piece)
          // A short write returns its count and does not throw.
          for (let at = 0; at < piece.length; ) at += (await file.write(piece, at)).bytesWritten
          bytes += piece.length
          onBytes(piece.length)
        }
        if (bytes === object.bytes) break
        throw new AppError('unavailable', `${what} ended after ${bytes} of ${object.bytes} bytes.`)
      } catch (error) {
        signal.throwIfAborted()
        const passing = error instanceof AppError && error.code === 'unavailable' && !error.message.includes('changed')
        if (!passing || (tried >= TRIES && bytes === before)) throw error
        if (bytes > before) tried = 0
      }
    }
  } finally {
    await file.close()
  }
  if (object.md5 && md5.digest('hex') !== object.md5)
    throw new AppError('unavailable', `${what} arrived with another MD5 than the store lists.`, {
      hint: 'Read it again; when it stays so, the object is damaged.',
    })
  return sha256.digest('hex')
}
