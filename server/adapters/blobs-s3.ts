import { createHash, randomUUID } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { mkdir, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { AppError } from '#server/kernel/errors.ts'
import { type BlobStore, damaged, missing, requireDigest, requireUploadName, type StoredBlob } from './blobs.ts'
import { openFileCache } from './file-cache.ts'
import { receiveBytes } from './receive-bytes.ts'
import type { S3Client } from './s3-client.ts'

/** Bytes that are there already are sent again when they are older: a purge only removes what has long not been put. */
const FRESH_MS = 12 * 3_600_000
/** How often a download that breaks off goes on where it was. */
const RESUMES = 4

/**
 * Blobs in a bucket, below `prefix` (empty, or ending in `/`). What is put goes through a file of this machine, since its name is the hash of
 * its bytes; what is read by path is copied into a cache of this machine once, its hash checked.
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

  /** The file is moved into the cache: what was put is most often read next. */
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

  /** Goes on where a broken connection left off. */
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
        if (at < total) throw new Error(`${at} of ${total} bytes came`)
      } catch (cause) {
        if (++broken > RESUMES)
          throw new AppError('unavailable', 'The object store broke off in the middle of the bytes, several times.', {
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

/** Two processes that open a new bucket at once agree: the first one's name stays. */
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
      hint: 'Give BLOB_URL a prefix of its own in the bucket.',
    })
  return id
}
