import { authorize, type Caller } from '#server/access/caller.ts'
import { ownBlob, type StoredBlob } from '#server/adapters/blobs.ts'
import { AppError } from '#server/kernel/errors.ts'
import type { Kernel } from '#server/platform/kernel.ts'
import { MAX_UPLOAD_BYTES } from './contract.ts'
import { type DatasetVersion, versionOf } from './read-datasets.ts'
import { requireRoom, roomOf } from './storage/quota.ts'

const CUT_OFF = new Set(['ECONNRESET', 'ERR_STREAM_PREMATURE_CLOSE', 'ERR_STREAM_UNABLE_TO_PIPE', 'ABORT_ERR'])

/** Streams bytes into the store and makes them the project's. `addDataset` makes a dataset of them. */
export async function storeUpload(
  kernel: Kernel,
  caller: Caller,
  source: AsyncIterable<Uint8Array>,
  options: { expectedDigest?: string; announcedBytes?: number; maxBytes?: number } = {},
): Promise<StoredBlob> {
  await authorize(kernel, caller, 'data:write')
  const { announcedBytes, expectedDigest, maxBytes = MAX_UPLOAD_BYTES } = options
  if (announcedBytes !== undefined && announcedBytes > maxBytes)
    throw new AppError('too_large', `The file has ${announcedBytes} bytes; at most ${maxBytes} are accepted.`, {
      hint: 'Split it, or write it as Parquet, which is smaller.',
    })
  await requireRoom(kernel, caller.scope, announcedBytes ?? 0)
  const room = await roomOf(kernel, caller.scope)
  const limit = Math.min(maxBytes, room ?? maxBytes)
  const blob = await kernel.blobs.put(source, { maxBytes: limit, expectedDigest }).catch(async error => {
    // Without an announced size, the quota is the limit while the bytes arrive.
    if (limit < maxBytes && error instanceof AppError && error.code === 'too_large')
      await requireRoom(kernel, caller.scope, limit + 1)
    if (CUT_OFF.has(error?.code) || /aborted/.test(error?.message ?? ''))
      throw new AppError('bad_request', 'The upload was interrupted; nothing was stored.', {
        hint: 'Send the file again.',
        cause: error,
      })
    throw error
  })
  if (announcedBytes !== undefined && blob.bytes !== announcedBytes)
    throw new AppError(
      'bad_request',
      `${blob.bytes} of ${announcedBytes} bytes were received; nothing was registered.`,
      {
        hint: 'Send the file again.',
      },
    )
  await ownBlob(kernel.db, caller.scope.projectId, blob)
  return blob
}

/** Opens the Parquet of a version, for a caller who may read it. */
export async function openVersionBytes(
  kernel: Kernel,
  caller: Caller,
  nameAtVersion: string,
): Promise<{ version: DatasetVersion; path: string }> {
  await authorize(kernel, caller, 'data:read')
  const version = await versionOf(kernel, caller.scope, nameAtVersion)
  return { version, path: await kernel.blobs.pathOf(version.digest) }
}
