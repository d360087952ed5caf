import { bigint, boolean, foreignKey, index, integer, pgTable, text, unique, uuid } from 'drizzle-orm/pg-core'
import { createdAt, id, instant, json, projectId } from '../columns.ts'
import { projects } from './access.ts'

export const datasets = pgTable(
  'datasets',
  {
    projectId: projectId().references(() => projects.id, { onDelete: 'cascade' }),
    id: id().primaryKey(),
    name: text('name').notNull(),
    description: text('description').notNull().default(''),
    /** Reviewed types and roles of the columns; later versions are read and checked with them. */
    contract: json<{ v: 1; columns: unknown[] }>('contract').notNull().default({ v: 1, columns: [] }),
    /** Highest version number given out; counted under this row's lock. */
    latestVersion: integer('latest_version').notNull().default(0),
    createdBy: text('created_by').notNull(),
    createdAt: createdAt(),
  },
  t => [unique('datasets_project_key').on(t.projectId, t.id), unique('datasets_name_key').on(t.projectId, t.name)],
)

/** An ingestion. Only a succeeded one creates a version. */
export const ingestions = pgTable(
  'ingestions',
  {
    projectId: projectId().references(() => projects.id, { onDelete: 'cascade' }),
    id: id().primaryKey(),
    datasetName: text('dataset_name').notNull(),
    fileName: text('file_name').notNull(),
    /** SHA-256 of the bytes read; null until the source is fetched. */
    sourceDigest: text('source_digest'),
    /** Origin of the rows: an upload, or a source of `server/data/sources`. */
    source: json<{ v: 1; kind: string } & Record<string, unknown>>('source')
      .notNull()
      .default({ v: 1, kind: 'upload' }),
    /** true: the rows are appended to those of the newest version. */
    append: boolean('append').notNull().default(false),
    options: json<Record<string, unknown>>('options').notNull(),
    /** queued | running | succeeded | failed */
    state: text('state').notNull(),
    reason: text('reason'),
    hint: text('hint'),
    /** true: a version was created; false: the bytes were known. */
    created: boolean('created'),
    versionId: uuid('version_id'),
    jobId: uuid('job_id'),
    createdBy: text('created_by').notNull(),
    createdAt: createdAt(),
    endedAt: instant('ended_at'),
  },
  t => [unique('ingestions_project_key').on(t.projectId, t.id)],
)

export const datasetVersions = pgTable(
  'dataset_versions',
  {
    projectId: projectId(),
    id: id().primaryKey(),
    datasetId: uuid('dataset_id').notNull(),
    number: integer('number').notNull(),
    /** SHA-256 of the Parquet file. */
    digest: text('digest').notNull(),
    sourceDigest: text('source_digest').notNull(),
    bytes: bigint('bytes', { mode: 'number' }).notNull(),
    rows: bigint('rows', { mode: 'number' }).notNull(),
    columnCount: integer('column_count').notNull(),
    schema: json<unknown>('schema').notNull(),
    source: json<Record<string, unknown>>('source').notNull(),
    /** Notes on the ingestion: codes and facts. */
    warnings: json<unknown[]>('warnings').notNull(),
    profileState: text('profile_state').notNull().default('queued'),
    profileReason: text('profile_reason'),
    createdBy: text('created_by').notNull(),
    createdAt: createdAt(),
    /** The version that this one is derived from. */
    parentId: uuid('parent_id'),
    note: text('note').notNull().default(''),
    tags: json<string[]>('tags').notNull().default([]),
    /** Differences between its schema and the reviewed one: codes and facts. */
    breaks: json<unknown[]>('breaks').notNull().default([]),
    deletedAt: instant('deleted_at'),
  },
  t => [
    unique('dataset_versions_project_key').on(t.projectId, t.id),
    unique('dataset_versions_number_key').on(t.projectId, t.datasetId, t.number),
    foreignKey({
      name: 'dataset_versions_dataset_fk',
      columns: [t.projectId, t.datasetId],
      foreignColumns: [datasets.projectId, datasets.id],
    }).onDelete('cascade'),
    foreignKey({
      name: 'dataset_versions_parent_fk',
      columns: [t.projectId, t.parentId],
      foreignColumns: [t.projectId, t.id],
    }),
    index('dataset_versions_source_idx').on(t.projectId, t.datasetId, t.sourceDigest),
  ],
)
