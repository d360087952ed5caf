import { foreignKey, index, pgTable, text, unique, uuid } from 'drizzle-orm/pg-core'
import { createdAt, id, instant, json, projectId } from '../columns.ts'
import { projects } from './access.ts'
import { datasetVersions } from './data.ts'
import { runs } from './training.ts'

/** A model measured on the rows of a dataset version. */
export const evaluations = pgTable(
  'evaluations',
  {
    projectId: projectId().references(() => projects.id, { onDelete: 'cascade' }),
    id: id().primaryKey(),
    runId: uuid('run_id').notNull(),
    modelDigest: text('model_digest').notNull(),
    datasetVersionId: uuid('dataset_version_id').notNull(),
    /** queued | running | succeeded | failed | cancelled */
    state: text('state').notNull(),
    reason: text('reason'),
    jobId: uuid('job_id'),
    /** Metrics with intervals, curves, rows. */
    result: json<Record<string, unknown>>('result'),
    createdBy: text('created_by').notNull(),
    createdAt: createdAt(),
    endedAt: instant('ended_at'),
  },
  t => [
    unique('evaluations_project_key').on(t.projectId, t.id),
    foreignKey({
      name: 'evaluations_run_fk',
      columns: [t.projectId, t.runId],
      foreignColumns: [runs.projectId, runs.id],
    }).onDelete('cascade'),
    foreignKey({
      name: 'evaluations_version_fk',
      columns: [t.projectId, t.datasetVersionId],
      foreignColumns: [datasetVersions.projectId, datasetVersions.id],
    }),
    index('evaluations_digest_idx').on(t.projectId, t.modelDigest),
  ],
)
