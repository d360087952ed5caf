import type { Handle } from '#db/client.ts'
import { type ProjectScope, scopeOf } from '#server/kernel/scope.ts'
import type { Change } from '#server/platform/change.ts'
import type { Profile, Relations } from '#tables/profile/contract.ts'
import { columnsRelated, versionProfiled } from '../events.ts'
import { validateNewVersion } from '../expectations/validate-version.ts'
import { queueForVersion } from '../leaks/queue-for-target.ts'
import { updateVersion, type VersionRow } from '../store.ts'
import { relateColumnsJob } from './jobs.ts'
import { putProfile, updateProfile } from './store.ts'

export const enqueueRelations = (c: Change, scope: ProjectScope, version: { id: string; title: string }) =>
  c.enqueue(relateColumnsJob, {
    projectId: scope.projectId,
    title: `Relate the columns of ${version.title}`,
    subject: { kind: 'dataset-version', id: version.id },
    payload: { v: 1, versionId: version.id },
  })

export async function completeProfile(
  c: Change,
  scope: ProjectScope,
  version: Pick<VersionRow, 'id' | 'number'> & { datasetName: string },
  profile: Profile,
): Promise<void> {
  await putProfile(c.tx, scope, version.id, profile)
  await updateVersion(c.tx, scope, version.id, { profileState: 'succeeded', profileReason: null })
  await enqueueRelations(c, scope, { id: version.id, title: `${version.datasetName} v${version.number}` })
  await validateNewVersion(c, scope, version.id)
  await queueForVersion(c, scope, version.id)
  await c.record({
    projectId: scope.projectId,
    event: versionProfiled,
    subject: { kind: 'dataset-version', id: version.id },
    payload: {},
  })
}

/** Fails a profile in the transaction that settles its job. */
export async function failProfile(
  tx: Handle,
  projectId: string,
  versionId: string,
  state: 'queued' | 'failed' | 'cancelled',
  reason: string,
): Promise<void> {
  await updateVersion(tx, scopeOf({ id: projectId, slug: '', zone: 'UTC' }), versionId, {
    profileState: state === 'queued' ? 'queued' : 'failed',
    profileReason: reason,
  })
}

export async function completeRelations(
  c: Change,
  scope: ProjectScope,
  versionId: string,
  relations: Relations,
): Promise<void> {
  await updateProfile(c.tx, scope.projectId, versionId, {
    relations,
    relationsState: 'succeeded',
    relationsReason: null,
  })
  await c.record({
    projectId: scope.projectId,
    event: columnsRelated,
    subject: { kind: 'dataset-version', id: versionId },
    payload: {},
  })
}

/** Fails relations in the transaction that settles their job. */
export const failRelations = (
  tx: Handle,
  projectId: string,
  versionId: string,
  state: 'queued' | 'failed' | 'cancelled',
  reason: string,
) =>
  updateProfile(tx, projectId, versionId, {
    relationsState: state === 'queued' ? 'queued' : 'failed',
    relationsReason: reason,
  })
