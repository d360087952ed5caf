import { authorize, type Caller } from '#server/access/caller.ts'
import { AppError } from '#server/kernel/errors.ts'
import { change } from '#server/platform/change.ts'
import type { Kernel } from '#server/platform/kernel.ts'
import { versionOf } from '../read-datasets.ts'
import { updateVersion } from '../store.ts'
import { enqueueRelations } from './complete-profile.ts'
import { profileVersionJob } from './jobs.ts'
import { findProfile, updateProfile } from './store.ts'

/** Profiles a version again, after a failure or to add new statistics. */
export async function recomputeProfile(kernel: Kernel, caller: Caller, dataset: string): Promise<{ state: string }> {
  await authorize(kernel, caller, 'data:write')
  const version = await versionOf(kernel, caller.scope, dataset)
  if (version.profileState === 'queued') return { state: 'queued' }
  await change(kernel, caller.actor, async c => {
    await updateVersion(c.tx, caller.scope, version.id, { profileState: 'queued', profileReason: null })
    await c.enqueue(profileVersionJob, {
      projectId: caller.scope.projectId,
      title: `Profile ${version.datasetName} v${version.number}`,
      subject: { kind: 'dataset-version', id: version.id },
      payload: { v: 1, versionId: version.id },
    })
    c.wakeAfter({ topic: 'dataset', projectId: caller.scope.projectId, id: version.datasetId })
  })
  return { state: 'queued' }
}

/** Computes the relations of the columns to the current target. */
export async function recomputeRelations(kernel: Kernel, caller: Caller, dataset: string): Promise<{ state: string }> {
  await authorize(kernel, caller, 'data:write')
  const version = await versionOf(kernel, caller.scope, dataset)
  const row = await findProfile(kernel.db, caller.scope, version.id)
  if (!row)
    throw new AppError('invalid', `${dataset} has no profile yet, so its columns cannot be related.`, {
      hint: 'Wait until the profile is complete.',
    })
  if (row.relationsState === 'queued') return { state: 'queued' }
  await change(kernel, caller.actor, async c => {
    await updateProfile(c.tx, caller.scope.projectId, version.id, { relationsState: 'queued', relationsReason: null })
    await enqueueRelations(c, caller.scope, { id: version.id, title: `${version.datasetName} v${version.number}` })
    c.wakeAfter({ topic: 'dataset', projectId: caller.scope.projectId, id: version.datasetId })
  })
  return { state: 'queued' }
}
