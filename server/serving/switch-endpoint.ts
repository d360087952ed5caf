import type { Caller } from '#server/access/caller.ts'
import { actorKey } from '#server/kernel/scope.ts'
import { type Change, change } from '#server/platform/change.ts'
import type { Kernel } from '#server/platform/kernel.ts'
import { CHAMPION, type Servable, type VersionState } from '#server/registry/contract.ts'
import { type ModelVersion, requirePromotion, setAlias } from '#server/registry/service.ts'
import { awaitSwitch } from './await-switch.ts'
import type { Switched } from './contract.ts'
import { endpointRolledBack, versionPromoted } from './events.ts'
import {
  type EndpointRow,
  insertRevision,
  listRevisions,
  lockEndpoint,
  lockPrimary,
  type RevisionRow,
} from './store.ts'
import { unknownEndpoint } from './unknown-endpoint.ts'

/** Newest first. */
export type PastRevisions = Awaited<ReturnType<typeof listRevisions>>

export interface SwitchRequest {
  action: 'promote' | 'rollback'
  /** Name of the endpoint. */
  endpoint: string
  /** Creates the endpoint for this version if needed; absent: throws `not_found`. */
  create?: ModelVersion
  /** Called under the lock of the endpoint. */
  choose(past: PastRevisions): Promise<ModelVersion>
  reason?: string
  /** Undefined: unchanged. */
  timeColumn?: string | null
}

interface Committed {
  endpointId: string
  revision: RevisionRow
  to: ModelVersion
  previous: number | null
  primary: boolean
}

const RECORDS = {
  promote: { event: versionPromoted, audit: 'serving.promote-version' },
  rollback: { event: endpointRolledBack, audit: 'serving.rollback-endpoint' },
}

/** Puts one version in force at an endpoint and waits for the servers. The caller has authorized. */
export async function switchEndpoint(kernel: Kernel, caller: Caller, request: SwitchRequest): Promise<Switched> {
  const { scope } = caller
  if (request.create) requireReady(request.create)
  const { endpointId, revision, to, previous, primary } = await change(kernel, caller.actor, c =>
    commitSwitch(c, caller, request),
  )
  const switched = await awaitSwitch(kernel, endpointId, revision)
  kernel.notifier.wake({ topic: 'endpoint', projectId: scope.projectId, id: endpointId })
  return {
    endpoint: request.endpoint,
    model: to.model.name,
    version: to.version.number,
    previous,
    revision: revision.number,
    primary,
    ...switched,
  }
}

async function commitSwitch(c: Change, { scope, actor }: Caller, request: SwitchRequest): Promise<Committed> {
  const { action, create, timeColumn } = request
  const createdBy = actorKey(actor)
  const endpoint = await lockEndpoint(c.tx, scope, request.endpoint, create && { modelId: create.model.id, createdBy })
  if (!endpoint) throw unknownEndpoint(request.endpoint)
  const past = await listRevisions(c.tx, scope, endpoint.id)
  const to = await request.choose(past)
  requireReady(to)
  const inForce = past[0]
  const revision = await insertRevision(c.tx, endpoint, {
    action,
    targets: [{ versionId: to.version.id, role: 'champion', weight: 100 }],
    previousVersionId: inForce?.versionId ?? null,
    modelId: to.model.id,
    timeColumn: timeColumn === undefined ? endpoint.timeColumn : timeColumn,
    reason: request.reason ?? '',
    createdBy,
  })
  const primary = await moveChampion(c, { scope, actor }, endpoint, to)
  const previous = inForce?.version ?? null
  await record(c, scope, { action, endpoint, to, previous, revision, primary })
  return { endpointId: endpoint.id, revision, to, previous, primary }
}

/** Moves the alias `champion`, which follows only the model's primary endpoint; the first endpoint of a model becomes it. */
async function moveChampion(
  c: Change,
  { scope, actor }: Pick<Caller, 'scope' | 'actor'>,
  endpoint: EndpointRow,
  to: ModelVersion,
): Promise<boolean> {
  const make = { endpointId: endpoint.id, updatedBy: actorKey(actor) }
  const primary = await lockPrimary(c.tx, scope, to.model.id, make)
  if (primary?.endpointId !== endpoint.id) return false
  await setAlias(c, scope, to, CHAMPION)
  return true
}

async function record(
  c: Change,
  { projectId }: Caller['scope'],
  {
    action,
    endpoint,
    to,
    previous,
    revision,
    primary,
  }: Omit<Committed, 'endpointId'> & {
    action: SwitchRequest['action']
    endpoint: EndpointRow
  },
): Promise<void> {
  const payload = {
    endpoint: endpoint.name,
    model: to.model.name,
    version: to.version.number,
    previous,
    revision: revision.number,
    primary,
  }
  const subject = { kind: 'endpoint', id: endpoint.id } as const
  await c.record({
    projectId,
    event: RECORDS[action].event,
    subject,
    payload,
    reason: revision.reason,
    audit: { action: RECORDS[action].audit },
    links: [{ from: subject, relation: 'serves', to: { kind: 'model-version', id: to.version.id } }],
    wakes: [{ kind: 'model', id: to.model.id }],
  })
}

const requireReady = ({ model, version }: ModelVersion): void =>
  requirePromotion({
    name: model.name,
    number: version.number,
    state: version.state as VersionState,
    servable: version.servable as Servable,
  })
