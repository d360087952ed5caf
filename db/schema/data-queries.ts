import {
  bigint,
  boolean,
  doublePrecision,
  foreignKey,
  index,
  integer,
  pgTable,
  text,
  unique,
  uuid,
} from 'drizzle-orm/pg-core'
import { createdAt, id, instant, json, projectId } from '../columns.ts'
import { datasetVersions, ingestions } from './data.ts'

/** A query over one version, with its result. Deleted after a day. */
export const dataQueries = pgTable(
  'data_queries',
  {
    projectId: projectId(),
    id: id().primaryKey(),
    versionId: uuid('version_id').notNull(),
    sql: text('sql').notNull(),
    /** Dataset whose next version the result becomes; null: the result is only shown. */
    saveAs: text('save_as'),
    /** queued | running | succeeded | failed | cancelled */
    state: text('state').notNull(),
    reason: text('reason'),
    hint: text('hint'),
    /** Position of the error in the statement, from 1. */
    atLine: integer('at_line'),
    atColumn: integer('at_column'),
    result: json<{ v: 1; columns: { name: string; type: string }[]; rows: (string | number | boolean | null)[][] }>(
      'result',
    ),
    /** Stored rows of the result. */
    rowCount: bigint('row_count', { mode: 'number' }),
    /** true: the result has more rows than are stored. */
    truncated: boolean('truncated'),
    milliseconds: doublePrecision('milliseconds'),
    ingestionId: uuid('ingestion_id'),
    jobId: uuid('job_id'),
    createdBy: text('created_by').notNull(),
    createdAt: createdAt(),
    endedAt: instant('ended_at'),
  },
  t => [
    unique('data_queries_project_key').on(t.projectId, t.id),
    foreignKey({
      name: 'data_queries_version_fk',
      columns: [t.projectId, t.versionId],
      foreignColumns: [datasetVersions.projectId, datasetVersions.id],
    }).onDelete('cascade'),
    foreignKey({
      name: 'data_queries_ingestion_fk',
      columns: [t.projectId, t.ingestionId],
      foreignColumns: [ingestions.projectId, ingestions.id],
    }).onDelete('cascade'),
    index('data_queries_author_idx').on(t.projectId, t.createdBy, t.createdAt),
    index('data_queries_created_idx').on(t.createdAt),
  ],
)
