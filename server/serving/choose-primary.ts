import { authorize, type Caller } from '#server/access/caller.ts'
import { AppError } from '#server/kernel/errors.ts'
import { actorKey } from '#server/kernel/scope.ts'
import { change } from '#server/platform/change.ts'
import type { Kernel } from '#server/platform/kernel.ts'
import { CHAMPION } from '#server/registry/contract.ts'
import { setAlias, versionById, versionOf } from '#server/registry/service.ts'
import type { PrimaryChanged, PrimaryInput } from './contract.ts'
import { primaryEndpointChanged } from './events.ts'
import { listRevisions, lockEndpoint, lockPrimary, upsertPrimary } from './store.ts'
import { unknownEndpoint } from './unknown-endpoint.ts'

/**
 * Makes an endpoint the primary endpoint of its model: the alias `champion` moves to the version in force there and follows the endpoint's
 * promotions and rollbacks. Throws `not_found`, and `conflict` if the endpoint serves another model.
 */
export async function choosePrimary(kernel: Kernel, caller: Caller, input: PrimaryInput): Promise<PrimaryChanged> {
  await authorize(kernel, caller, 'serving:choose-primary')
  const { scope, actor } = caller
  const { projectId } = scope
  const { model } = await versionOf(kernel.db, scope, input.model)
  return change(kernel, actor, async c => {
    const endpoint = await lockEndpoint(c.tx, scope, input.endpoint)
    const inForce = endpoint && (await listRevisions(c.tx, scope, endpoint.id))[0]
    if (!endpoint || !inForce) throw unknownEndpoint(input.endpoint)
    const champion = await versionById(c.tx, scope, inForce.versionId)
    if (champion.model.id !== model.id)
      throw new AppError(
        'conflict',
        `${endpoint.name} serves ${inForce.model} v${inForce.version}, not ${model.name}.`,
        {
          hint: `Promote a version of ${model.name} to ${endpoint.name} first.`,
        },
      )
    const before = await lockPrimary(c.tx, scope, model.id)
    const changed: PrimaryChanged = {
      model: model.name,
      endpoint: endpoint.name,
      previous: before?.endpoint ?? null,
      version: inForce.version,
    }
    if (before?.endpointId === endpoint.id) return changed
    await upsertPrimary(c.tx, scope, { modelId: model.id, endpointId: endpoint.id, updatedBy: actorKey(actor) })
    await setAlias(c, scope, champion, CHAMPION)
    const endpointIds = [endpoint.id, ...(before ? [before.endpointId] : [])]
    await c.record({
      projectId,
      event: primaryEndpointChanged,
      subject: { kind: 'model', id: model.id },
      payload: { ...changed },
      audit: { action: 'serving.choose-primary' },
      wakes: endpointIds.map(id => ({ kind: 'endpoint', id })),
    })
    return changed
  })
}
