import { bigint, foreignKey, index, pgTable, primaryKey, text, unique, uuid } from 'drizzle-orm/pg-core'
import { createdAt, id, instant, json, projectId } from '../columns.ts'
import { projects } from './access.ts'
import { endpoints } from './serving.ts'

/** One check of an endpoint: verdict, reason, evidence. */
export const monitorChecks = pgTable(
  'monitor_checks',
  {
    projectId: projectId().references(() => projects.id, { onDelete: 'cascade' }),
    id: id().primaryKey(),
    endpointId: uuid('endpoint_id').notNull(),
    versionId: uuid('version_id'),
    /** queued | running | succeeded | failed | cancelled */
    state: text('state').notNull(),
    /** ok | warn | alert | unknown */
    verdict: text('verdict'),
    /** Reason of the verdict: code and facts, turned into text by messages.ts. */
    code: text('code'),
    facts: json<Record<string, unknown>>('facts'),
    /** The text of checks from before codes were stored. */
    legacyText: text('sentence'),
    reason: text('reason'),
    report: json<Record<string, unknown>>('report'),
    jobId: uuid('job_id'),
    createdBy: text('created_by').notNull(),
    createdAt: createdAt(),
    endedAt: instant('ended_at'),
  },
  t => [
    unique('monitor_checks_project_key').on(t.projectId, t.id),
    foreignKey({
      name: 'monitor_checks_endpoint_fk',
      columns: [t.projectId, t.endpointId],
      foreignColumns: [endpoints.projectId, endpoints.id],
    }).onDelete('cascade'),
    index('monitor_checks_endpoint_idx').on(t.projectId, t.endpointId, t.createdAt),
  ],
)

/** Drift and measured error of one window of event time, recomputed when late rows or labels reach it. */
export const monitorWindows = pgTable(
  'monitor_windows',
  {
    projectId: projectId(),
    endpointId: uuid('endpoint_id').notNull(),
    /** month | day, in the project's zone. */
    grain: text('grain').notNull(),
    /** ISO 8601 start in event time, as `2012-03`. */
    window: text('window').notNull(),
    rows: bigint('rows', { mode: 'number' }).notNull(),
    labelled: bigint('labelled', { mode: 'number' }).notNull(),
    columns: json<unknown[]>('columns').notNull(),
    performance: json<Record<string, unknown>>('performance').notNull(),
    computedAt: instant('computed_at').notNull().defaultNow(),
    /** What the window was computed from; null: by an earlier version of the code. */
    basis: json<Record<string, unknown>>('basis'),
  },
  t => [
    primaryKey({ columns: [t.projectId, t.endpointId, t.grain, t.window] }),
    foreignKey({
      name: 'monitor_windows_endpoint_fk',
      columns: [t.projectId, t.endpointId],
      foreignColumns: [endpoints.projectId, endpoints.id],
    }).onDelete('cascade'),
  ],
)
