import { createHash } from 'node:crypto'
import { authorize, type Caller } from '#server/access/caller.ts'
import { ownBlob, type StoredBlob } from '#server/adapters/blobs.ts'
import { nowDate } from '#server/kernel/clock.ts'
import { AppError } from '#server/kernel/errors.ts'
import type { ProjectScope } from '#server/kernel/scope.ts'
import type { Kernel } from '#server/platform/kernel.ts'
import { chunkCount, UPLOAD_REST_DAYS } from './contract.ts'
import { requireUpload } from './send-chunks.ts'
import {
  type ChunkRow,
  deleteUpload,
  forgetChunk,
  forgetChunks,
  listChunks,
  restingUploads,
  type UploadRow,
  updateUpload,
} from './store.ts'

/** Uploads that this process is joining: a client that reconnects waits for the same work. */
const underWay = new Map<string, Promise<StoredBlob>>()

/** Joins the pieces to bytes of the project. `addDataset` makes a dataset of them. */
export async function completeUpload(kernel: Kernel, caller: Caller, id: string): Promise<StoredBlob> {
  await authorize(kernel, caller, 'data:write')
  const upload = await requireUpload(kernel, caller, id)
  if (upload.digest) return { digest: upload.digest, bytes: upload.bytes }
  const known = underWay.get(upload.id)
  if (known) return known
  const work = assemble(kernel, caller.scope, upload).finally(() => underWay.delete(upload.id))
  underWay.set(upload.id, work)
  return work
}

async function assemble(kernel: Kernel, scope: ProjectScope, upload: UploadRow): Promise<StoredBlob> {
  const chunks = await listChunks(kernel.db, scope, upload.id)
  const count = chunkCount(upload)
  if (chunks.length < count) {
    const have = new Set(chunks.map(c => c.number))
    const missing = Array.from({ length: count }, (_, i) => i).filter(i => !have.has(i))
    const named = `${missing.slice(0, 5).join(', ')}${missing.length > 5 ? ' …' : ''}`
    throw new AppError('conflict', `${missing.length} of ${count} pieces are missing: ${named}.`, {
      hint: 'Send them, then complete the upload.',
    })
  }
  const blob = await kernel.blobs.put(joined(kernel, scope, upload.id, chunks), { maxBytes: upload.bytes })
  await kernel.db.transaction(async tx => {
    await ownBlob(tx, scope.projectId, blob)
    await updateUpload(tx, scope, upload.id, { digest: blob.digest, touchedAt: nowDate(kernel.clock) })
    await forgetChunks(tx, scope, upload.id)
  })
  await kernel.blobs.staging.remove(upload.id)
  return blob
}

/** Streams the pieces in order and checks each hash. A damaged one is deleted, so that it is sent again. */
async function* joined(
  kernel: Kernel,
  scope: ProjectScope,
  uploadId: string,
  chunks: ChunkRow[],
): AsyncGenerator<Uint8Array> {
  for (const chunk of chunks) {
    const hash = createHash('sha256')
    let fault: unknown
    try {
      for await (const part of kernel.blobs.staging.read(uploadId, chunk.number)) {
        hash.update(part)
        yield part
      }
    } catch (error) {
      const gone = (error as NodeJS.ErrnoException).code === 'ENOENT'
      if (!gone && !(error instanceof AppError && error.code === 'not_found')) throw error
      fault = error
    }
    if (fault || hash.digest('hex') !== chunk.digest) {
      await forgetChunk(kernel.db, scope, uploadId, chunk.number)
      throw new AppError('conflict', `Piece ${chunk.number} is damaged.`, {
        hint: 'Send this piece again, then complete the upload.',
        cause: fault,
      })
    }
  }
}

/** Deletes the project's uploads that received nothing for days; returns their number. */
export async function sweepUploads(kernel: Kernel, scope: ProjectScope): Promise<number> {
  const before = new Date(kernel.clock.now() - UPLOAD_REST_DAYS * 86_400_000)
  const resting = await restingUploads(kernel.db, scope, before)
  for (const upload of resting) {
    await deleteUpload(kernel.db, scope, upload.id)
    await kernel.blobs.staging.remove(upload.id)
  }
  return resting.length
}
