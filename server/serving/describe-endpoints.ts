import { nameActorKeys } from '#server/access/service.ts'
import { AppError } from '#server/kernel/errors.ts'
import type { ProjectScope } from '#server/kernel/scope.ts'
import type { Kernel } from '#server/platform/kernel.ts'
import type { Signature } from '#server/registry/contract.ts'
import {
  type EndpointDetail,
  type EndpointSummary,
  type HistoryInput,
  type HistoryItem,
  ODD_DAYS,
  type RowPolicy,
} from './contract.ts'
import type { ServerModels } from './models/contract.ts'
import { describeOutage } from './models/messages.ts'
import { findRolledBack } from './rules/find-rolled-back.ts'
import { addCounts, latencyQuantile } from './rules/read-latency.ts'
import { resolveInstant } from './rules/resolve-instant.ts'
import {
  findEndpoint,
  listCurrent,
  listRevisions,
  listRolledBackIds,
  listTargets,
  liveInstances,
  readStats,
  sumOddRows,
} from './store.ts'
import { unknownEndpoint } from './unknown-endpoint.ts'

const MINUTE_MS = 60_000
const DAY_MS = 86_400_000

/** Returns every endpoint of the project, or the one of this name, with its traffic of the last minute. */
export async function describeEndpoints(
  kernel: Kernel,
  scope: ProjectScope,
  name?: string,
): Promise<EndpointSummary[]> {
  const rows = await listCurrent(kernel.db, scope, name)
  const since = new Date(kernel.clock.now() - MINUTE_MS)
  const ids = rows.map(r => r.endpoint.id)
  const [stats, everRolledBack] = await Promise.all([
    readStats(kernel.db, scope, ids, since),
    listRolledBackIds(kernel.db, scope, ids),
  ])
  const targets = await listTargets(
    kernel.db,
    scope,
    rows.map(r => r.revision.id),
  )
  return Promise.all(
    rows.map(async ({ endpoint, revision, version, model, primary }) => {
      const mine = stats.filter(s => s.endpointId === endpoint.id)
      const latency = mine.reduce<number[]>((sum, s) => addCounts(sum, s.latency), [])
      const requests = mine.reduce((sum, s) => sum + s.requests, 0)
      const errors = mine.reduce((sum, s) => sum + s.errors, 0)
      const live = await liveInstances(kernel.db, endpoint.id)
      const past = everRolledBack.has(endpoint.id) ? await listRevisions(kernel.db, scope, endpoint.id) : []
      return {
        id: endpoint.id,
        endpoint: endpoint.name,
        model,
        version: version.number,
        revision: revision.number,
        targets: targets
          .filter(t => t.revisionId === revision.id)
          .map(t => ({ model: t.model, version: t.version, role: t.role, weight: t.weight })),
        policy: endpoint.policy as RowPolicy,
        primary,
        servers: {
          current: live.filter(i => (i.observedRevision ?? 0) >= revision.number).length,
          alive: live.length,
        },
        ratePerSecond: requests / (MINUTE_MS / 1000),
        p50Ms: latencyQuantile(latency, 0.5),
        p99Ms: latencyQuantile(latency, 0.99),
        errorShare: requests === 0 ? null : errors / requests,
        rolledBackFrom: findRolledBack(
          past.map(p => ({ action: p.revision.action, model: p.model, version: p.version })),
        ),
        models: modelsOf(live),
        updatedAt: revision.createdAt.toISOString(),
      }
    }),
  )
}

/** What each live server reports of its models. */
const modelsOf = (live: Awaited<ReturnType<typeof liveInstances>>): ServerModels[] =>
  live.flatMap(({ host, pid, models }) => {
    if (!models) return []
    const { loadedBytes, budgetBytes } = models
    const shown = models.models.map(m => ({ ...m, reason: m.outage ? describeOutage(m.outage) : null }))
    return [{ host, pid, loadedBytes, budgetBytes, models: shown }]
  })

/** Returns an endpoint with all details of its page. Throws `not_found`. */
export async function describeEndpoint(kernel: Kernel, scope: ProjectScope, name: string): Promise<EndpointDetail> {
  const [row] = await listCurrent(kernel.db, scope, name)
  const [summary] = await describeEndpoints(kernel, scope, name)
  if (!row || !summary) throw unknownEndpoint(name)
  const past = await listRevisions(kernel.db, scope, row.endpoint.id)
  const previous = past.find(p => p.versionId === row.revision.previousVersionId)
  return {
    ...summary,
    timeColumn: row.endpoint.timeColumn,
    odd: {
      days: ODD_DAYS,
      ...(await sumOddRows(kernel.db, scope, row.endpoint.id, new Date(kernel.clock.now() - ODD_DAYS * DAY_MS))),
    },
    previous: previous?.version ?? null,
    signature: row.version.signature as Signature | null,
    instances: (await liveInstances(kernel.db, row.endpoint.id)).map(({ models: _, ...instance }) => instance),
    url: `${kernel.env.INFERENCE_URL}/${scope.slug}/endpoints/${encodeURIComponent(name)}`,
  }
}

export interface History {
  endpoint: string
  items: HistoryItem[]
  next: null
  /** The resolved instant, if the request names one. */
  at?: string
  /** In force at that time; absent if the endpoint had no revision yet. */
  model?: string
  version?: number
  revision?: number
}

/** Returns all switches of an endpoint, newest first; see `readHistory`. */
export async function describeHistory(kernel: Kernel, scope: ProjectScope, input: HistoryInput): Promise<History> {
  const endpoint = await findEndpoint(kernel.db, scope, input.endpoint)
  if (!endpoint) throw unknownEndpoint(input.endpoint)
  const at = input.at === undefined ? undefined : resolveInstant(input.at, scope.zone)
  if (at !== undefined && Number.isNaN(at))
    throw new AppError('bad_request', `“${input.at}” is not a time.`, {
      hint: `Use ISO 8601, for example 2026-03-01T14:00; without an offset it is read in ${scope.zone}.`,
    })
  const rows = await listRevisions(kernel.db, scope, endpoint.id, at === undefined ? undefined : new Date(at))
  const nameOf = await nameActorKeys(
    kernel.db,
    scope,
    rows.map(r => r.revision.createdBy),
  )
  const items = rows.map(
    ({ revision, version, model }): HistoryItem => ({
      at: revision.createdAt.toISOString(),
      action: revision.action as HistoryItem['action'],
      model,
      version,
      actor: revision.createdBy,
      actorName: nameOf(revision.createdBy),
      reason: revision.reason,
      revision: revision.number,
      switchedInMs: revision.switchedInMs,
    }),
  )
  if (at === undefined) return { endpoint: endpoint.name, items, next: null }
  const inForce = items[0]
  return {
    endpoint: endpoint.name,
    items,
    next: null,
    at: new Date(at).toISOString(),
    ...(inForce ? { model: inForce.model, version: inForce.version, revision: inForce.revision } : {}),
  }
}
