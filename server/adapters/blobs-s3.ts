import { createHash, randomUUID } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { mkdir, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { AppError } from '#server/kernel/errors.ts'
import { type BlobStore, damaged, missing, requireDigest, requireUploadName, type StoredBlob } from './blobs.ts'
import { openFileCache } from './file-cache.ts'
import { receiveBytes } from './receive-bytes.ts'
import type { S3Client } from './s3-client.ts'

/** Existing bytes older than this are sent again: a purge only removes bytes that were not put for a long time. */
const FRESH_MS = 12 * 3_600_000
/** How often a download that breaks off is resumed. */
const RESUMES = 4

/**
 * Opens a store of blobs in a bucket, below `prefix` (empty, or ending in `/`). A put goes through a local file, since the name is the hash
 * of the bytes; a read by path is copied once into a local cache, its hash checked.
 */
export async function openS3Store(
  s3: S3Client,
  prefix: string,
  local: { folder: string; cacheBytes: number; now: () => number },
): Promise<BlobStore> {
  const temporary = join(local.folder, 'tmp')
  await mkdir(temporary, { recursive: true, mode: 0o700 })
  const cache = await openFileCache(join(local.folder, 'files'), local.cacheBytes, local.now)
  const id = await storeId(s3, `${prefix}store-id`)
  const keyOf = (digest: string) => `${prefix}${requireDigest(digest).slice(0, 2)}/${digest}`
  const stagedKey = (upload: string, number: number) => `${prefix}staging/${requireUploadName(upload)}/${number}`

  /** Moves the file into the cache: bytes are most often read soon after they were put. */
  async function keep(path: string, digest: string, bytes: number): Promise<StoredBlob> {
    const there = await s3.head(keyOf(digest))
    try {
      if (there?.bytes !== bytes || local.now() - Date.parse(there.modifiedAt) > FRESH_MS)
        await s3.upload(keyOf(digest), createReadStream(path, { highWaterMark: 1 << 20 }))
    } catch (error) {
      await rm(path, { force: true })
      throw error
    }
    await cache.take(digest, path)
    return { digest, bytes }
  }

  /** Streams an object and resumes where a broken connection stopped. */
  async function* download(key: string): AsyncGenerator<Uint8Array> {
    let [at, total] = [0, Number.POSITIVE_INFINITY]
    for (let broken = 0; at < total; ) {
      const part = await s3.get(key, at > 0 ? { from: at } : {})
      total = at + part.bytes
      try {
        for await (const chunk of part.body) {
          at += chunk.length
          yield chunk
        }
        if (at < total) throw new Error(`${at} of ${total} bytes were received`)
      } catch (cause) {
        if (++broken > RESUMES)
          throw new AppError('unavailable', 'The object store closed the connection several times during a download.', {
            cause,
          })
      }
    }
  }

  async function* checked(digest: string): AsyncGenerator<Uint8Array> {
    const hash = createHash('sha256')
    try {
      for await (const chunk of download(keyOf(digest))) {
        hash.update(chunk)
        yield chunk
      }
    } catch (error) {
      throw error instanceof AppError && error.code === 'not_found' ? missing(digest, error) : error
    }
    if (hash.digest('hex') !== digest) throw damaged(digest)
  }

  const store: BlobStore = {
    id,
    async put(source, options) {
      const { path, digest, bytes } = await receiveBytes(temporary, source, options)
      return keep(path, digest, bytes)
    },
    async putFile(path) {
      const hash = createHash('sha256')
      for await (const chunk of createReadStream(path)) hash.update(chunk)
      return keep(path, hash.digest('hex'), (await stat(path)).size)
    },
    read: checked,
    async readAll(digest) {
      const chunks: Uint8Array[] = []
      for await (const chunk of checked(digest)) chunks.push(chunk)
      return Buffer.concat(chunks)
    },
    pathOf: async digest =>
      cache.pathOf(requireDigest(digest), async () => (await receiveBytes(temporary, checked(digest))).path),
    async temporaryFolder() {
      const path = join(temporary, randomUUID())
      await mkdir(path)
      return path
    },
    staging: {
      async write(upload, number, source, options) {
        const { path, digest, bytes } = await receiveBytes(temporary, source, options)
        try {
          await s3.upload(stagedKey(upload, number), createReadStream(path, { highWaterMark: 1 << 20 }))
        } finally {
          await rm(path, { force: true })
        }
        return { digest, bytes }
      },
      read: (upload, number) => download(stagedKey(upload, number)),
      async remove(upload) {
        for await (const { key } of s3.list(`${prefix}staging/${requireUploadName(upload)}/`)) await s3.remove(key)
      },
    },
    async remove(digest, putBefore) {
      const there = await s3.head(keyOf(digest))
      if (there && Date.parse(there.modifiedAt) >= putBefore.getTime()) return false
      await s3.remove(keyOf(digest))
      await cache.drop(digest)
      return true
    },
    async check(signal) {
      await s3.head(`${prefix}store-id`, { signal })
    },
  }
  return store
}

/** Returns the store's id, created on first use. If two processes open a new bucket at once, the first id stays. */
async function storeId(s3: S3Client, key: string): Promise<string> {
  const read = async () => {
    const { body } = await s3.get(key)
    const chunks: Uint8Array[] = []
    for await (const chunk of body) chunks.push(chunk)
    return Buffer.concat(chunks).toString('utf8').trim()
  }
  if (!(await s3.head(key))) await s3.put(key, new TextEncoder().encode(randomUUID()), { ifAbsent: true })
  const id = await read()
  if (!/^[0-9a-f-]{36}$/.test(id))
    throw new AppError('invalid', `The object ${key} is not the name of a blob store.`, {
      hint: 'Set BLOB_URL to a prefix of the bucket that nothing else uses.',
    })
  return id
}
