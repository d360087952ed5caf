import {
  bigint,
  bigserial,
  doublePrecision,
  foreignKey,
  index,
  integer,
  pgTable,
  primaryKey,
  text,
  unique,
  uuid,
} from 'drizzle-orm/pg-core'
import { createdAt, id, instant, json, projectId } from '../columns.ts'
import { projects } from './access.ts'
import { datasetVersions } from './data.ts'

/** Number 0 is `Default`, created with the project. */
export const experiments = pgTable(
  'experiments',
  {
    projectId: projectId().references(() => projects.id, { onDelete: 'cascade' }),
    id: id().primaryKey(),
    number: integer('number').notNull(),
    name: text('name').notNull(),
    datasetVersionId: uuid('dataset_version_id'),
    target: text('target'),
    task: text('task'),
    metric: text('metric'),
    settings: json<Record<string, unknown>>('settings').notNull(),
    latestRun: integer('latest_run').notNull().default(0),
    createdBy: text('created_by').notNull(),
    createdAt: createdAt(),
  },
  t => [
    unique('experiments_project_key').on(t.projectId, t.id),
    unique('experiments_number_key').on(t.projectId, t.number),
    unique('experiments_name_key').on(t.projectId, t.name),
    foreignKey({
      name: 'experiments_version_fk',
      columns: [t.projectId, t.datasetVersionId],
      foreignColumns: [datasetVersions.projectId, datasetVersions.id],
    }),
  ],
)

export const runs = pgTable(
  'runs',
  {
    projectId: projectId(),
    id: id().primaryKey(),
    experimentId: uuid('experiment_id').notNull(),
    number: integer('number').notNull(),
    name: text('name').notNull(),
    trainer: text('trainer').notNull(),
    params: json<Record<string, unknown>>('params').notNull(),
    seed: bigint('seed', { mode: 'number' }).notNull(),
    /** queued | running | succeeded | failed | cancelled */
    state: text('state').notNull(),
    reasonCode: text('reason_code'),
    reason: text('reason'),
    jobId: uuid('job_id'),
    /** SHA-256 of the packed bundle. */
    modelDigest: text('model_digest'),
    modelBytes: bigint('model_bytes', { mode: 'number' }),
    /** Environment of the training: engine version, backend, threads. */
    environment: json<Record<string, unknown>>('environment'),
    /** Last value of each metric, stored for lists. */
    metrics: json<Record<string, number | null>>('metrics').notNull().default({}),
    /** Intervals, curves and counts of the validation rows. */
    result: json<Record<string, unknown>>('result'),
    createdBy: text('created_by').notNull(),
    createdAt: createdAt(),
    startedAt: instant('started_at'),
    endedAt: instant('ended_at'),
  },
  t => [
    unique('runs_project_key').on(t.projectId, t.id),
    unique('runs_number_key').on(t.projectId, t.experimentId, t.number),
    foreignKey({
      name: 'runs_experiment_fk',
      columns: [t.projectId, t.experimentId],
      foreignColumns: [experiments.projectId, experiments.id],
    }).onDelete('cascade'),
    index('runs_state_idx').on(t.projectId, t.state),
  ],
)

export const metricSeries = pgTable(
  'metric_series',
  {
    id: bigserial('id', { mode: 'number' }).primaryKey(),
    projectId: projectId(),
    runId: uuid('run_id').notNull(),
    key: text('key').notNull(),
    last: doublePrecision('last').notNull(),
    lastStep: bigint('last_step', { mode: 'number' }).notNull(),
    min: doublePrecision('min').notNull(),
    max: doublePrecision('max').notNull(),
    minStep: bigint('min_step', { mode: 'number' }).notNull(),
    maxStep: bigint('max_step', { mode: 'number' }).notNull(),
    count: bigint('count', { mode: 'number' }).notNull(),
  },
  t => [
    unique('metric_series_key').on(t.projectId, t.runId, t.key),
    foreignKey({
      name: 'metric_series_run_fk',
      columns: [t.projectId, t.runId],
      foreignColumns: [runs.projectId, runs.id],
    }).onDelete('cascade'),
  ],
)

/** Hash-partitioned by series (hand-written SQL): client times may be 0 or 2200. NaN and ±Infinity are legal values. */
export const metricPoints = pgTable(
  'metric_points',
  {
    seriesId: bigint('series_id', { mode: 'number' }).notNull(),
    step: bigint('step', { mode: 'number' }).notNull(),
    /** Milliseconds since 1970, as sent by the client. */
    time: bigint('time', { mode: 'number' }).notNull(),
    value: doublePrecision('value').notNull(),
  },
  t => [primaryKey({ columns: [t.seriesId, t.step, t.time, t.value] })],
)
