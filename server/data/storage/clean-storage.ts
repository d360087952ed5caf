import { nowDate } from '#server/kernel/clock.ts'
import type { ProjectScope } from '#server/kernel/scope.ts'
import type { Kernel } from '#server/platform/kernel.ts'
import { listScopes } from '#server/platform/projects.ts'
import { listSchedules, saveSchedule } from '#server/platform/schedules.ts'
import { sweepUploads } from '../uploads/complete-upload.ts'
import { RESTORE_HOURS } from './contract.ts'
import { cleanStorageJob } from './jobs.ts'
import { disownUnreached, forgetBlob, holdOrphan, listMarked, markOrphans, unmark } from './store.ts'

const HOUR_MS = 3_600_000
/** Time between mark and removal: an upload of the same bytes that is in progress clears the mark. */
const MARKED_HOURS = 12
const SCHEDULE = 'Clean up storage'

export interface Cleaned {
  uploads: number
  /** Blobs that the project no longer owns. */
  disowned: number
  disownedBytes: number
  /** Blobs of any project that were removed from the store. */
  removed: number
  removedBytes: number
}

/** Mark and sweep: disowns what nothing in the project has referenced for a day, and removes what no project has owned for long. */
export async function cleanStorage(kernel: Kernel, scope: ProjectScope, signal?: AbortSignal): Promise<Cleaned> {
  const now = kernel.clock.now()
  const uploads = await sweepUploads(kernel, scope)
  const dayAgo = new Date(now - RESTORE_HOURS * HOUR_MS)
  const gone = await disownUnreached(kernel.db, scope, dayAgo)
  const marked = await listMarked(kernel.db, new Date(now - MARKED_HOURS * HOUR_MS))
  await markOrphans(kernel.db, dayAgo, new Date(now))
  let [removed, removedBytes] = [0, 0]
  for (const digest of marked) {
    signal?.throwIfAborted()
    await kernel.db.transaction(async tx => {
      const orphan = await holdOrphan(tx, digest)
      if (!orphan) return
      if (!(await kernel.blobs.remove(digest, dayAgo))) return unmark(tx, digest)
      await forgetBlob(tx, digest)
      removed++
      removedBytes += orphan.bytes
    })
  }
  return {
    uploads,
    disowned: gone.length,
    disownedBytes: gone.reduce((sum, b) => sum + b.bytes, 0),
    removed,
    removedBytes,
  }
}

/** Creates the nightly clean-up schedule of every project; existing schedules are not changed. */
export async function ensureCleaning(kernel: Kernel): Promise<void> {
  for (const scope of await listScopes(kernel.db)) {
    if ((await listSchedules(kernel.db, scope)).some(s => s.name === SCHEDULE)) continue
    // Spread over the hour, so that not all projects are cleaned at once.
    const minute = Number.parseInt(scope.projectId.slice(-4), 16) % 60
    await saveSchedule(
      kernel.queue,
      kernel.db,
      scope,
      {
        name: SCHEDULE,
        cron: `${minute} 3 * * *`,
        zone: scope.zone,
        job: cleanStorageJob.name,
        subject: { kind: 'project', id: scope.projectId },
        payload: { v: 1 },
        createdBy: 'system:data',
      },
      nowDate(kernel.clock),
    )
  }
}
