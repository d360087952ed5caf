import { authorize, type Caller } from '#server/access/caller.ts'
import { nameActorKeys } from '#server/access/service.ts'
import { findOwnedBlobs, ownBlob, type StoredBlob } from '#server/adapters/blobs.ts'
import { AppError } from '#server/kernel/errors.ts'
import { actorKey } from '#server/kernel/scope.ts'
import { type Change, change } from '#server/platform/change.ts'
import type { Kernel } from '#server/platform/kernel.ts'
import { MAX_UPLOAD_BYTES } from '../contract.ts'
import { roomOf } from '../storage/quota.ts'
import { storeUpload } from '../transfer-bytes.ts'
import { digestSchema, type LfsBatchInput, type LfsPlan, type PushedObject } from './contract.ts'
import { findLfsObjects, insertLfsObject, listPushed } from './store.ts'

/** Returns which objects exist and which the client must send. Bytes that the project has from an upload are not sent again. */
export async function planLfsBatch(
  kernel: Kernel,
  caller: Caller,
  datasetName: string,
  { operation, objects, hash_algo = 'sha256' }: LfsBatchInput,
): Promise<LfsPlan[]> {
  await authorize(kernel, caller, operation === 'upload' ? 'data:write' : 'data:read')
  const good = objects.filter(o => digestSchema.safeParse(o.oid).success).map(o => o.oid)
  const [pushed, owned] = await Promise.all([
    findLfsObjects(kernel.db, caller.scope, good),
    operation === 'upload' ? findOwnedBlobs(kernel.db, caller.scope, good) : new Map<string, number>(),
  ])
  const adopt = new Map<string, number>()
  const room = operation === 'upload' ? await roomOf(kernel, caller.scope) : undefined
  let wantedBytes = 0
  const plans = objects.map(({ oid, size }): LfsPlan => {
    const refuse = (code: 404 | 409 | 422, message: string): LfsPlan => ({
      oid,
      size,
      state: 'error',
      error: { code, message },
    })
    if (hash_algo !== 'sha256')
      return refuse(409, `This server names objects by SHA-256, not by ${hash_algo.slice(0, 40)}.`)
    if (!digestSchema.safeParse(oid).success) return refuse(422, 'The object’s name is not a SHA-256 in lower case.')
    if (!Number.isSafeInteger(size) || size < 0) return refuse(422, 'The object’s size is not a number of bytes.')
    const known = pushed.get(oid)
    const bytes = known?.bytes ?? owned.get(oid)
    if (operation === 'upload' && size > MAX_UPLOAD_BYTES)
      return refuse(422, `The object is larger than ${MAX_UPLOAD_BYTES} bytes.`)
    if (bytes === undefined && operation === 'upload') wantedBytes += size
    if (room !== undefined && wantedBytes > room)
      return refuse(422, 'The storage quota of this project has no room for this object.')
    if (bytes === undefined)
      return operation === 'upload'
        ? { oid, size, state: 'wanted' }
        : refuse(404, 'This project has no such object. Push it from a clone that has it.')
    if (bytes !== size) return refuse(422, `The object has ${bytes} bytes, not ${size}.`)
    if (operation === 'upload' && !known?.datasets.has(datasetName)) adopt.set(oid, bytes)
    return { oid, size: bytes, state: 'there' }
  })
  if (adopt.size > 0)
    await change(kernel, caller.actor, async c => {
      for (const [digest, bytes] of adopt) await keepObject(c, caller, datasetName, { digest, bytes })
    })
  return plans
}

async function keepObject(c: Change, caller: Caller, datasetName: string, blob: StoredBlob): Promise<void> {
  const { scope } = caller
  const row = await insertLfsObject(c.tx, scope, { ...blob, datasetName, createdBy: actorKey(caller.actor) })
  if (!row) return
  const subject = { kind: 'lfs-object', id: row.id } as const
  await c.record({
    projectId: scope.projectId,
    subject,
    audit: { action: 'data.push-lfs-object', details: { dataset: datasetName, ...blob } },
    links: [{ from: subject, relation: 'uses', to: { kind: 'blob', id: blob.digest } }],
    wakes: [{ kind: 'dataset', id: datasetName }],
  })
}

/** Stores an object; bytes whose hash differs from the name are discarded. */
export async function storeLfsObject(
  kernel: Kernel,
  caller: Caller,
  datasetName: string,
  oid: string,
  source: AsyncIterable<Uint8Array>,
  announcedBytes?: number,
): Promise<StoredBlob> {
  await authorize(kernel, caller, 'data:write')
  if (!digestSchema.safeParse(oid).success)
    throw new AppError('invalid', 'The object’s name is not a SHA-256 in lower case.')
  const blob = await storeUpload(kernel, caller, source, { expectedDigest: oid, announcedBytes })
  await change(kernel, caller.actor, async c => {
    await ownBlob(c.tx, caller.scope.projectId, blob)
    await keepObject(c, caller, datasetName, blob)
  })
  return blob
}

/** Returns an object of any dataset of the project. Throws `not_found`, also for objects of other projects. */
export async function findLfsObject(kernel: Kernel, caller: Caller, oid: string): Promise<StoredBlob> {
  await authorize(kernel, caller, 'data:read')
  const found = digestSchema.safeParse(oid).success
    ? (await findLfsObjects(kernel.db, caller.scope, [oid])).get(oid)
    : undefined
  if (!found)
    throw new AppError('not_found', 'This project has no such object.', { hint: 'Push it from a clone that has it.' })
  return { digest: oid, bytes: found.bytes }
}

/** Lists the objects that Git LFS pushed for the dataset, newest first. */
export async function listPushedObjects(kernel: Kernel, caller: Caller, datasetName: string): Promise<PushedObject[]> {
  await authorize(kernel, caller, 'data:read')
  const rows = await listPushed(kernel.db, caller.scope, datasetName)
  const name = await nameActorKeys(
    kernel.db,
    caller.scope,
    rows.map(r => r.object.createdBy),
  )
  return rows.map(({ object, version }) => ({
    digest: object.digest,
    bytes: object.bytes,
    pushedAt: object.createdAt.toISOString(),
    pushedBy: name(object.createdBy),
    version,
  }))
}
