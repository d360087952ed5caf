import { authorize, type Caller } from '#server/access/caller.ts'
import type { StoredBlob } from '#server/adapters/blobs.ts'
import { AppError } from '#server/kernel/errors.ts'
import { actorKey } from '#server/kernel/scope.ts'
import { change } from '#server/platform/change.ts'
import type { Kernel } from '#server/platform/kernel.ts'
import { storeUpload } from '../transfer-bytes.ts'
import { MAX_DIRECTORY_BYTES } from './contract.ts'
import { DvcHash } from './rules/dvc-hash.ts'
import { type DvcName, formatDvcName } from './rules/dvc-name.ts'
import { readDirectory } from './rules/read-directory.ts'
import { type DvcObjectRow, findDvcFiles, findDvcObject, insertDvcObject } from './store.ts'

/** Computes the MD5 while streaming; if it differs from the name, the stream ends in an error before anything is published. */
async function* checked(source: AsyncIterable<Uint8Array>, name: DvcName): AsyncGenerator<Uint8Array> {
  const hash = new DvcHash(name.layout === 'md5-dos2unix')
  for await (const chunk of source) {
    hash.update(chunk)
    yield chunk
  }
  if (!hash.matches(name.md5))
    throw new AppError('bad_request', `The bytes that arrived do not have the MD5 ${name.md5}; nothing was stored.`, {
      hint: 'Run `dvc push` again. If it persists, the file in the local cache is damaged: `dvc checkout` finds it.',
    })
}

/** Throws unless all files of a directory are stored: a client that pulls it needs them. */
async function requireFiles(kernel: Kernel, caller: Caller, name: DvcName, digest: string): Promise<void> {
  const md5s = readDirectory(new TextDecoder().decode(await kernel.blobs.readAll(digest)))
  const here = await findDvcFiles(kernel.db, caller.scope, name.layout, md5s)
  const missing = md5s.filter(m => !here.has(m))
  if (missing.length > 0)
    throw new AppError(
      'conflict',
      `${missing.length} of the ${md5s.length} files of this directory are missing, first ${missing[0]}.`,
      { hint: 'Run `dvc push` again: it sends the files before their list.' },
    )
}

/** Stores an object under its MD5. Existing bytes are not changed. */
export async function storeDvcObject(
  kernel: Kernel,
  caller: Caller,
  name: DvcName,
  source: AsyncIterable<Uint8Array>,
  announcedBytes?: number,
): Promise<{ created: boolean }> {
  await authorize(kernel, caller, 'data:write')
  const { scope } = caller
  const blob: StoredBlob = await storeUpload(kernel, caller, checked(source, name), {
    announcedBytes,
    ...(name.directory ? { maxBytes: MAX_DIRECTORY_BYTES } : {}),
  })
  if (name.directory) await requireFiles(kernel, caller, name, blob.digest)
  return change(kernel, caller.actor, async c => {
    const row = await insertDvcObject(c.tx, scope, { ...name, ...blob, createdBy: actorKey(caller.actor) })
    if (!row) return { created: false }
    const subject = { kind: 'dvc-object', id: row.id } as const
    await c.record({
      projectId: scope.projectId,
      subject,
      audit: { action: 'data.push-dvc-object', details: { md5: formatDvcName(name), ...blob } },
      links: [{ from: subject, relation: 'uses', to: { kind: 'blob', id: blob.digest } }],
    })
    return { created: true }
  })
}

/** Returns an object's bytes. Throws `not_found`, also for objects of other projects. */
export async function findDvcBytes(kernel: Kernel, caller: Caller, name: DvcName): Promise<DvcObjectRow> {
  await authorize(kernel, caller, 'data:read')
  const row = await findDvcObject(kernel.db, caller.scope, name)
  if (!row)
    throw new AppError('not_found', `This project has no object ${formatDvcName(name)}.`, {
      hint: 'Push it with `dvc push` from a workspace that has it.',
    })
  return row
}
