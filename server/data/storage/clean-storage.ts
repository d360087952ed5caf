import { nowDate } from '#server/kernel/clock.ts'
import type { ProjectScope } from '#server/kernel/scope.ts'
import type { Kernel } from '#server/platform/kernel.ts'
import { listSchedules, saveSchedule } from '#server/platform/schedules.ts'
import { sweepUploads } from '../uploads/complete-upload.ts'
import { RESTORE_HOURS } from './contract.ts'
import { cleanStorageJob } from './jobs.ts'
import { allScopes, disownUnreached, forgetBlob, holdOrphan, listMarked, markOrphans, unmark } from './store.ts'

const HOUR_MS = 3_600_000
/** Between the mark and the removal, uploads of the same bytes that are under way arrive and take the mark off. */
const MARKED_HOURS = 12
const SCHEDULE = 'Clean up storage'

export interface Cleaned {
  uploads: number
  /** What the project let go of. */
  disowned: number
  disownedBytes: number
  /** What left the store, of whatever project. */
  removed: number
  removedBytes: number
}

/** Mark and sweep: what nothing of the project has reached for a day is let go; what no project has for long leaves the store. */
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

/** Every project is cleaned up every night; a schedule that is there stays as people left it. */
export async function ensureCleaning(kernel: Kernel): Promise<void> {
  for (const scope of await allScopes(kernel.db)) {
    if ((await listSchedules(kernel.db, scope)).some(s => s.name === SCHEDULE)) continue
    // Spread over the hour, so that many projects are not all cleaned up at once.
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
