import type { Handle } from '#db/client.ts'
import { nowDate } from '#server/kernel/clock.ts'
import { AppError } from '#server/kernel/errors.ts'
import type { ProjectScope } from '#server/kernel/scope.ts'
import type { Change } from '#server/platform/change.ts'
import type { Kernel } from '#server/platform/kernel.ts'
import type { DiffSide, DiffWork } from '#tables/diff/compare-versions.ts'
import { versionById } from '../read-datasets.ts'
import type { DiffResult } from './contract.ts'
import { findDiffById, updateDiff } from './store.ts'

/** Fixed, so that a repeated comparison draws the same sample. */
const SEED = 1

/** Loads what a worker needs. */
export async function startDiff(kernel: Kernel, scope: ProjectScope, id: string): Promise<DiffWork> {
  const row = await findDiffById(kernel.db, scope, id)
  if (!row) throw new AppError('not_found', 'This comparison was deleted.')
  await updateDiff(kernel.db, scope.projectId, id, { state: 'running' })
  const side = async (versionId: string): Promise<DiffSide> => {
    const version = await versionById(kernel, scope, versionId)
    return {
      path: await kernel.blobs.pathOf(version.digest),
      schema: version.schema,
      rows: version.rows,
      label: `${version.datasetName} v${version.number}`,
    }
  }
  return {
    before: await side(row.beforeId),
    after: await side(row.afterId),
    key: JSON.parse(row.key) as string[],
    seed: SEED,
  }
}

export async function completeDiff(c: Change, scope: ProjectScope, id: string, result: DiffResult): Promise<void> {
  await updateDiff(c.tx, scope.projectId, id, {
    state: 'succeeded',
    reason: null,
    hint: null,
    result,
    endedAt: nowDate(),
  })
  c.wakeAfter({ topic: 'dataset', projectId: scope.projectId, id })
}

/** Fails a comparison in the transaction that settles its job. */
export async function failDiff(
  tx: Handle,
  projectId: string,
  id: string,
  state: 'queued' | 'failed' | 'cancelled',
  reason: string,
): Promise<void> {
  await updateDiff(tx, projectId, id, state === 'queued' ? { state } : { state: 'failed', reason, endedAt: nowDate() })
}
