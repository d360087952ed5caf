import { z } from 'zod'
import { resourceNameSchema } from '#server/access/contract.ts'
import { modelRefSchema, type Signature, type TargetColumn } from '#server/registry/contract.ts'
import type { ServerModels } from './models/contract.ts'

export const MAX_ROWS = 10_000
export const MAX_BODY_BYTES = 10 * 1024 * 1024
/** A revoked token is refused after at most the first with the database, the second without it. */
export const TOKEN_REFRESH_SECONDS = 3
export const TOKEN_TRUST_SECONDS = 600
/** How long promote and rollback wait for every live server. */
export const SWITCH_WAIT_MS = 10_000
export const STATS_BUCKET_SECONDS = 10

/** lenient: odd cells are answered and reported, a row that cannot be understood has a null prediction. strict: the request is refused. */
export const ROW_POLICIES = ['lenient', 'strict'] as const
export type RowPolicy = (typeof ROW_POLICIES)[number]

export const rowPolicyInputSchema = z.object({
  endpoint: resourceNameSchema,
  policy: z.enum(ROW_POLICIES),
  reason: z.string().trim().max(1000, 'At most 1000 characters.').optional(),
})
export type RowPolicyInput = z.infer<typeof rowPolicyInputSchema>

export const batchInputSchema = z.object({
  endpoint: resourceNameSchema,
  /** `name@2`; `name` alone is its newest version. */
  data: z
    .string()
    .trim()
    .min(1)
    .max(200)
    .meta({ title: 'Data', description: 'Dataset or version, for example bikes@2.' }),
  to: resourceNameSchema.meta({ title: 'Save as', description: 'Dataset that gets the rows with their predictions.' }),
})
export type BatchInput = z.infer<typeof batchInputSchema>

/** A started batch prediction: poll the ingestion until its state is final. */
export interface BatchStarted {
  job: string
  ingestion: string
  dataset: string
}

export interface PolicyChanged {
  endpoint: string
  policy: RowPolicy
  previous: RowPolicy
}

/** Days over which refusals and odd cells are counted. */
export const ODD_DAYS = 30

/** What an endpoint refused or found unlike training in the last `ODD_DAYS` days. */
export interface OddRows {
  days: number
  /** Requests refused for their cells, and those of them that the lenient policy would have answered. */
  refused: number
  answerable: number
  /** Rows of the answered requests. */
  rows: number
  /** Those of them answered with null. */
  failedRows: number
  /** Most frequent first. */
  cells: { column: string; code: string; rows: number }[]
}

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

export const retryInputSchema = z.object({
  endpoint: resourceNameSchema,
  reason: reason.optional().meta({ title: 'Reason', description: 'Kept in the audit log.' }),
})
export type RetryInput = z.infer<typeof retryInputSchema>

export interface Retried {
  endpoint: string
  model: string
  version: number
  /** After the wait for the servers: how many serve the model, of all live ones. */
  servers: { serving: number; alive: number }
  models: ServerModels[]
}

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
  /** The revision that the error is about; absent in reports of older servers. */
  failedRevision?: number | null
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
  policy: RowPolicy
  /** True: the alias `champion` of the model follows this endpoint. */
  primary: boolean
  /** Live servers with this revision in force, of all live servers. */
  servers: { current: number; alive: number }
  /** Requests per second over the last minute. */
  ratePerSecond: number
  p50Ms: number | null
  p99Ms: number | null
  errorShare: number | null
  /** The newest version of the model that a rollback took out and that was not promoted again; null: none. */
  rolledBackFrom: number | null
  /** The models in each live server: memory, last use, and why one gets no requests. */
  models: ServerModels[]
  updatedAt: string
}

export interface EndpointDetail extends EndpointSummary {
  odd: OddRows
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

/** A cell that was answered although it is unlike those of training. */
export interface PredictWarning {
  row: number
  column: string
  /** missing | absent_column | unseen | fraction | extra_column */
  code: string
  got: number | string | boolean | null
  /** The value used instead; null: the model handles a missing value itself. */
  used: number | string | boolean | null
}

export interface PredictAnswer {
  /** Null for a row that could not be understood. */
  predictions: (number | string | null)[]
  probabilities?: (number[] | null)[]
  classes?: string[]
  /** One prediction id per row, for feedback; null for a row without a prediction. */
  ids: (string | null)[]
  model: string
  version: number
  requestId: string
  /** The first ones of each column; `warningCounts` counts all. */
  warnings: PredictWarning[]
  errors: { row: number; column: string; expected: string; got: string }[]
  warningCounts?: { column: string; code: string; rows: number }[]
  failedRows?: number
}

export interface FeedbackAnswer {
  accepted: number
  duplicates: number
  unknown: string[]
  /** Rows that fit no class or are no number, and those without an id or with an unreadable time; `errors` names the first ones. */
  rejected: number
  errors: { row: number; column: string; expected: string; got: string }[]
}

export interface DesiredTarget extends Target {
  versionId: string
  /** What true values must be; absent in a saved state of an earlier release. */
  target?: { name?: string; task?: string; classes?: string[] } & TargetColumn
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
  /** Absent in a saved state of an earlier release: strict. */
  policy?: RowPolicy
  revision: number
  /** How often people asked to try a model again that was taken out of traffic; absent in saved states of before. */
  retries?: number
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
  /** The code by column of cells unlike training. */
  repairs: Record<string, string> | null
}

export interface FeedbackRow {
  id: string
  actual: number | string | boolean
  time: string | null
}
