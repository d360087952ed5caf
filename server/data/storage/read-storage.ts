import { authorize, type Caller } from '#server/access/caller.ts'
import { AppError } from '#server/kernel/errors.ts'
import type { Kernel } from '#server/platform/kernel.ts'
import { type DatasetStorage, type ProjectStorage, RESTORE_HOURS } from './contract.ts'
import { quotaOf } from './quota.ts'
import { digestsShared } from './rules/free-bytes.ts'
import { listVersionBytes, ownedBytes, stagedBytes, unreachedBytes, type VersionBytes } from './store.ts'

const RESTORE_MS = RESTORE_HOURS * 3_600_000

const bytesOf = (versions: VersionBytes[], owned: Map<string, number>) => {
  const digests = new Set(versions.flatMap(v => [v.digest, v.sourceDigest]))
  return [...digests].reduce((sum, digest) => sum + (owned.get(digest) ?? 0), 0)
}

/** Returns the size of each version of a dataset, including deleted ones that can be restored. */
export async function showDatasetStorage(kernel: Kernel, caller: Caller, dataset: string): Promise<DatasetStorage> {
  await authorize(kernel, caller, 'data:read')
  const since = kernel.clock.now() - RESTORE_MS
  const [all, owned] = await Promise.all([
    listVersionBytes(kernel.db, caller.scope),
    ownedBytes(kernel.db, caller.scope),
  ])
  const kept = all.filter(v => v.deletedAt === null || v.deletedAt.getTime() > since)
  const versions = kept.filter(v => v.dataset === dataset)
  if (versions.length === 0) throw new AppError('not_found', `There is no dataset “${dataset}” in this project.`)
  const shared = digestsShared(kept)
  const isShared = (v: VersionBytes) => shared.has(v.digest) || shared.has(v.sourceDigest)
  const digests = new Set(versions.flatMap(v => [v.digest, v.sourceDigest]))
  return {
    dataset,
    versions: versions.map(v => ({
      version: v.number,
      rows: v.rows,
      bytes: owned.get(v.digest) ?? v.bytes,
      sourceBytes: v.sourceDigest === v.digest ? 0 : (owned.get(v.sourceDigest) ?? 0),
      shared: isShared(v),
      deletedAt: v.deletedAt?.toISOString() ?? null,
      restorableUntil: v.deletedAt ? new Date(v.deletedAt.getTime() + RESTORE_MS).toISOString() : null,
    })),
    bytes: bytesOf(versions, owned),
    sharedBytes: [...digests].filter(d => shared.has(d)).reduce((sum, d) => sum + (owned.get(d) ?? 0), 0),
  }
}

export async function showProjectStorage(kernel: Kernel, caller: Caller): Promise<ProjectStorage> {
  await authorize(kernel, caller, 'data:read')
  const since = new Date(kernel.clock.now() - RESTORE_MS)
  const [all, owned, uploadBytes, reclaimableBytes, quota] = await Promise.all([
    listVersionBytes(kernel.db, caller.scope),
    ownedBytes(kernel.db, caller.scope),
    stagedBytes(kernel.db, caller.scope),
    unreachedBytes(kernel.db, caller.scope, since),
    quotaOf(kernel, kernel.db, caller.scope),
  ])
  const names = [...new Set(all.filter(v => v.deletedAt === null).map(v => v.dataset))]
  return {
    datasets: names
      .map(dataset => {
        const versions = all.filter(v => v.dataset === dataset && v.deletedAt === null)
        return { dataset, versions: versions.length, bytes: bytesOf(versions, owned) }
      })
      .sort((a, b) => b.bytes - a.bytes),
    bytes: [...owned.values()].reduce((sum, bytes) => sum + bytes, 0),
    uploadBytes,
    reclaimableBytes,
    quota,
  }
}
