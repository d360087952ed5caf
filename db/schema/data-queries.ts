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

/** A query over one version, with its answer. Gone after a day. */
export const dataQueries = pgTable(
  'data_queries',
  {
    projectId: projectId(),
    id: id().primaryKey(),
    versionId: uuid('version_id').notNull(),
    sql: text('sql').notNull(),
    /** The dataset whose next version the answer becomes; null: it is only looked at. */
    saveAs: text('save_as'),
    /** queued | running | done | failed | cancelled */
    state: text('state').notNull(),
    reason: text('reason'),
    hint: text('hint'),
    /** Where in the statement the fault is, from 1. */
    atLine: integer('at_line'),
    atColumn: integer('at_column'),
    result: json<{ v: 1; columns: { name: string; type: string }[]; rows: (string | number | boolean | null)[][] }>(
      'result',
    ),
    /** Rows of the answer that were kept. */
    rowCount: bigint('row_count', { mode: 'number' }),
    /** true: the answer has more rows than were kept. */
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
