import { actorKey, type ProjectScope } from '#server/kernel/scope.ts'
import type { Change } from '#server/platform/change.ts'
import type { ModelVersion } from './read-models.ts'
import { requireAction } from './rules/decide-version.ts'
import { upsertAlias } from './store.ts'

/** Sets an alias within the transaction of the caller, who has authorized. Throws `conflict` for an archived version. */
export async function setAlias(
  change: Change,
  scope: ProjectScope,
  { model, version }: ModelVersion,
  alias: string,
): Promise<void> {
  requireAction({ name: model.name, number: version.number, state: version.state }, 'alias')
  await upsertAlias(change.tx, scope, {
    modelId: model.id,
    alias,
    versionId: version.id,
    updatedBy: actorKey(change.actor),
  })
}
