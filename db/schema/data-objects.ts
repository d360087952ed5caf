import { bigint, boolean, foreignKey, index, pgTable, text, unique } from 'drizzle-orm/pg-core'
import { createdAt, id, projectId } from '../columns.ts'
import { blobOwners } from './platform.ts'

/** Objects uploaded by `git lfs push` for a dataset, named by their SHA-256. */
export const lfsObjects = pgTable(
  'lfs_objects',
  {
    projectId: projectId(),
    id: id().primaryKey(),
    /** Name of the repository in the address; the dataset may not exist yet. */
    datasetName: text('dataset_name').notNull(),
    digest: text('digest').notNull(),
    bytes: bigint('bytes', { mode: 'number' }).notNull(),
    createdBy: text('created_by').notNull(),
    createdAt: createdAt(),
  },
  t => [
    unique('lfs_objects_project_key').on(t.projectId, t.id),
    unique('lfs_objects_digest_key').on(t.projectId, t.datasetName, t.digest),
    foreignKey({
      name: 'lfs_objects_owner_fk',
      columns: [t.projectId, t.digest],
      foreignColumns: [blobOwners.projectId, blobOwners.digest],
    }).onDelete('cascade'),
    index('lfs_objects_project_digest_idx').on(t.projectId, t.digest),
  ],
)

/** Objects uploaded by `dvc push`: maps an MD5 of a project to a SHA-256. */
export const dvcObjects = pgTable(
  'dvc_objects',
  {
    projectId: projectId(),
    id: id().primaryKey(),
    /** md5 (`files/md5/aa/…`, of the bytes) | md5-dos2unix (`aa/…` of DVC 2, of text with Unix line ends) */
    layout: text('layout').notNull(),
    md5: text('md5').notNull(),
    /** true: a list of files, whose name ends in `.dir`. */
    directory: boolean('directory').notNull(),
    digest: text('digest').notNull(),
    bytes: bigint('bytes', { mode: 'number' }).notNull(),
    createdBy: text('created_by').notNull(),
    createdAt: createdAt(),
  },
  t => [
    unique('dvc_objects_project_key').on(t.projectId, t.id),
    unique('dvc_objects_name_key').on(t.projectId, t.layout, t.md5, t.directory),
    foreignKey({
      name: 'dvc_objects_owner_fk',
      columns: [t.projectId, t.digest],
      foreignColumns: [blobOwners.projectId, blobOwners.digest],
    }).onDelete('cascade'),
    index('dvc_objects_digest_idx').on(t.projectId, t.digest),
  ],
)
