import { createHash, randomUUID } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { mkdir, open, readFile, rename, rm, stat, statfs, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { Readable, Transform } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { and, eq } from 'drizzle-orm'
import type { Handle } from '#db/client.ts'
import { blobOwners, blobs } from '#db/schema/index.ts'
import { AppError } from './errors.ts'
import type { ProjectScope } from './scope.ts'

export interface StoredBlob {
  /** SHA-256, hex. */
  digest: string
  bytes: number
}

/** Content-addressed bytes. A later S3 store implements the same; `pathOf` then copies to a local cache. */
export interface BlobStore {
  /** Identifies the store, so that two processes can tell whether they share it. */
  readonly id: string
  /** Streams to disk, syncs, renames: a blob is whole or absent. Throws `too_large`, `disk_full`, `bad_request` (wrong digest). */
  put(
    source: AsyncIterable<Uint8Array> | Uint8Array,
    options?: { maxBytes?: number; expectedDigest?: string },
  ): Promise<StoredBlob>
  /** Takes over a finished local file. */
  putFile(path: string): Promise<StoredBlob>
  /** The bytes, hash checked on the way: a damaged blob ends in an error, not in wrong data. */
  read(digest: string): AsyncIterable<Uint8Array>
  readAll(digest: string): Promise<Uint8Array>
  /** A local path for DuckDB and child processes; read only. */
  pathOf(digest: string): Promise<string>
  /** A folder for work in progress on the same file system. */
  temporaryFolder(): Promise<string>
}

const DIGEST = /^[0-9a-f]{64}$/
/** Below this share of free space new writes are refused cleanly. */
const MIN_FREE = 0.05

export async function openFolderStore(folder: string): Promise<BlobStore> {
  // Other accounts of the machine may pass through the home (PostgreSQL's does), not read what is kept there.
  await mkdir(join(folder, 'tmp'), { recursive: true, mode: 0o700 })
  const idFile = join(folder, 'store-id')
  const id = await readFile(idFile, 'utf8').catch(async () => {
    const made = randomUUID()
    await writeFile(idFile, made, { flag: 'wx' }).catch(() => undefined)
    return readFile(idFile, 'utf8')
  })

  const locate = (digest: string) => {
    if (!DIGEST.test(digest)) throw new AppError('not_found', 'There is no such blob.')
    return join(folder, digest.slice(0, 2), digest)
  }
  const damaged = (digest: string) =>
    new AppError('internal', `Stored bytes ${digest.slice(0, 12)}… are damaged: their hash does not match.`, {
      hint: 'Restore this blob from a backup.',
    })
  const missing = (digest: string, cause: unknown) =>
    new AppError('internal', `Stored bytes ${digest.slice(0, 12)}… are missing from the blob store.`, {
      hint: 'Restore this blob from a backup.',
      cause,
    })

  const settle = async (temporary: string, digest: string, bytes: number): Promise<StoredBlob> => {
    const target = locate(digest)
    const handle = await open(temporary, 'r')
    await handle.sync()
    await handle.close()
    await mkdir(dirname(target), { recursive: true })
    await rename(temporary, target)
    const parent = await open(dirname(target), 'r')
    await parent.sync()
    await parent.close()
    return { digest, bytes }
  }

  const store: BlobStore = {
    id: id.trim(),
    async put(source, options = {}) {
      const space = await statfs(folder)
      if (space.bavail / space.blocks < MIN_FREE)
        throw new AppError('disk_full', 'Less than 5 % of the disk is free, so nothing new is written.', {
          hint: 'Free space on the server, then try again.',
        })
      const temporary = join(folder, 'tmp', randomUUID())
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
        const handle = await open(temporary, 'wx')
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
        return await settle(temporary, digest, bytes)
      } catch (error) {
        await rm(temporary, { force: true })
        throw error
      }
    },
    async putFile(path) {
      const hash = createHash('sha256')
      for await (const chunk of createReadStream(path)) hash.update(chunk)
      const { size } = await stat(path)
      return settle(path, hash.digest('hex'), size)
    },
    async *read(digest) {
      const hash = createHash('sha256')
      try {
        for await (const chunk of createReadStream(locate(digest), { highWaterMark: 1 << 20 })) {
          hash.update(chunk)
          yield chunk as Uint8Array
        }
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code === 'ENOENT') throw missing(digest, error)
        throw error
      }
      if (hash.digest('hex') !== digest) throw damaged(digest)
    },
    async readAll(digest) {
      const bytes = await readFile(locate(digest)).catch(error => {
        throw error.code === 'ENOENT' ? missing(digest, error) : error
      })
      if (createHash('sha256').update(bytes).digest('hex') !== digest) throw damaged(digest)
      return bytes
    },
    async pathOf(digest) {
      const path = locate(digest)
      await stat(path).catch(error => {
        throw missing(digest, error)
      })
      return path
    },
    async temporaryFolder() {
      const path = join(folder, 'tmp', randomUUID())
      await mkdir(path)
      return path
    },
  }
  return store
}

/** Makes bytes visible to a project. Only for bytes it uploaded, or a use case read under its own scope. */
export async function ownBlob(tx: Handle, projectId: string, blob: StoredBlob): Promise<void> {
  await tx.insert(blobs).values({ digest: blob.digest, bytes: blob.bytes }).onConflictDoNothing()
  await tx.insert(blobOwners).values({ projectId, digest: blob.digest, bytes: blob.bytes }).onConflictDoNothing()
}

/** Another project's digest answers exactly as an unknown one. */
export async function requireOwnBlob(db: Handle, scope: ProjectScope, digest: string): Promise<StoredBlob> {
  const [row] = await db
    .select({ digest: blobOwners.digest, bytes: blobOwners.bytes })
    .from(blobOwners)
    .where(and(eq(blobOwners.projectId, scope.projectId), eq(blobOwners.digest, digest)))
  if (!row) throw new AppError('not_found', 'There are no such bytes in this project.')
  return row
}
