import type { Handle } from '#db/client.ts'
import { authorize, type Caller } from '#server/access/caller.ts'
import { AppError } from '#server/kernel/errors.ts'
import { actorKey, type ProjectScope } from '#server/kernel/scope.ts'
import { change } from '#server/platform/change.ts'
import type { Kernel } from '#server/platform/kernel.ts'
import { type QuotaInput, quotaInput, type StorageQuota } from './contract.ts'
import { deleteQuota, findQuota, saveQuota, stagedBytes, sumOwnedBytes } from './store.ts'

const GB = 1e9
const formatBytes = (bytes: number) =>
  bytes >= GB
    ? `${Number((bytes / GB).toFixed(2))} GB`
    : bytes >= 1e5
      ? `${Number((bytes / 1e6).toFixed(2))} MB`
      : `${bytes} bytes`

/** Returns the quota of a project: its own, else the default of the instance; `bytes` is null without one. */
export async function quotaOf(kernel: Kernel, db: Handle, scope: ProjectScope): Promise<StorageQuota> {
  const own = await findQuota(db, scope)
  const standard = kernel.env.FLEXIML_PROJECT_QUOTA_GB
  return {
    bytes: own ?? (standard === undefined ? null : standard * GB),
    isDefault: own === undefined,
  }
}

/** Returns how many more bytes the project may store; undefined: as many as fit on the disk. */
export async function roomOf(kernel: Kernel, scope: ProjectScope): Promise<number | undefined> {
  const { bytes } = await quotaOf(kernel, kernel.db, scope)
  if (bytes === null) return undefined
  const [owned, staged] = await Promise.all([sumOwnedBytes(kernel.db, scope), stagedBytes(kernel.db, scope)])
  return Math.max(0, bytes - owned - staged)
}

/** Throws `too_large` unless the project may store so many bytes more. Call it before bytes are accepted. */
export async function requireRoom(kernel: Kernel, scope: ProjectScope, moreBytes: number): Promise<void> {
  const room = await roomOf(kernel, scope)
  if (room === undefined || (moreBytes <= room && room > 0)) return
  const { bytes } = await quotaOf(kernel, kernel.db, scope)
  throw new AppError(
    'too_large',
    `The storage quota of this project is ${formatBytes(bytes!)}; ${formatBytes(room)} are free, and this needs ${formatBytes(moreBytes)}.`,
    {
      hint: 'Delete versions that are no longer used (their bytes are free after a day), or let an owner raise the quota.',
    },
  )
}

/** Sets the quota of the project. `bytes: null` returns to the default of the instance. */
export async function setQuota(kernel: Kernel, caller: Caller, given: QuotaInput): Promise<StorageQuota> {
  await authorize(kernel, caller, 'project:update')
  const { bytes } = quotaInput.parse(given)
  const { scope } = caller
  return change(kernel, caller.actor, async c => {
    const before = await findQuota(c.tx, scope)
    if (bytes === null) await deleteQuota(c.tx, scope)
    else await saveQuota(c.tx, scope, { bytes, updatedBy: actorKey(c.actor) })
    await c.record({
      projectId: scope.projectId,
      subject: { kind: 'project', id: scope.projectId },
      audit: { action: 'data.set-quota', details: { bytes, before: before ?? null } },
    })
    return quotaOf(kernel, c.tx, scope)
  })
}
