import { authorize, type Caller } from '#server/access/caller.ts'
import type { Kernel } from '#server/platform/kernel.ts'
import { readSnapshot } from '#server/platform/read-snapshot.ts'
import {
  type EndpointDetail,
  type EndpointSummary,
  type HistoryInput,
  STATS_BUCKET_SECONDS,
  type StatsPoint,
} from './contract.ts'
import { describeEndpoint, describeEndpoints, describeHistory, type History } from './describe-endpoints.ts'
import { addCounts, latencyQuantile } from './rules/read-latency.ts'
import { findEndpoint, listPredictions, readStats } from './store.ts'
import { unknownEndpoint } from './unknown-endpoint.ts'

const MINUTE_MS = 60_000

export async function listEndpoints(
  kernel: Kernel,
  caller: Caller,
): Promise<{ items: EndpointSummary[]; next: string | null }> {
  await authorize(kernel, caller, 'serving:read')
  return { items: await readSnapshot(kernel, snapshot => describeEndpoints(snapshot, caller.scope)), next: null }
}

export async function showEndpoint(kernel: Kernel, caller: Caller, name: string): Promise<EndpointDetail> {
  await authorize(kernel, caller, 'serving:read')
  return readSnapshot(kernel, snapshot => describeEndpoint(snapshot, caller.scope, name))
}

/** Returns all switches, newest first; with `at`, those before it and the revision in force. Throws `bad_request` if `at` is not a time. */
export async function readHistory(kernel: Kernel, caller: Caller, input: HistoryInput): Promise<History> {
  await authorize(kernel, caller, 'serving:read')
  return readSnapshot(kernel, snapshot => describeHistory(snapshot, caller.scope, input))
}

/** Returns buckets of ten seconds, gaps filled with zero, the newest last. */
export async function readLiveStats(
  kernel: Kernel,
  caller: Caller,
  input: { endpoint: string; minutes: number },
): Promise<{ points: StatsPoint[]; bucketSeconds: number }> {
  await authorize(kernel, caller, 'serving:read')
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
  await authorize(kernel, caller, 'serving:read')
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
