import { pgTable, text, unique, uuid } from 'drizzle-orm/pg-core'
import { createdAt, id, instant, json, projectId } from '../columns.ts'
import { projects } from './access.ts'

/** First rows and inferred columns of uploaded bytes that are not added yet. */
export const sourcePreviews = pgTable(
  'source_previews',
  {
    projectId: projectId().references(() => projects.id, { onDelete: 'cascade' }),
    id: id().primaryKey(),
    fileName: text('file_name').notNull(),
    digest: text('digest').notNull(),
    /** queued | running | succeeded | failed */
    state: text('state').notNull(),
    reason: text('reason'),
    hint: text('hint'),
    /** `{v: 1, …}`: SourcePreviewResult */
    result: json<unknown>('result'),
    jobId: uuid('job_id'),
    createdBy: text('created_by').notNull(),
    createdAt: createdAt(),
    endedAt: instant('ended_at'),
  },
  t => [unique('source_previews_project_key').on(t.projectId, t.id)],
)
