import { foreignKey, index, integer, jsonb, pgTable, primaryKey, real, text, unique, uuid } from 'drizzle-orm/pg-core'
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
    versionId: uuid('version_id').notNull(),
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
    foreignKey({
      name: 'endpoint_revisions_version_fk',
      columns: [t.projectId, t.versionId],
      foreignColumns: [modelVersions.projectId, modelVersions.id],
    }),
  ],
)

/** What each serve process really answers with. */
export const serveInstances = pgTable(
  'serve_instances',
  {
    processId: uuid('process_id').notNull(),
    projectId: projectId(),
    endpointId: uuid('endpoint_id').notNull(),
    observedRevision: integer('observed_revision').notNull(),
    error: text('error'),
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

/** Per process, endpoint and 10 s: what the live charts add up. */
export const servingStats = pgTable(
  'serving_stats',
  {
    projectId: projectId(),
    endpointId: uuid('endpoint_id').notNull(),
    processId: uuid('process_id').notNull(),
    at: instant('at').notNull(),
    requests: integer('requests').notNull(),
    rows: integer('rows').notNull(),
    errors: integer('errors').notNull(),
    /** Counts per latency bucket (bounds in serving/contract.ts). */
    latency: jsonb('latency').$type<number[]>().notNull(),
  },
  t => [
    primaryKey({ columns: [t.endpointId, t.at, t.processId] }),
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
    requestId: text('request_id').notNull(),
    /** The caller's own id for this row. */
    callerId: text('caller_id'),
    eventTime: instant('event_time').notNull(),
    features: json<Record<string, unknown>>('features').notNull(),
    prediction: json<unknown>('prediction').notNull(),
    probabilities: json<number[]>('probabilities'),
    latencyMs: real('latency_ms').notNull(),
  },
  t => [
    primaryKey({ columns: [t.receivedAt, t.id] }),
    index('prediction_log_window_idx').on(t.projectId, t.endpointId, t.eventTime),
    index('prediction_log_id_idx').on(t.id),
    index('prediction_log_caller_idx').on(t.endpointId, t.callerId),
  ],
)

/** What turned out to be true, by our id or the caller's. Kept even when its prediction is not here yet (spooled log). */
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
