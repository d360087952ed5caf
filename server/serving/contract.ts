import { z } from 'zod'
import { resourceNameSchema } from '#server/access/contract.ts'
import { modelRefSchema, type Signature } from '#server/registry/contract.ts'

export const MAX_ROWS = 10_000
export const MAX_BODY_BYTES = 10 * 1024 * 1024
/** A revoked token is refused after at most the first with the database, the second without it. */
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
  reason: reason.optional().meta({ title: 'Reason', description: 'Kept in the history.' }),
  /** Column whose value is the event time of a row; kept until changed. */
  timeColumn: z.string().min(1).max(200).nullable().optional(),
})
export type PromoteInput = z.infer<typeof promoteInputSchema>

export const rollbackInputSchema = z.object({
  endpoint: resourceNameSchema,
  /** A version number; absent: the previous champion. */
  to: z.number().int().min(1).optional(),
  reason: reason.optional().meta({ title: 'Reason', description: 'Kept in the history.' }),
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

/**
 * A revision has one champion; canaries share its requests by weight; shadows get copies of requests, and their predictions are only
 * logged.
 */
export const TARGET_ROLES = ['champion', 'canary', 'shadow'] as const
export type TargetRole = (typeof TARGET_ROLES)[number]

/** A version of a model that an endpoint sends requests to. */
export interface Target {
  model: string
  version: number
  role: TargetRole
  /** Percent of the requests. */
  weight: number
}

export const primaryInputSchema = z.object({ model: resourceNameSchema, endpoint: resourceNameSchema })
export type PrimaryInput = z.infer<typeof primaryInputSchema>

export interface PrimaryChanged {
  model: string
  endpoint: string
  /** The previous primary endpoint; null if the model had none. */
  previous: string | null
  /** The new champion version. */
  version: number
}

export interface Switched {
  endpoint: string
  model: string
  version: number
  /** The previous champion; null for a new endpoint. */
  previous: number | null
  revision: number
  /** True: this is the model's primary endpoint, and the alias `champion` moved. */
  primary: boolean
  /** From the commit until the last live server reported the revision; null if some did not, or none runs. */
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
  /** Model and version of the champion. */
  model: string
  version: number
  revision: number
  targets: Target[]
  /** True: the alias `champion` of the model follows this endpoint. */
  primary: boolean
  /** Live servers with this revision in force, of all live servers. */
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
  /** One prediction id per row, for feedback. */
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

export interface DesiredTarget extends Target {
  versionId: string
  servable: { kind: 'native'; digest: string } | { kind: 'none'; reason: string }
}

/** The revision of an endpoint that a serve process must put in force. */
export interface DesiredEndpoint {
  projectId: string
  slug: string
  zone: string
  endpointId: string
  endpoint: string
  timeColumn: string | null
  revision: number
  /** The champion first. */
  targets: DesiredTarget[]
}

/** A row of the prediction log as spooled; fields are named like the columns of the table. */
export interface PredictionLine {
  received_at: string
  id: string
  project_id: string
  endpoint_id: string
  version_id: string
  target_role: TargetRole
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
