import { authorize, type Caller } from '#server/access/caller.ts'
import { nowDate } from '#server/kernel/clock.ts'
import { AppError } from '#server/kernel/errors.ts'
import { parseId } from '#server/kernel/ids.ts'
import { actorKey } from '#server/kernel/scope.ts'
import type { Kernel } from '#server/platform/kernel.ts'
import { MAX_UPLOAD_BYTES } from '../contract.ts'
import { requireRoom } from '../storage/quota.ts'
import { type BeginUploadInput, beginUploadInput, chunkCount, chunkLength, type UploadState } from './contract.ts'
import { deleteUpload, findUpload, insertUpload, listChunks, saveChunk, type UploadRow, updateUpload } from './store.ts'

/** Returns an upload. Throws `not_found`, also for another project's. */
export async function requireUpload(kernel: Kernel, caller: Caller, id: string): Promise<UploadRow> {
  const uuid = parseId(id)
  const upload = uuid && (await findUpload(kernel.db, caller.scope, uuid))
  if (!upload)
    throw new AppError('not_found', 'There is no such upload in this project.', {
      hint: 'It was stopped, or received nothing for days. Start a new upload.',
    })
  return upload
}

const stateOf = (upload: UploadRow, have: number[]): UploadState => ({
  id: upload.id,
  fileName: upload.fileName,
  bytes: upload.bytes,
  chunkBytes: upload.chunkBytes,
  chunks: chunkCount(upload),
  have,
  digest: upload.digest,
})

/** Starts an upload in pieces, which may arrive in any order over any number of connections. */
export async function beginUpload(kernel: Kernel, caller: Caller, given: BeginUploadInput): Promise<UploadState> {
  await authorize(kernel, caller, 'data:write')
  if (Number(given.bytes) > MAX_UPLOAD_BYTES)
    throw new AppError('too_large', `The file has ${given.bytes} bytes; at most ${MAX_UPLOAD_BYTES} are accepted.`, {
      hint: 'Split it, or write it as Parquet, which is smaller.',
    })
  const parsed = beginUploadInput.safeParse(given)
  if (!parsed.success) {
    const issue = parsed.error.issues[0]!
    throw new AppError('bad_request', `The upload is not valid: ${issue.path.join('.')}: ${issue.message}.`)
  }
  await requireRoom(kernel, caller.scope, parsed.data.bytes)
  const upload = await insertUpload(kernel.db, caller.scope, {
    ...parsed.data,
    createdBy: actorKey(caller.actor),
    touchedAt: nowDate(kernel.clock),
  })
  return stateOf(upload, [])
}

/** Returns which pieces were received, so that a client can resume. */
export async function showUpload(kernel: Kernel, caller: Caller, id: string): Promise<UploadState> {
  await authorize(kernel, caller, 'data:write')
  const upload = await requireUpload(kernel, caller, id)
  const chunks = await listChunks(kernel.db, caller.scope, upload.id)
  return stateOf(
    upload,
    upload.digest ? Array.from({ length: chunkCount(upload) }, (_, i) => i) : chunks.map(c => c.number),
  )
}

/** Stores a piece if its SHA-256 and length match. Idempotent. */
export async function storeChunk(
  kernel: Kernel,
  caller: Caller,
  id: string,
  number: number,
  expectedDigest: string,
  source: AsyncIterable<Uint8Array>,
): Promise<{ number: number; bytes: number }> {
  await authorize(kernel, caller, 'data:write')
  const upload = await requireUpload(kernel, caller, id)
  const count = chunkCount(upload)
  if (number >= count)
    throw new AppError('bad_request', `There is no piece ${number}: the file has pieces 0 to ${count - 1}.`)
  if (upload.digest) throw new AppError('conflict', 'This upload is already complete.')
  const length = chunkLength(upload, number)
  await requireRoom(kernel, caller.scope, length)
  const stored = await kernel.blobs.staging
    .write(upload.id, number, source, { maxBytes: length, expectedDigest, durable: false })
    .catch(error => {
      if (error instanceof AppError && error.code === 'bad_request')
        throw new AppError('bad_request', `Piece ${number} arrived with another SHA-256 than announced.`, {
          hint: 'Send this piece again; the others are stored.',
          cause: error,
        })
      if (error instanceof AppError && error.code === 'too_large')
        throw new AppError('bad_request', `Piece ${number} is longer than its ${length} bytes.`)
      throw error
    })
  if (stored.bytes !== length)
    throw new AppError('bad_request', `Piece ${number} has ${stored.bytes} bytes; ${length} were announced.`)
  await saveChunk(kernel.db, caller.scope, upload.id, { number, ...stored })
  await updateUpload(kernel.db, caller.scope, upload.id, { touchedAt: nowDate(kernel.clock) })
  return { number, bytes: stored.bytes }
}

/** Aborts an upload and deletes its pieces. */
export async function abortUpload(kernel: Kernel, caller: Caller, id: string): Promise<void> {
  await authorize(kernel, caller, 'data:write')
  const upload = await requireUpload(kernel, caller, id)
  await deleteUpload(kernel.db, caller.scope, upload.id)
  await kernel.blobs.staging.remove(upload.id)
}
