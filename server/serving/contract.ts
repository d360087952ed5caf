import { z } from 'zod'
import { resourceNameSchema } from '#server/access/contract.ts'
import { modelRefSchema, type Signature } from '#server/registry/contract.ts'

export const MAX_ROWS = 10_000
export const MAX_BODY_BYTES = 10 * 1024 * 1024
/** Revocation of a token is felt within the first with the database, within the second without it. */
export const TOKEN_REFRESH_SECONDS = 3
export const TOKEN_TRUST_SECONDS = 600
/** How long promote and rollback wait for every live server. */
export const SWITCH_WAIT_MS = 10_000
export const STATS_BUCKET_SECONDS = 10

/** Upper bounds of the latency buckets, in milliseconds; one more bucket holds what is slower. */
export const LATENCY_BOUNDS_MS = [
  0.1, 0.2, 0.3, 0.5, 0.75, 1, 1.5, 2, 3, 5, 7.5, 10, 15, 20, 30, 50, 75, 100, 150, 200, 300, 500, 750, 1000, 2000,
  5000,
] as const

const reason = z.string().trim().max(1000, 'At most 1000 characters.')

export const promoteInputSchema = z.object({
  /** `name@3` or `name@alias`; `name` alone is its newest version. */
  model: modelRefSchema,
  endpoint: resourceNameSchema,
  reason: reason.optional(),
  /** Column whose value is the event time of a row; kept until changed. */
  timeColumn: z.string().min(1).max(200).nullable().optional(),
})
export type PromoteInput = z.infer<typeof promoteInputSchema>

export const rollbackInputSchema = z.object({
  endpoint: resourceNameSchema,
  /** A version's number; absent: the one that answered before. */
  to: z.number().int().min(1).optional(),
  reason: reason.optional(),
})
export type RollbackInput = z.infer<typeof rollbackInputSchema>

export const historyInputSchema = z.object({
  endpoint: resourceNameSchema,
  /** ISO 8601; without an offset it is read in the project's zone. */
  at: z.string().max(64).optional(),
})
export type HistoryInput = z.infer<typeof historyInputSchema>

export interface Laggard {
  process: string
  host: string
  pid: number
  observedRevision: number | null
  error: string | null
}

export interface Switched {
  endpoint: string
  model: string
  version: number
  /** The version that answered before; null for a new endpoint. */
  previous: number | null
  revision: number
  /** From the commit until the last live server answered with it; null when some did not, or none runs. */
  switchedInMs: number | null
  laggards: Laggard[]
}

export interface HistoryItem {
  at: string
  action: 'promote' | 'rollback'
  model: string
  version: number
  /** `user:…`, `token:…` or `system:…` */
  actor: string
  actorName: string
  reason: string
  revision: number
  switchedInMs: number | null
}

export interface EndpointSummary {
  id: string
  endpoint: string
  model: string
  version: number
  revision: number
  /** The live servers that answer with this revision, of those alive. */
  servers: { current: number; alive: number }
  /** Requests per second over the last minute. */
  ratePerSecond: number
  p50Ms: number | null
  p99Ms: number | null
  errorShare: number | null
  updatedAt: string
}

export interface EndpointDetail extends EndpointSummary {
  timeColumn: string | null
  previous: number | null
  signature: Signature | null
  instances: Laggard[]
  url: string
}

export interface StatsPoint {
  at: string
  requests: number
  rows: number
  errors: number
  ratePerSecond: number
  p50Ms: number | null
  p99Ms: number | null
}

export interface PredictAnswer {
  predictions: (number | string | null)[]
  probabilities?: number[][]
  classes?: string[]
  /** Ours, one per row: what feedback names. */
  ids: string[]
  model: string
  version: number
  requestId: string
}

export interface FeedbackAnswer {
  accepted: number
  duplicates: number
  unknown: string[]
}

/** Which bundle answers below which path: what a serve process needs to know of an endpoint. */
export interface DesiredEndpoint {
  projectId: string
  slug: string
  zone: string
  endpointId: string
  endpoint: string
  timeColumn: string | null
  revision: number
  versionId: string
  version: number
  model: string
  servable: { kind: 'native'; digest: string } | { kind: 'none'; reason: string }
}

export interface LiveToken {
  hash: string
  projectId: string
  slug: string
  tokenId: string
  role: string
  /** Milliseconds since 1970. */
  expiresAt: number | null
}

/** A row of the prediction log as it lies in the spool, columns named as in the database. */
export interface PredictionLine {
  received_at: string
  id: string
  project_id: string
  endpoint_id: string
  version_id: string
  request_id: string
  caller_id: string | null
  event_time: string
  features: unknown
  prediction: unknown
  probabilities: number[] | null
  latency_ms: number
}

export interface FeedbackRow {
  id: string
  actual: number | string | boolean
  time: string | null
}
