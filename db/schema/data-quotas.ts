import { bigint, pgTable, text } from 'drizzle-orm/pg-core'
import { instant, projectId } from '../columns.ts'
import { projects } from './access.ts'

/** Limit of the bytes of a project, set by its owners. */
export const storageQuotas = pgTable('storage_quotas', {
  projectId: projectId()
    .primaryKey()
    .references(() => projects.id, { onDelete: 'cascade' }),
  bytes: bigint('bytes', { mode: 'number' }).notNull(),
  updatedBy: text('updated_by').notNull(),
  updatedAt: instant('updated_at').notNull().defaultNow(),
})
