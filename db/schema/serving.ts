import { sql } from 'drizzle-orm'
import {
  foreignKey,
  index,
  integer,
  jsonb,
  pgTable,
  primaryKey,
  real,
  text,
  unique,
  uniqueIndex,
  uuid,
} from 'drizzle-orm/pg-core'
import { createdAt, id, instant, json, projectId } from '../columns.ts'
import { projects } from './access.ts'
import { models, modelVersions } from './registry.ts'

export const endpoints = pgTable(
  'endpoints',
  {
    projectId: projectId().references(() => projects.id, { onDelete: 'cascade' }),
    id: id().primaryKey(),
    name: text('name').notNull(),
    modelId: uuid('model_id').notNull(),
    /** A column of the rows whose value is the event time; null: header, field or arrival. */
    timeColumn: text('time_column'),
    /** The revision in force; counted under this row's lock. */
    revision: integer('revision').notNull().default(0),
    /** lenient | strict: how rows are read. */
    policy: text('policy').notNull().default('lenient'),
    /** Requests of people to try a model again that was taken out of traffic. */
    retries: integer('retries').notNull().default(0),
    createdBy: text('created_by').notNull(),
    createdAt: createdAt(),
  },
  t => [
    unique('endpoints_project_key').on(t.projectId, t.id),
    unique('endpoints_name_key').on(t.projectId, t.name),
    foreignKey({
      name: 'endpoints_model_fk',
      columns: [t.projectId, t.modelId],
      foreignColumns: [models.projectId, models.id],
    }),
  ],
)

/** Desired state, monotonic: each promotion and rollback adds one. */
export const endpointRevisions = pgTable(
  'endpoint_revisions',
  {
    projectId: projectId(),
    id: id().primaryKey(),
    endpointId: uuid('endpoint_id').notNull(),
    number: integer('number').notNull(),
    /** promote | rollback */
    action: text('action').notNull(),
    /** The champion of the revision before. */
    previousVersionId: uuid('previous_version_id'),
    reason: text('reason').notNull().default(''),
    createdBy: text('created_by').notNull(),
    createdAt: createdAt(),
    /** From the commit to the last live instance reporting it. */
    switchedInMs: integer('switched_in_ms'),
  },
  t => [
    unique('endpoint_revisions_project_key').on(t.projectId, t.id),
    unique('endpoint_revisions_number_key').on(t.projectId, t.endpointId, t.number),
    foreignKey({
      name: 'endpoint_revisions_endpoint_fk',
      columns: [t.projectId, t.endpointId],
      foreignColumns: [endpoints.projectId, endpoints.id],
    }).onDelete('cascade'),
  ],
)

/** The versions that a revision sends requests to. Exactly one is the champion. */
export const endpointTargets = pgTable(
  'endpoint_targets',
  {
    projectId: projectId(),
    revisionId: uuid('revision_id').notNull(),
    versionId: uuid('version_id').notNull(),
    /** champion | canary | shadow */
    role: text('role').notNull(),
    /** Percent of the requests. */
    weight: real('weight').notNull(),
  },
  t => [
    primaryKey({ name: 'endpoint_targets_pk', columns: [t.projectId, t.revisionId, t.role, t.versionId] }),
    uniqueIndex('endpoint_targets_champion_key').on(t.projectId, t.revisionId).where(sql`role = 'champion'`),
    foreignKey({
      name: 'endpoint_targets_revision_fk',
      columns: [t.projectId, t.revisionId],
      foreignColumns: [endpointRevisions.projectId, endpointRevisions.id],
    }).onDelete('cascade'),
    foreignKey({
      name: 'endpoint_targets_version_fk',
      columns: [t.projectId, t.versionId],
      foreignColumns: [modelVersions.projectId, modelVersions.id],
    }),
  ],
)

/** Per model the endpoint that its alias `champion` follows. */
export const primaryEndpoints = pgTable(
  'primary_endpoints',
  {
    projectId: projectId(),
    modelId: uuid('model_id').notNull(),
    endpointId: uuid('endpoint_id').notNull(),
    updatedAt: instant('updated_at').notNull().defaultNow(),
    updatedBy: text('updated_by').notNull(),
  },
  t => [
    primaryKey({ name: 'primary_endpoints_pk', columns: [t.projectId, t.modelId] }),
    foreignKey({
      name: 'primary_endpoints_model_fk',
      columns: [t.projectId, t.modelId],
      foreignColumns: [models.projectId, models.id],
    }).onDelete('cascade'),
    foreignKey({
      name: 'primary_endpoints_endpoint_fk',
      columns: [t.projectId, t.endpointId],
      foreignColumns: [endpoints.projectId, endpoints.id],
    }).onDelete('cascade'),
  ],
)

/** The revision that each serve process has in force. */
export const serveInstances = pgTable(
  'serve_instances',
  {
    processId: uuid('process_id').notNull(),
    projectId: projectId(),
    endpointId: uuid('endpoint_id').notNull(),
    observedRevision: integer('observed_revision').notNull(),
    error: text('error'),
    /** The models of the endpoint in this process: memory, last use, and why one is out of traffic. */
    models: json<unknown>('models'),
    heartbeatAt: instant('heartbeat_at').notNull().defaultNow(),
  },
  t => [
    primaryKey({ columns: [t.processId, t.endpointId] }),
    foreignKey({
      name: 'serve_instances_endpoint_fk',
      columns: [t.projectId, t.endpointId],
      foreignColumns: [endpoints.projectId, endpoints.id],
    }).onDelete('cascade'),
  ],
)

/** Counts per process, target and 10 s, which the live charts add up. */
export const servingStats = pgTable(
  'serving_stats',
  {
    projectId: projectId(),
    endpointId: uuid('endpoint_id').notNull(),
    processId: uuid('process_id').notNull(),
    at: instant('at').notNull(),
    versionId: uuid('version_id').notNull(),
    targetRole: text('target_role').notNull().default('champion'),
    requests: integer('requests').notNull(),
    rows: integer('rows').notNull(),
    errors: integer('errors').notNull(),
    /** Counts per latency bucket (bounds in serving/contract.ts). */
    latency: jsonb('latency').$type<number[]>().notNull(),
    /** Requests refused for their cells, and those of them that the lenient policy would have answered. */
    refused: integer('refused').notNull().default(0),
    answerable: integer('answerable').notNull().default(0),
    /** Rows answered with null. */
    failedRows: integer('failed_rows').notNull().default(0),
    /** Odd cells: rows by column and code. */
    repairs: jsonb('repairs').$type<Record<string, Record<string, number>>>(),
  },
  t => [
    primaryKey({ name: 'serving_stats_pk', columns: [t.endpointId, t.at, t.processId, t.versionId, t.targetRole] }),
    foreignKey({
      name: 'serving_stats_endpoint_fk',
      columns: [t.projectId, t.endpointId],
      foreignColumns: [endpoints.projectId, endpoints.id],
    }).onDelete('cascade'),
  ],
)

/** Range-partitioned by day of arrival (hand-written SQL). One row per predicted row. */
export const predictionLog = pgTable(
  'prediction_log',
  {
    receivedAt: instant('received_at').notNull(),
    id: id().notNull(),
    projectId: projectId(),
    endpointId: uuid('endpoint_id').notNull(),
    versionId: uuid('version_id').notNull(),
    targetRole: text('target_role').notNull().default('champion'),
    requestId: text('request_id').notNull(),
    /** The caller's own id for this row. */
    callerId: text('caller_id'),
    eventTime: instant('event_time').notNull(),
    features: json<Record<string, unknown>>('features').notNull(),
    prediction: json<unknown>('prediction').notNull(),
    probabilities: json<number[]>('probabilities'),
    latencyMs: real('latency_ms').notNull(),
    /** Cells unlike training: the code by column; null for a clean row. */
    repairs: json<Record<string, string>>('repairs'),
  },
  t => [
    primaryKey({ columns: [t.receivedAt, t.id] }),
    index('prediction_log_window_idx').on(t.projectId, t.endpointId, t.eventTime),
    index('prediction_log_id_idx').on(t.id),
    index('prediction_log_caller_idx').on(t.endpointId, t.callerId),
  ],
)

/** Ground truth by our id or the caller's. Kept even when its prediction has not arrived yet (spooled log). */
export const feedback = pgTable(
  'feedback',
  {
    projectId: projectId(),
    endpointId: uuid('endpoint_id').notNull(),
    /** Our prediction id once resolved, else the caller's id as sent. */
    key: text('key').notNull(),
    predictionId: uuid('prediction_id'),
    eventTime: instant('event_time'),
    actual: json<unknown>('actual').notNull(),
    actualTime: instant('actual_time'),
    receivedAt: instant('received_at').notNull(),
  },
  t => [
    primaryKey({ columns: [t.endpointId, t.key] }),
    foreignKey({
      name: 'feedback_endpoint_fk',
      columns: [t.projectId, t.endpointId],
      foreignColumns: [endpoints.projectId, endpoints.id],
    }).onDelete('cascade'),
    index('feedback_window_idx').on(t.endpointId, t.eventTime),
    index('feedback_prediction_idx').on(t.predictionId),
  ],
)
