import { foreignKey, pgTable, text, unique, uuid } from 'drizzle-orm/pg-core'
import { createdAt, json, projectId } from '../columns.ts'
import { datasetVersions } from './data.ts'

/** Profile of a version and relations of its columns. A separate table keeps lists of versions small. */
export const versionProfiles = pgTable(
  'version_profiles',
  {
    projectId: projectId(),
    versionId: uuid('version_id').primaryKey(),
    profile: json<unknown>('profile').notNull(),
    relations: json<unknown>('relations'),
    /** queued | running | succeeded | failed */
    relationsState: text('relations_state').notNull().default('queued'),
    relationsReason: text('relations_reason'),
    createdAt: createdAt(),
  },
  t => [
    unique('version_profiles_project_key').on(t.projectId, t.versionId),
    foreignKey({
      name: 'version_profiles_version_fk',
      columns: [t.projectId, t.versionId],
      foreignColumns: [datasetVersions.projectId, datasetVersions.id],
    }).onDelete('cascade'),
  ],
)
