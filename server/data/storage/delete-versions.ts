import { authorize, type Caller } from '#server/access/caller.ts'
import { nowDate } from '#server/kernel/clock.ts'
import { AppError } from '#server/kernel/errors.ts'
import { change } from '#server/platform/change.ts'
import type { Kernel } from '#server/platform/kernel.ts'
import { versionsDeleted, versionsRestored } from '../events.ts'
import { type DeletionPreview, RESTORE_HOURS } from './contract.ts'
import { digestsFreed } from './rules/free-bytes.ts'
import {
  jobsAtWork,
  listVersionBytes,
  lockDatasetById,
  markDeleted,
  markRestored,
  ownedBytes,
  usedVersions,
  type VersionBytes,
} from './store.ts'

const parts = (nameAtVersion: string) => {
  const [name = '', number] = nameAtVersion.split('@')
  return { name, number: number === undefined ? undefined : Number(number) }
}

/** Resolves `name` or `name@3` to its versions (`deleted`: to its deleted versions). */
async function versionsMeant(kernel: Kernel, caller: Caller, nameAtVersion: string, deleted = false) {
  const { name, number } = parts(nameAtVersion)
  const all = await listVersionBytes(kernel.db, caller.scope, name)
  const there = all.filter(v => (v.deletedAt !== null) === deleted)
  const meant = there.filter(v => number === undefined || v.number === number)
  if (meant.length === 0)
    throw new AppError(
      'not_found',
      number === undefined || there.length === 0
        ? `There is no ${deleted ? 'deleted ' : ''}dataset “${name}” in this project.`
        : `${name} has no ${deleted ? 'deleted ' : ''}version ${number}.`,
      { hint: 'List datasets and versions with `fleximl data ls` and `fleximl data storage`.' },
    )
  return { name, all, meant, staying: there.filter(v => !meant.includes(v)) }
}

/** Returns what depends on a version, or on a dataset with all its versions, and what its deletion frees. */
export async function previewDeletion(kernel: Kernel, caller: Caller, nameAtVersion: string): Promise<DeletionPreview> {
  await authorize(kernel, caller, 'data:read')
  const { name, meant, staying } = await versionsMeant(kernel, caller, nameAtVersion)
  const ids = meant.map(v => v.id)
  const [users, running, owned, everything] = await Promise.all([
    usedVersions(kernel.db, caller.scope, ids),
    jobsAtWork(kernel.db, caller.scope, name, ids),
    ownedBytes(kernel.db, caller.scope),
    listVersionBytes(kernel.db, caller.scope),
  ])
  // Versions derived from its rows have their own bytes; all other uses need these to be repeated.
  const used = (v: VersionBytes) => users.some(u => u.id === v.id && u.kind !== 'dataset-version')
  const freed = digestsFreed(
    meant.map(v => ({ ...v, used: used(v) })),
    everything.filter(v => v.deletedAt === null && !ids.includes(v.id)),
  )
  return {
    dataset: name,
    versions: meant.map(v => ({
      version: v.number,
      rows: v.rows,
      bytes: v.bytes,
      bytesStay: !freed.has(v.digest),
      usedBy: users.filter(u => u.id === v.id).map(({ kind, relation, count }) => ({ kind, relation, count })),
    })),
    wholeDataset: staying.length === 0,
    freesBytes: [...freed].reduce((sum, digest) => sum + (owned.get(digest) ?? 0), 0),
    runningJobs: running,
    restoreHours: RESTORE_HOURS,
  }
}

/** Hides versions at once. The clean-up removes their bytes after a day, except those that were used. */
export async function deleteVersions(kernel: Kernel, caller: Caller, nameAtVersion: string) {
  await authorize(kernel, caller, 'data:delete')
  const { name, meant, staying } = await versionsMeant(kernel, caller, nameAtVersion)
  const ids = meant.map(v => v.id)
  return change(kernel, caller.actor, async c => {
    await lockDatasetById(c.tx, caller.scope, meant[0]!.datasetId)
    const running = await jobsAtWork(c.tx, caller.scope, name, ids)
    if (running.length > 0)
      throw new AppError(
        'conflict',
        `${name} is in use: ${running.slice(0, 3).join('; ')}${running.length > 3 ? `; and ${running.length - 3} more` : ''}.`,
        { hint: 'Wait until these jobs have ended, or cancel them, then delete again.' },
      )
    if ((await markDeleted(c.tx, caller.scope, ids, nowDate(kernel.clock))) < ids.length)
      throw new AppError('conflict', 'A part of it was deleted in the meantime.', {
        hint: 'Reload the page and check.',
      })
    const versions = meant.map(v => v.number)
    const payload = { dataset: name, versions }
    await c.record({
      projectId: caller.scope.projectId,
      event: versionsDeleted,
      subject: { kind: 'dataset', id: meant[0]!.datasetId },
      payload,
      audit: { action: 'data.delete-versions' },
    })
    return { ...payload, datasetGone: staying.length === 0, restoreHours: RESTORE_HOURS }
  })
}

/** Restores deleted versions within the time limit. */
export async function restoreVersions(kernel: Kernel, caller: Caller, nameAtVersion: string) {
  await authorize(kernel, caller, 'data:delete')
  const { name, meant } = await versionsMeant(kernel, caller, nameAtVersion, true)
  const since = kernel.clock.now() - RESTORE_HOURS * 3_600_000
  const back = meant.filter(v => v.deletedAt!.getTime() > since)
  if (back.length === 0)
    throw new AppError('conflict', `${nameAtVersion} was deleted more than ${RESTORE_HOURS} hours ago.`, {
      hint: 'Add the file again.',
    })
  return change(kernel, caller.actor, async c => {
    await lockDatasetById(c.tx, caller.scope, meant[0]!.datasetId)
    await markRestored(
      c.tx,
      caller.scope,
      back.map(v => v.id),
    )
    const payload = { dataset: name, versions: back.map(v => v.number) }
    await c.record({
      projectId: caller.scope.projectId,
      event: versionsRestored,
      subject: { kind: 'dataset', id: meant[0]!.datasetId },
      payload,
      audit: { action: 'data.restore-versions' },
    })
    return payload
  })
}
