import { bigint, foreignKey, index, integer, pgTable, primaryKey, text, unique, uuid } from 'drizzle-orm/pg-core'
import { createdAt, id, instant, projectId } from '../columns.ts'
import { projects } from './access.ts'

/** A chunked upload. */
export const uploads = pgTable(
  'uploads',
  {
    projectId: projectId().references(() => projects.id, { onDelete: 'cascade' }),
    id: id().primaryKey(),
    fileName: text('file_name').notNull(),
    /** Announced size of the file. */
    bytes: bigint('bytes', { mode: 'number' }).notNull(),
    chunkBytes: integer('chunk_bytes').notNull(),
    /** SHA-256 of the file, once complete. */
    digest: text('digest'),
    createdBy: text('created_by').notNull(),
    createdAt: createdAt(),
    /** Arrival of the last chunk. Idle uploads are deleted. */
    touchedAt: instant('touched_at').notNull().defaultNow(),
  },
  t => [unique('uploads_project_key').on(t.projectId, t.id), index('uploads_touched_idx').on(t.touchedAt)],
)

export const uploadChunks = pgTable(
  'upload_chunks',
  {
    projectId: projectId(),
    uploadId: uuid('upload_id').notNull(),
    /** From 0. */
    number: integer('number').notNull(),
    digest: text('digest').notNull(),
    bytes: bigint('bytes', { mode: 'number' }).notNull(),
  },
  t => [
    primaryKey({ columns: [t.projectId, t.uploadId, t.number] }),
    foreignKey({
      name: 'upload_chunks_upload_fk',
      columns: [t.projectId, t.uploadId],
      foreignColumns: [uploads.projectId, uploads.id],
    }).onDelete('cascade'),
  ],
)
