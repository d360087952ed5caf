import { authorise, type Caller } from '#server/access/caller.ts'
import { AppError } from '#server/kernel/errors.ts'
import { actorKey } from '#server/kernel/scope.ts'
import { change } from '#server/platform/change.ts'
import type { Kernel } from '#server/platform/kernel.ts'
import { CHAMPION, type Servable } from '#server/registry/contract.ts'
import {
  type ModelVersion,
  requireAction,
  requireServable,
  setAlias,
  versionById,
  versionOf,
} from '#server/registry/index.ts'
import type { PromoteInput, RollbackInput, Switched } from './contract.ts'
import { previousVersion } from './rules/choose-rollback.ts'
import { insertRevision, listRevisions, lockEndpoint, type RevisionRow } from './store.ts'
import { awaitSwitch } from './switch-endpoint.ts'

interface Committed {
  endpointId: string
  revision: RevisionRow
  to: ModelVersion
  previous: number | null
}

/**
 * Makes a version answer at an endpoint, which is made when it is new. Returns when every live server answers with it, or after ten
 * seconds with the names of those that do not yet. Throws `not_found`, `conflict` (archived), `invalid` (cannot be served).
 */
export async function promoteVersion(kernel: Kernel, caller: Caller, input: PromoteInput): Promise<Switched> {
  await authorise(kernel, caller, 'serving:promote')
  return switchTo(kernel, caller, 'promote', input.endpoint, input.reason ?? '', input.timeColumn, () =>
    versionOf(kernel.db, caller.scope, input.model),
  )
}

/** Goes back to the version that answered before, or to version `to` of the same model. Throws `conflict` when there is none. */
export async function rollbackEndpoint(kernel: Kernel, caller: Caller, input: RollbackInput): Promise<Switched> {
  await authorise(kernel, caller, 'serving:promote')
  return switchTo(kernel, caller, 'rollback', input.endpoint, input.reason ?? '', undefined, async revisions => {
    const inForce = revisions[0]!
    if (input.to !== undefined) {
      if (input.to === inForce.version)
        throw new AppError('conflict', `${input.endpoint} answers with ${inForce.model} v${input.to} already.`)
      return versionOf(kernel.db, caller.scope, `${inForce.model}@${input.to}`)
    }
    const id = previousVersion(revisions.map(r => r.revision))
    if (!id)
      throw new AppError(
        'conflict',
        `No version answered at ${input.endpoint} before ${inForce.model} v${inForce.version}.`,
        { hint: 'Name one: `fleximl model rollback ENDPOINT --to VERSION`.' },
      )
    return versionById(kernel.db, caller.scope, id)
  })
}

type Past = Awaited<ReturnType<typeof listRevisions>>

async function switchTo(
  kernel: Kernel,
  caller: Caller,
  action: 'promote' | 'rollback',
  endpointName: string,
  reason: string,
  timeColumn: string | null | undefined,
  choose: (revisions: Past) => Promise<ModelVersion>,
): Promise<Switched> {
  const { scope } = caller
  const createdBy = actorKey(caller.actor)
  const first = action === 'promote' ? await choose([]) : undefined
  if (first) requireReady(first)
  const committed = await change(kernel, caller.actor, async (c): Promise<Committed> => {
    const endpoint = await lockEndpoint(c.tx, scope, endpointName, first && { modelId: first.model.id, createdBy })
    if (!endpoint) throw unknownEndpoint(endpointName)
    const past = await listRevisions(c.tx, scope, endpoint.id)
    const to = first ?? (await choose(past))
    requireReady(to)
    const inForce = past[0]
    const revision = await insertRevision(c.tx, endpoint, {
      action,
      versionId: to.version.id,
      previousVersionId: inForce?.revision.versionId ?? null,
      modelId: to.model.id,
      timeColumn: timeColumn === undefined ? endpoint.timeColumn : timeColumn,
      reason,
      createdBy,
    })
    await setAlias(c, scope, to, CHAMPION)
    const payload = {
      endpoint: endpoint.name,
      model: to.model.name,
      version: to.version.number,
      previous: inForce?.version ?? null,
      revision: revision.number,
    }
    await c.link(scope.projectId, [
      {
        from: { kind: 'endpoint', id: endpoint.id },
        relation: 'serves',
        to: { kind: 'model-version', id: to.version.id },
      },
    ])
    const subject = { projectId: scope.projectId, subjectKind: 'endpoint', subjectId: endpoint.id, reason }
    await c.emit({
      ...subject,
      type: action === 'promote' ? 'serving.version-promoted' : 'serving.endpoint-rolled-back',
      payload,
    })
    await c.audit({
      ...subject,
      action: action === 'promote' ? 'serving.promote-version' : 'serving.rollback-endpoint',
      details: payload,
    })
    c.wakeAfter({ topic: 'endpoint', projectId: scope.projectId, id: endpoint.id })
    c.wakeAfter({ topic: 'model', projectId: scope.projectId, id: to.model.id })
    return { endpointId: endpoint.id, revision, to, previous: inForce?.version ?? null }
  })
  const switched = await awaitSwitch(kernel, committed.endpointId, committed.revision)
  kernel.notifier.wake({ topic: 'endpoint', projectId: scope.projectId, id: committed.endpointId })
  return {
    endpoint: endpointName,
    model: committed.to.model.name,
    version: committed.to.version.number,
    previous: committed.previous,
    revision: committed.revision.number,
    ...switched,
  }
}

function requireReady({ model, version }: ModelVersion): void {
  requireAction({ name: model.name, number: version.number, state: version.state }, 'promote')
  requireServable(model.name, version.number, version.servable as Servable)
}

export const unknownEndpoint = (name: string) =>
  new AppError('not_found', `There is no endpoint “${name}” in this project.`, {
    hint: 'The Serving page lists them; promoting a version makes one.',
  })
