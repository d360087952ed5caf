import { authorise, type Caller } from '#server/access/caller.ts'
import { nameActorKeys } from '#server/access/service.ts'
import { AppError } from '#server/kernel/errors.ts'
import type { Kernel } from '#server/platform/kernel.ts'
import type { Signature } from '#server/registry/contract.ts'
import {
  type EndpointDetail,
  type EndpointSummary,
  type HistoryInput,
  type HistoryItem,
  STATS_BUCKET_SECONDS,
  type StatsPoint,
} from './contract.ts'
import { addCounts, latencyQuantile } from './rules/read-latency.ts'
import { resolveInstant } from './rules/resolve-instant.ts'
import {
  findEndpoint,
  listCurrent,
  listPredictions,
  listRevisions,
  listTargets,
  liveInstances,
  readStats,
} from './store.ts'
import { unknownEndpoint } from './switch-endpoint.ts'

const MINUTE_MS = 60_000

export async function listEndpoints(
  kernel: Kernel,
  caller: Caller,
): Promise<{ items: EndpointSummary[]; next: string | null }> {
  await authorise(kernel, caller, 'serving:read')
  return { items: await summaries(kernel, caller), next: null }
}

async function summaries(kernel: Kernel, caller: Caller, name?: string): Promise<EndpointSummary[]> {
  const rows = await listCurrent(kernel.db, caller.scope, name)
  const since = new Date(kernel.clock.now() - MINUTE_MS)
  const stats = await readStats(
    kernel.db,
    caller.scope,
    rows.map(r => r.endpoint.id),
    since,
  )
  const targets = await listTargets(
    kernel.db,
    caller.scope,
    rows.map(r => r.revision.id),
  )
  return Promise.all(
    rows.map(async ({ endpoint, revision, version, model, primary }) => {
      const mine = stats.filter(s => s.endpointId === endpoint.id)
      const latency = mine.reduce<number[]>((sum, s) => addCounts(sum, s.latency), [])
      const requests = mine.reduce((sum, s) => sum + s.requests, 0)
      const errors = mine.reduce((sum, s) => sum + s.errors, 0)
      const live = await liveInstances(kernel.db, endpoint.id)
      return {
        id: endpoint.id,
        endpoint: endpoint.name,
        model,
        version: version.number,
        revision: revision.number,
        targets: targets
          .filter(t => t.revisionId === revision.id)
          .map(t => ({ model: t.model, version: t.version, role: t.role, weight: t.weight })),
        primary,
        servers: {
          current: live.filter(i => (i.observedRevision ?? 0) >= revision.number).length,
          alive: live.length,
        },
        ratePerSecond: requests / (MINUTE_MS / 1000),
        p50Ms: latencyQuantile(latency, 0.5),
        p99Ms: latencyQuantile(latency, 0.99),
        errorShare: requests === 0 ? null : errors / requests,
        updatedAt: revision.createdAt.toISOString(),
      }
    }),
  )
}

export async function showEndpoint(kernel: Kernel, caller: Caller, name: string): Promise<EndpointDetail> {
  await authorise(kernel, caller, 'serving:read')
  const [row] = await listCurrent(kernel.db, caller.scope, name)
  const [summary] = await summaries(kernel, caller, name)
  if (!row || !summary) throw unknownEndpoint(name)
  const past = await listRevisions(kernel.db, caller.scope, row.endpoint.id)
  const previous = past.find(p => p.versionId === row.revision.previousVersionId)
  return {
    ...summary,
    timeColumn: row.endpoint.timeColumn,
    previous: previous?.version ?? null,
    signature: row.version.signature as Signature | null,
    instances: await liveInstances(kernel.db, row.endpoint.id),
    url: `${kernel.env.INFERENCE_URL}/${caller.scope.slug}/endpoints/${encodeURIComponent(name)}`,
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

/** All switches, newest first; with `at`, those until then and the revision in force. Throws `bad_request` if `at` is not a time. */
export async function readHistory(kernel: Kernel, caller: Caller, input: HistoryInput): Promise<History> {
  await authorise(kernel, caller, 'serving:read')
  const endpoint = await findEndpoint(kernel.db, caller.scope, input.endpoint)
  if (!endpoint) throw unknownEndpoint(input.endpoint)
  const at = input.at === undefined ? undefined : resolveInstant(input.at, caller.scope.zone)
  if (at !== undefined && Number.isNaN(at))
    throw new AppError('bad_request', `“${input.at}” is not a time.`, {
      hint: `Write ISO 8601, as 2026-03-01T14:00; without an offset it is read in ${caller.scope.zone}.`,
    })
  const rows = await listRevisions(kernel.db, caller.scope, endpoint.id, at === undefined ? undefined : new Date(at))
  const nameOf = await nameActorKeys(
    kernel.db,
    caller.scope,
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

/** Buckets of ten seconds, gaps filled with zero, the newest last. */
export async function readLiveStats(
  kernel: Kernel,
  caller: Caller,
  input: { endpoint: string; minutes: number },
): Promise<{ points: StatsPoint[]; bucketSeconds: number }> {
  await authorise(kernel, caller, 'serving:read')
  const endpoint = await findEndpoint(kernel.db, caller.scope, input.endpoint)
  if (!endpoint) throw unknownEndpoint(input.endpoint)
  const step = STATS_BUCKET_SECONDS * 1000
  const end = Math.floor(kernel.clock.now() / step) * step
  const begin = end - input.minutes * MINUTE_MS + step
  const rows = await readStats(kernel.db, caller.scope, [endpoint.id], new Date(begin))
  const points: StatsPoint[] = []
  for (let at = begin; at <= end; at += step) {
    const mine = rows.filter(r => r.at.getTime() === at)
    const latency = mine.reduce<number[]>((sum, r) => addCounts(sum, r.latency), [])
    const requests = mine.reduce((sum, r) => sum + r.requests, 0)
    points.push({
      at: new Date(at).toISOString(),
      requests,
      rows: mine.reduce((sum, r) => sum + r.rows, 0),
      errors: mine.reduce((sum, r) => sum + r.errors, 0),
      ratePerSecond: requests / STATS_BUCKET_SECONDS,
      p50Ms: latencyQuantile(latency, 0.5),
      p99Ms: latencyQuantile(latency, 0.99),
    })
  }
  return { points, bucketSeconds: STATS_BUCKET_SECONDS }
}

export async function readPredictions(
  kernel: Kernel,
  caller: Caller,
  input: { endpoint: string; limit: number; cursor?: string },
) {
  await authorise(kernel, caller, 'serving:read')
  const endpoint = await findEndpoint(kernel.db, caller.scope, input.endpoint)
  if (!endpoint) throw unknownEndpoint(input.endpoint)
  const [receivedAt, id] = input.cursor?.split('|') ?? []
  const rows = await listPredictions(kernel.db, caller.scope, {
    endpointId: endpoint.id,
    limit: input.limit,
    before: receivedAt && id ? { receivedAt: new Date(receivedAt), id } : undefined,
  })
  const last = rows.at(-1)?.prediction
  return {
    items: rows.map(({ prediction: p, version, actual }) => ({
      id: p.id,
      callerId: p.callerId,
      receivedAt: p.receivedAt.toISOString(),
      eventTime: p.eventTime.toISOString(),
      version,
      features: p.features,
      prediction: p.prediction,
      probabilities: p.probabilities,
      actual: actual ?? null,
      latencyMs: p.latencyMs,
      requestId: p.requestId,
    })),
    next: last && rows.length === input.limit ? `${last.receivedAt.toISOString()}|${last.id}` : null,
  }
}
