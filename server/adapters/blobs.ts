import { createHash, randomUUID } from 'node:crypto'
import { constants, createReadStream } from 'node:fs'
import { access, mkdir, open, readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { and, eq, inArray, sql } from 'drizzle-orm'
import type { Handle } from '#db/client.ts'
import { blobOwners, blobs } from '#db/schema/platform.ts'
import { AppError } from '#server/kernel/errors.ts'
import type { ProjectScope } from '#server/kernel/scope.ts'
import { type ReceiveOptions, receiveBytes } from './receive-bytes.ts'

export interface StoredBlob {
  /** SHA-256, hex. */
  digest: string
  bytes: number
}

/** Pieces of unfinished uploads, named by upload and number, not by content. */
export interface Staging {
  /** Writes a piece whole or not at all; the same piece again replaces it. Throws as `put`. */
  write(upload: string, number: number, source: AsyncIterable<Uint8Array>, options: ReceiveOptions): Promise<StoredBlob>
  read(upload: string, number: number): AsyncIterable<Uint8Array>
  /** Removes all pieces of the upload. */
  remove(upload: string): Promise<void>
}

/** Content-addressed store of bytes. */
export interface BlobStore {
  /** Identifies the store, so that a process can check that it shares it with the others. */
  readonly id: string
  /** Streams to disk, syncs, renames: a blob is complete or absent. Throws `too_large`, `disk_full`, `bad_request` (wrong digest). */
  put(source: AsyncIterable<Uint8Array> | Uint8Array, options?: ReceiveOptions): Promise<StoredBlob>
  /** Moves a finished local file into the store. */
  putFile(path: string): Promise<StoredBlob>
  /** Streams the bytes and checks their hash: a damaged blob ends in an error, not in wrong data. */
  read(digest: string): AsyncIterable<Uint8Array>
  readAll(digest: string): Promise<Uint8Array>
  /** Returns a local path for DuckDB and child processes; read only. */
  pathOf(digest: string): Promise<string>
  /** Creates a folder for work in progress on the same file system. */
  temporaryFolder(): Promise<string>
  staging: Staging
  /** Removes a blob. Returns false if it was put (again) at or after this instant, and keeps it then. A missing blob counts as removed. */
  remove(digest: string, putBefore: Date): Promise<boolean>
  /** Throws if the store cannot be used now. */
  check(signal?: AbortSignal): Promise<void>
}

const DIGEST = /^[0-9a-f]{64}$/
const UPLOAD = /^[0-9a-f-]{36}$/

export const damaged = (digest: string) =>
  new AppError('internal', `Stored bytes ${digest.slice(0, 12)}… are damaged: their hash does not match.`, {
    hint: 'Restore this blob from a backup.',
  })
export const missing = (digest: string, cause: unknown) =>
  new AppError('internal', `Stored bytes ${digest.slice(0, 12)}… are missing from the blob store.`, {
    hint: 'Restore this blob from a backup.',
    cause,
  })
/** Returns the digest. Throws unless it is one: it becomes part of a path. */
export function requireDigest(digest: string): string {
  if (!DIGEST.test(digest)) throw new AppError('not_found', 'There is no such blob.')
  return digest
}
export function requireUploadName(upload: string): string {
  if (!UPLOAD.test(upload)) throw new AppError('not_found', 'There is no such upload.')
  return upload
}

export async function openFolderStore(folder: string): Promise<BlobStore> {
  // Other accounts of the machine may traverse the home (PostgreSQL's does), but not read its content.
  await mkdir(join(folder, 'tmp'), { recursive: true, mode: 0o700 })
  const idFile = join(folder, 'store-id')
  const id = await readFile(idFile, 'utf8').catch(async () => {
    const made = randomUUID()
    await writeFile(idFile, made, { flag: 'wx' }).catch(() => undefined)
    return readFile(idFile, 'utf8')
  })

  const temporary = join(folder, 'tmp')
  const locate = (digest: string) => join(folder, requireDigest(digest).slice(0, 2), digest)
  const staged = (upload: string, ...rest: string[]) => join(folder, 'staging', requireUploadName(upload), ...rest)

  const settle = async (path: string, digest: string, bytes: number): Promise<StoredBlob> => {
    const target = locate(digest)
    await mkdir(dirname(target), { recursive: true })
    await rename(path, target)
    const parent = await open(dirname(target), 'r')
    await parent.sync()
    await parent.close()
    return { digest, bytes }
  }

  const store: BlobStore = {
    id: id.trim(),
    async put(source, options) {
      const { path, digest, bytes } = await receiveBytes(temporary, source, options)
      return settle(path, digest, bytes)
    },
    async putFile(path) {
      const hash = createHash('sha256')
      for await (const chunk of createReadStream(path)) hash.update(chunk)
      const { size } = await stat(path)
      const handle = await open(path, 'r')
      await handle.sync()
      await handle.close()
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
      const path = join(temporary, randomUUID())
      await mkdir(path)
      return path
    },
    staging: {
      async write(upload, number, source, options) {
        const { path, digest, bytes } = await receiveBytes(temporary, source, options)
        await mkdir(staged(upload), { recursive: true })
        await rename(path, staged(upload, String(number)))
        return { digest, bytes }
      },
      read: (upload, number) => createReadStream(staged(upload, String(number)), { highWaterMark: 1 << 18 }),
      remove: upload => rm(staged(upload), { recursive: true, force: true }),
    },
    async remove(digest, putBefore) {
      const path = locate(digest)
      const isOld = async (file: string) => (await stat(file)).mtime < putBefore
      const aside = join(temporary, randomUUID())
      try {
        if (!(await isOld(path))) return false
        // Moved aside first: bytes that are put in the meantime get the name and stay.
        await rename(path, aside)
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code === 'ENOENT') return true
        throw error
      }
      if (await isOld(aside)) {
        await rm(aside)
        return true
      }
      await rename(aside, path)
      return false
    },
    check: () => access(folder, constants.R_OK | constants.W_OK),
  }
  return store
}

/** Makes bytes visible to a project. Only for bytes that it uploaded, or that a use case read under its own scope. */
export async function ownBlob(tx: Handle, projectId: string, blob: StoredBlob): Promise<void> {
  // An update even of an existing row: it waits for a purge that has locked the row, and clears its mark.
  await tx
    .insert(blobs)
    .values({ digest: blob.digest, bytes: blob.bytes })
    .onConflictDoUpdate({ target: blobs.digest, set: { tombstonedAt: null } })
  // The age of bytes that arrive again starts from zero: a clean-up leaves them a day to become part of a version.
  await tx
    .insert(blobOwners)
    .values({ projectId, digest: blob.digest, bytes: blob.bytes })
    .onConflictDoUpdate({ target: [blobOwners.projectId, blobOwners.digest], set: { createdAt: sql`now()` } })
}

/** Throws `not_found` unless the project has these bytes. Another project's digest gives the same error as an unknown one. */
export async function requireOwnBlob(db: Handle, scope: ProjectScope, digest: string): Promise<StoredBlob> {
  const [row] = await db
    .select({ digest: blobOwners.digest, bytes: blobOwners.bytes })
    .from(blobOwners)
    .where(and(eq(blobOwners.projectId, scope.projectId), eq(blobOwners.digest, digest)))
  if (!row) throw new AppError('not_found', 'This project has no bytes with this digest.')
  return row
}

/** Returns which of the digests the project owns, from any origin. */
export async function findOwnedBlobs(
  db: Handle,
  scope: ProjectScope,
  digests: readonly string[],
): Promise<Map<string, number>> {
  const rows = await db
    .select({ digest: blobOwners.digest, bytes: blobOwners.bytes })
    .from(blobOwners)
    .where(and(eq(blobOwners.projectId, scope.projectId), inArray(blobOwners.digest, [...digests])))
  return new Map(rows.map(r => [r.digest, r.bytes]))
}
