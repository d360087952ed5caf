import { foreignKey, pgTable, text, unique, uuid } from 'drizzle-orm/pg-core'
import { createdAt, id, instant, json, projectId } from '../columns.ts'
import { datasetVersions } from './data.ts'

/** Target leakage of a version for a split kind. */
export const dataLeaks = pgTable(
  'data_leaks',
  {
    projectId: projectId(),
    id: id().primaryKey(),
    versionId: uuid('version_id').notNull(),
    target: text('target').notNull(),
    /** random | time | group */
    split: text('split').notNull(),
    /** queued | running | succeeded | failed */
    state: text('state').notNull(),
    reason: text('reason'),
    findings: json<unknown>('findings'),
    /** The newest job; an older one may not write. */
    jobId: uuid('job_id'),
    createdAt: createdAt(),
    endedAt: instant('ended_at'),
  },
  t => [
    unique('data_leaks_project_key').on(t.projectId, t.id),
    unique('data_leaks_target_key').on(t.projectId, t.versionId, t.target, t.split),
    foreignKey({
      name: 'data_leaks_version_fk',
      columns: [t.projectId, t.versionId],
      foreignColumns: [datasetVersions.projectId, datasetVersions.id],
    }).onDelete('cascade'),
  ],
)

/** Differences between two versions; immutable as they are. */
export const dataDiffs = pgTable(
  'data_diffs',
  {
    projectId: projectId(),
    id: id().primaryKey(),
    beforeId: uuid('before_id').notNull(),
    afterId: uuid('after_id').notNull(),
    /** JSON list of the key columns that match rows; `[]`: whole rows. */
    key: text('key').notNull(),
    /** queued | running | succeeded | failed */
    state: text('state').notNull(),
    reason: text('reason'),
    hint: text('hint'),
    result: json<unknown>('result'),
    jobId: uuid('job_id'),
    createdBy: text('created_by').notNull(),
    createdAt: createdAt(),
    endedAt: instant('ended_at'),
  },
  t => [
    unique('data_diffs_project_key').on(t.projectId, t.id),
    unique('data_diffs_pair_key').on(t.projectId, t.beforeId, t.afterId, t.key),
    foreignKey({
      name: 'data_diffs_before_fk',
      columns: [t.projectId, t.beforeId],
      foreignColumns: [datasetVersions.projectId, datasetVersions.id],
    }).onDelete('cascade'),
    foreignKey({
      name: 'data_diffs_after_fk',
      columns: [t.projectId, t.afterId],
      foreignColumns: [datasetVersions.projectId, datasetVersions.id],
    }).onDelete('cascade'),
  ],
)
