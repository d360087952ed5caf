import type { Handle } from '#db/client.ts'
import type { Change } from '#server/kernel/change.ts'
import { type ProjectScope, scopeOf } from '#server/kernel/scope.ts'
import type { Profile } from './contract.ts'
import { queueForTarget } from './leaks/queue-for-target.ts'
import { findVersionById, updateVersion } from './store.ts'

export async function completeProfile(
  c: Change,
  scope: ProjectScope,
  versionId: string,
  profile: Profile,
): Promise<void> {
  await updateVersion(c.tx, scope, versionId, { profile, profileState: 'done', profileReason: null })
  await c.emit({
    projectId: scope.projectId,
    type: 'data.version-profiled',
    subjectKind: 'dataset-version',
    subjectId: versionId,
  })
  // Whoever says a target learns without asking what gives it away.
  const version = await findVersionById(c.tx, scope, versionId)
  if (version) await queueForTarget(c, scope, version)
}

/** In the transaction that settles the job. */
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
